//! The whole trait: its options, its items, and the service they describe.

use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn, parse_quote};

use crate::diagnostics::Diagnostics;
use crate::lower::{self, Defaults};
use crate::model::Service;
use crate::parse::attribute::FixedName;
use crate::parse::fixed::Fixed;
use crate::parse::item::Parsed;
use crate::parse::options::TraitOptions;
use crate::parse::role::Features;
use crate::parse::{attribute, item, method};
use crate::suggest;

/// A trait as far as it could be understood.
pub(crate) struct Reading {
    /// With the endpoints that have no mistake.
    pub(crate) service: Service,
    /// The methods that have one.
    pub(crate) broken: Vec<Broken>,
    /// Generic, or with items that are no methods: the client cannot be what the trait asks for.
    pub(crate) unsupported: bool,
}

/// A method with a mistake.
pub(crate) struct Broken {
    /// Position in the items of the trait.
    pub(crate) index: usize,
    pub(crate) is_paged: bool,
}

pub(crate) fn read(
    args: TokenStream,
    parsed: Parsed,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Reading {
    let Parsed {
        mut item,
        is_half_typed,
        stubs,
    } = parsed;
    let options = TraitOptions::read(args, diagnostics);
    check_attributes(&mut item.attrs, diagnostics);
    let defaults = Defaults {
        fixed: Fixed::take(&mut item.attrs, diagnostics),
        call: options.call.clone(),
        placeholders: options.placeholders.clone(),
    };
    let mut unsupported = check_head(&item, diagnostics);
    let mut endpoints = Vec::new();
    let mut provided = Vec::new();
    let mut broken = Vec::new();
    let mut methods = 0;
    let mut kept = Vec::new();
    let mut names: Vec<(Ident, bool)> = Vec::new();
    for (at, item) in std::mem::take(&mut item.items).into_iter().enumerate() {
        let is_stub = stubs.contains(&at);
        let unreported = &mut Diagnostics::default();
        let diagnostics = match is_stub {
            true => unreported,
            false => &mut *diagnostics,
        };
        let before = diagnostics.count();
        let mut function = match item::as_function(item, diagnostics) {
            Ok(function) => function,
            Err(other) => {
                unsupported |= !other.is_empty();
                kept.extend(other);
                continue;
            }
        };
        let has_body = function.default.is_some();
        let read = method::read(&mut function, features, diagnostics);
        methods += usize::from(read.is_some() || diagnostics.count() > before);
        if (read.is_some() || has_body) && is_repeated(&function, &mut names, diagnostics) {
            continue;
        }
        let broken_one = Broken {
            index: kept.len(),
            is_paged: read.as_ref().is_some_and(method::Method::is_paged),
        };
        match read {
            _ if is_stub => broken.push(broken_one),
            Some(method) => match lower::endpoint(kept.len(), method, &defaults, diagnostics) {
                Some(endpoint) if diagnostics.count() == before => endpoints.push(endpoint),
                _ => broken.push(broken_one),
            },
            None if has_body => provided.push(lower::provided(kept.len(), &function)),
            None => broken.push(broken_one),
        }
        kept.push(TraitItem::Fn(function));
    }
    item.items = kept;
    if methods == 0 && !unsupported && !is_half_typed {
        diagnostics.push(
            &item.ident,
            format!(
                "`{}` has no endpoint: write one such as `#[get(\"/orders\")] async fn \
                list(&self) -> Result<Vec<Order>, ApiError>;`",
                item.ident
            ),
        );
    }
    let (client, dyn_name) = names_of_types(&item, &options, diagnostics);
    Reading {
        service: Service {
            item,
            krate: options
                .krate
                .unwrap_or_else(|| parse_quote!(::wristband_m2m_reqwest)),
            client,
            dyn_name,
            base_url: options.base_url,
            path: options.path,
            timeout: options.call.timeout,
            endpoints,
            provided,
        },
        broken,
        unsupported,
    }
}

/// Our attributes where they do not belong.
fn check_attributes(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) {
    attrs.retain(|attr| {
        let Some(name) = attribute::name(attr) else {
            return true;
        };
        if FixedName::find(&name).is_some() {
            if attribute::is_above_ours(attr) {
                diagnostics.push(
                    attr.path(),
                    format!(
                        "`#[{name}]` is known to `#[wristband_m2m]` alone: write `#[wristband_m2m]` \
                        first, above it"
                    ),
                );
            }
            // It still is what the user wants to send.
            return true;
        }
        let message = misplaced(&name);
        if let Some(message) = &message {
            diagnostics.push(attr.path(), message);
        }
        message.is_none()
    });
}

fn misplaced(name: &str) -> Option<String> {
    if name == "wristband_m2m" {
        return Some(
            "`#[wristband_m2m]` is on this trait already: write all options in one".to_owned(),
        );
    }
    if attribute::is_on_method(name) {
        return Some(format!(
            "`#[{name}]` is for methods: write it above the method it makes an endpoint"
        ));
    }
    if attribute::is_role(name) {
        return Some(format!(
            "`#[{name}]` is for arguments: write it before the argument it marks"
        ));
    }
    FixedName::nearest(name).map(|near| {
        let similar = suggest::similar("attribute", &format!("#[{}]", near.name()));
        format!(
            "unknown attribute `#[{name}]`: {similar} (write an attribute of another macro with \
            its path)"
        )
    })
}

/// What stands before the braces. Whether the client cannot implement it.
fn check_head(item: &ItemTrait, diagnostics: &mut Diagnostics) -> bool {
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

/// Whether a method of this name was there before. Those under `#[cfg]` may exclude one another, so rustc judges them.
fn is_repeated(
    function: &TraitItemFn,
    names: &mut Vec<(Ident, bool)>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let name = &function.sig.ident;
    let conditional = function.attrs.iter().any(attribute::is_cfg);
    let repeated = !conditional
        && names
            .iter()
            .any(|(before, conditional)| before == name && !conditional);
    if repeated {
        diagnostics.push(
            name,
            format!("two methods are named `{name}`: give this one another name"),
        );
    }
    names.push((name.clone(), conditional));
    repeated
}

/// The client and the `dyn` trait, each with a name of its own.
fn names_of_types(
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
                "the client needs a name of its own: write `client = {derived}`, or leave it out"
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
                "the `dyn` trait needs a name of its own: write `dyn = Dyn{}`",
                item.ident.unraw()
            ),
        );
        dyn_name = None;
    }
    (client, dyn_name)
}
