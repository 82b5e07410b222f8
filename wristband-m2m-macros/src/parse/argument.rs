//! One argument of an endpoint, as written.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Pat, PatType, Type};

use crate::diagnostics::Diagnostics;
use crate::model::Role;
use crate::parse::role::{Features, RoleAttr, RoleName};
use crate::parse::{attribute, signature};
use crate::suggest;

pub(crate) struct Argument {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) mark: RoleAttr,
}

impl Argument {
    /// Takes our attributes off the argument. `None`: it has no name to go by.
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
        signature::no_impl_trait(&argument.ty, diagnostics);
        let ident = read_name(&argument.pat, diagnostics);
        let name = ident.as_ref().map(|ident| ident.unraw().to_string());
        let mark = read_mark(
            ours,
            name.as_deref().unwrap_or_default(),
            features,
            diagnostics,
        );
        Some(Self {
            docs,
            ident: ident?,
            ty: (*argument.ty).clone(),
            mark,
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
    /// Reported; this role is the nearest.
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
                "`#[{hidden}]` is not seen inside `cfg_attr`: write two methods with a `#[cfg]` each"
            ),
        );
        return Some(Meant::Unknown);
    }
    let name = attribute::name(attr).unwrap_or_default();
    if name == "cfg" {
        diagnostics.push(
            attr,
            "`#[cfg]` cannot stand on an argument of a client: write two methods with a `#[cfg]` each",
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

fn read_mark(
    ours: Vec<OwnAttr>,
    name: &str,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> RoleAttr {
    if ours.is_empty() {
        return RoleAttr::None;
    }
    let mut first: Option<(RoleName, RoleAttr)> = None;
    for OwnAttr { attr, meant } in ours {
        match (meant, &first) {
            (Meant::Role(_), Some((role, _))) => diagnostics.push(
                attr,
                format!(
                    "an argument cannot have two roles, and this one is marked `#[{}]`: keep one of them",
                    role.name()
                ),
            ),
            (Meant::Role(role), None) => {
                let mark = RoleAttr::read(attr, role, name, features, diagnostics);
                first = Some((role, mark));
            }
            // One message for one slip: what else is odd about it shows once the name is right.
            (Meant::Nearly(role), None) => {
                let mark = RoleAttr::read(attr, role, name, features, &mut Diagnostics::default());
                first = Some((role, mark));
            }
            (Meant::Nearly(_), Some(_)) | (Meant::Unknown, _) => {}
        }
    }
    first.map_or(RoleAttr::Unknown, |(_, mark)| mark)
}
