//! A method with one verb is an endpoint; one without has a body.

use syn::{FnArg, TraitItemFn};

use crate::diagnostics::Diagnostics;
use crate::parse::attribute::{self, VerbName};
use crate::parse::method::{Method, WithoutVerb};

pub(crate) fn check(method: &Method, diagnostics: &mut Diagnostics) {
    let name = method.verb.name.name();
    for other in &method.others {
        diagnostics.push(
            other,
            format!(
                "an endpoint cannot have two verbs, and this one is `#[{name}]` already: keep one of them"
            ),
        );
    }
    if let Some(body) = &method.body {
        diagnostics.push(
            body,
            format!(
                "an endpoint cannot have a body: write `;` in its place, or remove `#[{name}]`"
            ),
        );
    }
}

pub(crate) fn without(
    function: &TraitItemFn,
    written: &WithoutVerb,
    diagnostics: &mut Diagnostics,
) {
    let name = &function.sig.ident;
    let example = VerbName::Get.example();
    if let Some(attr) = written.fixed.first() {
        diagnostics.push(
            attr,
            format!(
                "`{name}` has no verb to send this with: write one such as `{example}` above it"
            ),
        );
    } else if function.default.is_none() && !written.has_unknown {
        diagnostics.push(
            name,
            format!(
                "`{name}` has neither a verb nor a body: write a verb such as `{example}` above \
                it, or a body"
            ),
        );
    }
    if function.default.is_none() {
        // Endpoints have roles: what is missing is the verb.
        return;
    }
    // The client and the `dyn` trait pass all arguments on.
    let inputs = function.sig.inputs.iter();
    let attrs = inputs.flat_map(|input| match input {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(argument) => &argument.attrs,
    });
    for attr in attrs.filter(|attr| attribute::is_cfg(attr)) {
        diagnostics.push(
            attr,
            "an argument of a client's method cannot have a `#[cfg]`: write two methods with a `#[cfg]` each",
        );
    }
    for attr in &written.roles {
        let role = attribute::name(attr).unwrap_or_default();
        diagnostics.push(
            attr,
            format!(
                "`#[{role}]` has no meaning in a method without a verb: remove it, or write a verb \
                such as `{example}` above the method"
            ),
        );
    }
}
