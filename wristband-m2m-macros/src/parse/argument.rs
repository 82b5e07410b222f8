//! One argument of an endpoint, as written.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Pat, PatType, Type};

use crate::diagnostics::Diagnostics;
use crate::model::Role;
use crate::parse::attribute;
use crate::parse::role::{self, Features, Reading, RoleAttr, RoleName};
use crate::suggest;

pub(crate) struct Argument {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) mark: RoleAttr,
    /// `#[page]`
    pub(crate) page: Option<Attribute>,
}

impl Argument {
    /// Takes our attributes off the argument. `None`: it has no name.
    pub(crate) fn read(
        argument: &mut PatType,
        features: Features,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let (ours, others) = sort(std::mem::take(&mut argument.attrs), diagnostics);
        let (docs, attrs): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|attr| attr.path().is_ident("doc"));
        argument.attrs = attrs;
        let ident = read_name(&argument.pat, diagnostics);
        let name = ident.as_ref().map(|ident| ident.unraw().to_string());
        let marks = Marks::read(
            ours,
            name.as_deref().unwrap_or_default(),
            features,
            diagnostics,
        );
        Some(Self {
            docs,
            ident: ident?,
            ty: (*argument.ty).clone(),
            page: marks.page.clone(),
            mark: marks.role(),
        })
    }

    /// Without the `r#` of a raw identifier.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    pub(crate) fn role(&self) -> Option<(&Attribute, &Role)> {
        match &self.mark {
            RoleAttr::Role { attr, role } => Some((attr, role)),
            _ => None,
        }
    }
}

/// An attribute that is a role, or was meant as one.
struct OwnAttr {
    attr: Attribute,
    meant: Meant,
}

enum Meant {
    Role(RoleName),
    /// Reported; this role is the most similar.
    Nearly(RoleName),
    /// Reported.
    Unknown,
}

fn sort(attrs: Vec<Attribute>, diagnostics: &mut Diagnostics) -> (Vec<OwnAttr>, Vec<Attribute>) {
    let mut ours = Vec::new();
    let mut others = Vec::new();
    for attr in attrs {
        match meaning(&attr, diagnostics) {
            Some(meant) => ours.push(OwnAttr { attr, meant }),
            None => others.push(attr),
        }
    }
    (ours, others)
}

/// `None`: it may stay on the argument.
fn meaning(attr: &Attribute, diagnostics: &mut Diagnostics) -> Option<Meant> {
    if let Some(hidden) = attribute::hidden_in_cfg_attr(attr, attribute::is_role) {
        diagnostics.push(
            attr,
            format!(
                "`#[{hidden}]` cannot be inside `cfg_attr`: write two methods with a `#[cfg]` each"
            ),
        );
        return Some(Meant::Unknown);
    }
    let name = attribute::name(attr).unwrap_or_default();
    if name == "cfg" {
        diagnostics.push(
            attr,
            "an argument of an endpoint cannot have a `#[cfg]`: write two methods with a `#[cfg]` each",
        );
        return None;
    }
    if name == "doc" || attribute::is_built_in_on_argument(&name) {
        return None;
    }
    if let Some(role) = RoleName::find(&name) {
        return Some(Meant::Role(role));
    }
    let written = attr.path().to_token_stream().to_string().replace(' ', "");
    let suggestion = suggest::suggestion(&name, "role", "roles of an argument", RoleName::NAMES);
    diagnostics.push(
        attr.path(),
        format!("unknown role `#[{written}]`: {suggestion}"),
    );
    Some(RoleName::nearest(&name).map_or(Meant::Unknown, Meant::Nearly))
}

fn read_name(pattern: &Pat, diagnostics: &mut Diagnostics) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) => {
            if name.by_ref.is_some() || name.mutability.is_some() || name.subpat.is_some() {
                diagnostics.push(
                    pattern,
                    format!(
                        "an argument of an endpoint cannot be a pattern: write `{}`",
                        name.ident
                    ),
                );
            }
            Some(name.ident.clone())
        }
        _ => {
            diagnostics.push(
                pattern,
                "an argument of an endpoint cannot be a pattern: write a name such as `id`",
            );
            None
        }
    }
}

/// What the attributes of one argument amount to.
#[derive(Default)]
struct Marks {
    role: Option<(RoleName, RoleAttr)>,
    page: Option<Attribute>,
    /// An attribute was reported that may have been meant as a role.
    unknown: bool,
}

impl Marks {
    fn read(
        ours: Vec<OwnAttr>,
        argument: &str,
        features: Features,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut marks = Self::default();
        for OwnAttr { attr, meant } in ours {
            // One message per slip: other mistakes in it are reported once the name is right.
            let mut unsaid = Diagnostics::default();
            let (name, diagnostics) = match meant {
                Meant::Role(name) => (name, &mut *diagnostics),
                Meant::Nearly(name) => (name, &mut unsaid),
                Meant::Unknown => {
                    marks.unknown = true;
                    continue;
                }
            };
            match (&marks.role, name) {
                (_, RoleName::Page) | (None, _) => {}
                (Some((before, _)), _) => {
                    diagnostics.push(
                        attr,
                        format!(
                            "an argument cannot have two roles, and this one is marked `#[{}]`: \
                            keep one of them",
                            before.name()
                        ),
                    );
                    continue;
                }
            }
            let reading = role::read(&attr, name, argument, features, diagnostics);
            if name == RoleName::Page {
                marks.page = Some(attr);
                continue;
            }
            let role = match reading {
                Some(Reading::Path(placeholder)) => RoleAttr::Path { attr, placeholder },
                Some(Reading::Role(role)) => RoleAttr::Role { attr, role },
                Some(Reading::Page) | None => RoleAttr::Unknown,
            };
            marks.role = Some((name, role));
        }
        marks
    }

    fn role(self) -> RoleAttr {
        match self.role {
            Some((_, role)) => role,
            None if self.unknown => RoleAttr::Unknown,
            None => RoleAttr::None,
        }
    }
}
