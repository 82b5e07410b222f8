//! Rules of the trait, and across its methods.

use proc_macro2::Ident;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{ItemTrait, TraitItemFn};

use crate::diagnostics::Diagnostics;
use crate::parse::attribute;
use crate::parse::options::TraitOptions;

/// Checks what is before the braces. Returns whether the client cannot implement the trait.
pub(crate) fn check_head(item: &ItemTrait, diagnostics: &mut Diagnostics) -> bool {
    if let Some(token) = &item.unsafety {
        diagnostics.push(
            token,
            "the trait of a client cannot be `unsafe`: remove `unsafe`",
        );
    }
    if let Some(token) = &item.modifiers.auto_token {
        diagnostics.push(
            token,
            "the trait of a client cannot be `auto`: remove `auto`",
        );
    }
    for parameter in &item.generics.params {
        diagnostics.push(
            parameter,
            "the trait of a client cannot be generic: write the types out",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        diagnostics.push(
            clause,
            "the trait of a client cannot have a `where` clause: write supertraits after a colon",
        );
    }
    !item.generics.params.is_empty() || item.generics.where_clause.is_some()
}

/// Names of methods, with whether they are under a `#[cfg]`.
#[derive(Default)]
pub(crate) struct MethodNames(Vec<(Ident, bool)>);

impl MethodNames {
    /// Whether an earlier method has this name. Those under `#[cfg]` may exclude one another, so they are left to rustc.
    pub(crate) fn is_repeated(
        &mut self,
        function: &TraitItemFn,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let name = &function.sig.ident;
        let conditional = function.attrs.iter().any(attribute::is_cfg);
        let mut others = self.0.iter();
        let repeated =
            !conditional && others.any(|(before, conditional)| before == name && !conditional);
        if repeated {
            diagnostics.push(
                name,
                format!("two methods are named `{name}`: give this one another name"),
            );
        }
        self.0.push((name.clone(), conditional));
        repeated
    }
}

pub(crate) fn has_no_endpoint(item: &ItemTrait, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        &item.ident,
        format!(
            "`{}` has no endpoint: write one such as `#[get(\"/orders\")] async fn \
            list(&self) -> Result<Vec<Order>, ApiError>;`",
            item.ident
        ),
    );
}

/// The names of the client and of the `dyn` trait, distinct from each other and from the trait's.
pub(crate) fn names_of_types(
    item: &ItemTrait,
    options: &TraitOptions,
    diagnostics: &mut Diagnostics,
) -> (Ident, Option<Ident>) {
    let derived = format_ident!("{}Client", item.ident.unraw(), span = item.ident.span());
    let mut client = options.client.clone().unwrap_or_else(|| derived.clone());
    if client == item.ident {
        diagnostics.push(
            &client,
            format!(
                "the client cannot have the name of the trait: write `client = {derived}`, or leave it out"
            ),
        );
        client = derived;
    }
    let mut dyn_name = options.dyn_name.clone();
    if let Some(name) = &dyn_name
        && (*name == item.ident || *name == client)
    {
        diagnostics.push(
            name,
            format!(
                "the `dyn` trait cannot have the name of the trait or the client: write `dyn = Dyn{}`",
                item.ident.unraw()
            ),
        );
        dyn_name = None;
    }
    (client, dyn_name)
}
