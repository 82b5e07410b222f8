//! The trait as written: its options, its attributes, its members.

use proc_macro2::TokenStream;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn};

use crate::diagnostics::Diagnostics;
use crate::parse::attribute::FixedName;
use crate::parse::fixed::Fixed;
use crate::parse::item::Parsed;
use crate::parse::method::Written;
use crate::parse::options::TraitOptions;
use crate::parse::role::Features;
use crate::parse::{attribute, item, method};
use crate::suggest;

pub(crate) struct WrittenService {
    /// Without our attributes, and without its items.
    pub(crate) item: ItemTrait,
    pub(crate) options: TraitOptions,
    pub(crate) fixed: Fixed,
    pub(crate) members: Vec<Member>,
    /// It does not parse yet: some of what is between the braces is not a member.
    pub(crate) is_half_typed: bool,
}

pub(crate) enum Member {
    Method(Box<WrittenMethod>),
    /// Not a method; reported.
    Other(Box<TraitItem>),
}

pub(crate) struct WrittenMethod {
    /// Without our attributes.
    pub(crate) function: TraitItemFn,
    pub(crate) written: Written,
    /// It does not parse yet: only the signature is known.
    pub(crate) is_stub: bool,
    /// Something reported left a part of it unread.
    pub(crate) has_mistake: bool,
}

pub(crate) fn read(
    args: TokenStream,
    parsed: Parsed,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> WrittenService {
    let Parsed {
        mut item,
        is_half_typed,
        stubs,
    } = parsed;
    let options = TraitOptions::read(args, diagnostics);
    check_attributes(&mut item.attrs, diagnostics);
    let fixed = Fixed::take(&mut item.attrs, diagnostics);
    let mut members = Vec::new();
    for (at, item) in std::mem::take(&mut item.items).into_iter().enumerate() {
        let mut unreported = Diagnostics::default();
        let is_stub = stubs.contains(&at);
        let diagnostics = match is_stub {
            true => &mut unreported,
            false => &mut *diagnostics,
        };
        members.extend(member(item, is_stub, features, diagnostics));
    }
    WrittenService {
        item,
        options,
        fixed,
        members,
        is_half_typed,
    }
}

/// `None`: nothing of it is left; reported.
fn member(
    item: TraitItem,
    is_stub: bool,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Option<Member> {
    let before = diagnostics.count();
    let mut function = match item::as_function(item, diagnostics) {
        Ok(function) => function,
        Err(other) => return other.map(Member::Other),
    };
    let written = method::read(&mut function, features, diagnostics);
    diagnostics.depend_on(before, &function.attrs);
    Some(Member::Method(Box::new(WrittenMethod {
        function,
        written,
        is_stub,
        has_mistake: diagnostics.count() > before,
    })))
}

/// Reports our attributes where they do not belong.
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
                        "`#[{name}]` cannot be above `#[wristband_m2m]`: write `#[wristband_m2m]` first"
                    ),
                );
            }
            // The user still wants to send it.
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
