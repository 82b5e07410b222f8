//! Binds the arguments to the placeholders of the path.

mod binding;
mod slot;

use self::binding::{Binding, Unplaced};
use syn::{GenericArgument, PathArguments, Type};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::literal::path::PathTemplate;
use crate::model::Role;
use crate::parse::method::Method;
use crate::parse::verb::Route;
use crate::suggest::similar;

/// The role of each argument, and the path that they fill. After an error roles may be missing.
pub(crate) fn bind(
    method: &Method,
    elsewhere: &[String],
    diagnostics: &mut Diagnostics,
) -> (Vec<Option<Role>>, Option<PathTemplate>) {
    let mut binding = Binding::new(method, elsewhere);
    let unplaced = binding.fill_marked(diagnostics);
    binding.fill_named();
    binding.report_unplaced(unplaced, diagnostics);
    binding.report_unfilled(diagnostics);
    binding.check_filled(diagnostics);
    binding.report_without_role(diagnostics);
    let path = binding.template();
    (binding.roles, path)
}

impl Binding<'_> {
    fn report_unplaced(&mut self, unplaced: Vec<Unplaced<'_>>, diagnostics: &mut Diagnostics) {
        for Unplaced {
            argument,
            name,
            attr,
        } in unplaced
        {
            let message = match &self.method.verb.route {
                Route::Unknown => continue,
                Route::None if !self.has_url() => continue,
                Route::None => format!(
                    "`#[url]` is the whole URL, without a `{{{name}}}`: remove this argument, or \
                    write a path in place of `#[url]`"
                ),
                Route::Path { literal, .. } => match self.nearest_free(&name) {
                    Some(slot) => {
                        self.fill(slot, argument);
                        format!(
                            "the path has no `{{{name}}}`: write `#[path(\"{}\")]`, or \
                                `{{{name}}}` in the path",
                            self.slots[slot].name
                        )
                    }
                    None => format!(
                        "the path \"{}\" has no `{{{name}}}`: write it where the argument belongs",
                        literal.value()
                    ),
                },
            };
            diagnostics.push(attr, message);
        }
    }

    fn check_filled(&self, diagnostics: &mut Diagnostics) {
        for slot in &self.slots {
            let Some(argument) = slot
                .argument
                .and_then(|index| self.method.arguments.get(index))
            else {
                continue;
            };
            if is_option(&argument.ty) {
                diagnostics.push(
                    &argument.ty,
                    format!(
                        "`{{{}}}` cannot be left out of the path, so its argument cannot be an \
                        `Option`: write the type inside, and a second method for the path \
                        without it",
                        slot.name
                    ),
                );
            }
        }
    }

    fn report_unfilled(&mut self, diagnostics: &mut Diagnostics) {
        let Route::Path { literal, .. } = &self.method.verb.route else {
            return;
        };
        // An argument without a name may have been meant for any of them, and was reported.
        let unnamed = self.method.sig.inputs.len()
            > self.method.arguments.len() + usize::from(self.method.sig.receiver().is_some());
        for slot in 0..self.slots.len() {
            if self.slots[slot].argument.is_some() {
                continue;
            }
            let name = self.slots[slot].name;
            let near = self.nearest_without_role(name);
            if let Some(near) = near {
                let meant = self.method.arguments[near].name();
                diagnostics.push(
                    literal,
                    format!(
                        "no argument is named `{name}`, for `{{{name}}}`: {}",
                        similar("argument", &meant)
                    ),
                );
                self.fill(slot, near);
            } else if let Some((attr, argument)) = self.marked_otherwise(name) {
                diagnostics.push(
                    attr,
                    format!(
                        "`{argument}` is in the path as `{{{name}}}` already: remove this \
                        role, or rename the placeholder"
                    ),
                );
            } else if !unnamed && !self.has_unknown_mark() {
                diagnostics.push(
                    literal,
                    format!(
                        "no argument is named `{name}`, for `{{{name}}}`: write one, or mark \
                        one `#[path(\"{name}\")]`"
                    ),
                );
            }
        }
    }

    fn report_without_role(&self, diagnostics: &mut Diagnostics) {
        let Route::Path { literal, .. } = &self.method.verb.route else {
            return;
        };
        let path = literal.value();
        for (_, argument) in self.without_role() {
            let name = argument.name();
            if self.elsewhere.contains(&name) {
                continue;
            }
            let colon = format!(":{name}");
            let message = if path.split('/').any(|segment| segment == colon) {
                format!(
                    "`{name}` has no role, and `{colon}` is plain text: write `{{{name}}}` in the \
                        path"
                )
            } else {
                let body = match self.method.verb.method.as_str() {
                    "GET" | "HEAD" => "",
                    _ => "`#[json]`, ",
                };
                format!(
                    "`{name}` has no role: write `{{{name}}}` in the path, or mark it \
                        {body}`#[query]`, `#[header(\"{}\")]` or with another role",
                    header::name_for(&name)
                )
            };
            diagnostics.push(&argument.ident, message);
        }
    }
}

/// Recognized by spelling; the type checker sees through aliases.
fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_option(&group.elem),
        Type::Paren(paren) => is_option(&paren.elem),
        Type::Reference(reference) => is_option(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            last.ident == "Option"
                && matches!(&last.arguments, PathArguments::AngleBracketed(inside)
                    if matches!(inside.args.first(), Some(GenericArgument::Type(_))))
        }),
        _ => false,
    }
}
