//! One argument of an endpoint, as written.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Pat, PatType, Type};

use crate::diagnostics::Mistakes;
use crate::model::Role;
use crate::role::{Features, Mark};
use crate::{attribute, nearest, signature};

pub(crate) struct Argument {
    /// Those that are not ours.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) mark: Mark,
}

impl Argument {
    /// Takes our attributes off the argument. `None`: it has no name to go by.
    pub(crate) fn read(
        argument: &mut PatType,
        features: Features,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let (ours, others) = sort(std::mem::take(&mut argument.attrs), mistakes);
        let (docs, attrs): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|attr| attr.path().is_ident("doc"));
        argument.attrs.clone_from(&attrs);
        signature::no_impl_trait(&argument.ty, mistakes);
        let ident = read_name(&argument.pat, mistakes);
        let name = ident.as_ref().map(|ident| ident.unraw().to_string());
        let mark = read_mark(
            ours,
            name.as_deref().unwrap_or_default(),
            features,
            mistakes,
        );
        Some(Self {
            attrs,
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

    pub(crate) fn is_conditional(&self) -> bool {
        self.attrs.iter().any(attribute::is_cfg)
    }

    pub(crate) fn role(&self) -> Option<(&Attribute, &Role)> {
        match &self.mark {
            Mark::Role { attr, role } => Some((attr, role)),
            _ => None,
        }
    }
}

/// An attribute that is a role, or was meant as one.
struct Ours {
    attr: Attribute,
    meant: Meant,
}

enum Meant {
    Role(&'static str),
    /// Reported; this role is the nearest.
    Nearly(&'static str),
    /// Reported.
    Unknown,
}

fn sort(attrs: Vec<Attribute>, mistakes: &mut Mistakes) -> (Vec<Ours>, Vec<Attribute>) {
    let mut ours = Vec::new();
    let mut others = Vec::new();
    for attr in attrs {
        match meaning(&attr, mistakes) {
            Some(meant) => ours.push(Ours { attr, meant }),
            None => others.push(attr),
        }
    }
    (ours, others)
}

/// `None`: it may stay on the argument.
fn meaning(attr: &Attribute, mistakes: &mut Mistakes) -> Option<Meant> {
    if let Some(hidden) = attribute::hidden_in_cfg_attr(attr, attribute::is_role) {
        mistakes.push(
            attr,
            format!(
                "`#[{hidden}]` is not seen inside `cfg_attr`: write two arguments with a `#[cfg]` each"
            ),
        );
        return Some(Meant::Unknown);
    }
    let name = attribute::name(attr).unwrap_or_default();
    if name == "doc" || attribute::is_built_in_on_argument(&name) {
        return None;
    }
    if let Some(role) = attribute::ROLES.into_iter().find(|role| *role == name) {
        return Some(Meant::Role(role));
    }
    let written = attr.path().to_token_stream().to_string().replace(' ', "");
    let suggestion = nearest::suggestion(&name, "roles of an argument", &attribute::ROLES);
    mistakes.push(attr, format!("unknown role `#[{written}]`: {suggestion}"));
    Some(match nearest::nearest(&name, attribute::ROLES) {
        Some(role) => Meant::Nearly(role),
        None => Meant::Unknown,
    })
}

fn read_name(pattern: &Pat, mistakes: &mut Mistakes) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) => {
            if name.by_ref.is_some() || name.mutability.is_some() || name.subpat.is_some() {
                mistakes.push(
                    pattern,
                    format!(
                        "an argument of an endpoint is a plain name: write `{}`",
                        name.ident
                    ),
                );
            }
            Some(name.ident.clone())
        }
        _ => {
            mistakes.push(
                pattern,
                "an argument of an endpoint is a plain name: write one such as `id`",
            );
            None
        }
    }
}

fn read_mark(ours: Vec<Ours>, name: &str, features: Features, mistakes: &mut Mistakes) -> Mark {
    if ours.is_empty() {
        return Mark::None;
    }
    let mut first: Option<(&str, Mark)> = None;
    for Ours { attr, meant } in ours {
        match (meant, &first) {
            (Meant::Role(_), Some((role, _))) => mistakes.push(
                attr,
                format!(
                    "an argument has one role, and this one is marked `#[{role}]`: keep one of them"
                ),
            ),
            (Meant::Role(role), None) => {
                first = Some((role, Mark::read(attr, role, name, features, mistakes)));
            }
            // One message for one slip: what else is odd about it shows once the name is right.
            (Meant::Nearly(role), None) => {
                let mark = Mark::read(attr, role, name, features, &mut Mistakes::default());
                first = Some((role, mark));
            }
            (Meant::Nearly(_), Some(_)) | (Meant::Unknown, _) => {}
        }
    }
    first.map_or(Mark::Unknown, |(_, mark)| mark)
}
