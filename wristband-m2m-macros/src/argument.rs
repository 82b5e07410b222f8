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

/// An attribute that is a role, under the name that was meant.
struct Ours {
    attr: Attribute,
    role: &'static str,
    misspelt: bool,
}

fn sort(attrs: Vec<Attribute>, mistakes: &mut Mistakes) -> (Vec<Ours>, Vec<Attribute>) {
    let mut ours = Vec::new();
    let mut others = Vec::new();
    for attr in attrs {
        let name = attribute::name(&attr).unwrap_or_default();
        if let Some(hidden) = attribute::hidden_in_cfg_attr(&attr, attribute::is_role) {
            mistakes.push(
                &attr,
                format!(
                    "`#[{hidden}]` is not seen inside `cfg_attr`: write two arguments with a \
                    `#[cfg]` each"
                ),
            );
        } else if attr.path().is_ident("doc") || attribute::is_built_in_on_argument(&name) {
            others.push(attr);
        } else if let Some(role) = attribute::ROLES.into_iter().find(|role| *role == name) {
            ours.push(Ours {
                attr,
                role,
                misspelt: false,
            });
        } else {
            let written = attr.path().to_token_stream().to_string().replace(' ', "");
            let suggestion = nearest::suggestion(&name, "roles of an argument", &attribute::ROLES);
            mistakes.push(&attr, format!("unknown role `#[{written}]`: {suggestion}"));
            if let Some(role) = nearest::nearest(&name, attribute::ROLES) {
                ours.push(Ours {
                    attr,
                    role,
                    misspelt: true,
                });
            } else {
                ours.push(Ours {
                    attr,
                    role: "",
                    misspelt: true,
                });
            }
        }
    }
    (ours, others)
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
    let mut ours = ours.into_iter();
    let Some(first) = ours.next() else {
        return Mark::None;
    };
    for second in ours {
        if !second.misspelt {
            mistakes.push(
                &second.attr,
                format!(
                    "an argument has one role, and this one is marked `#[{}]`: keep one of them",
                    first.role
                ),
            );
        }
    }
    let mark = if first.misspelt {
        // One message for one slip: what else is odd about it shows once the name is right.
        Mark::read(
            first.attr,
            first.role,
            name,
            features,
            &mut Mistakes::default(),
        )
    } else {
        Mark::read(first.attr, first.role, name, features, mistakes)
    };
    mark
}
