//! Which argument fills which placeholder of the path.

mod slot;

use self::slot::{Slot, slots};
use syn::{Attribute, GenericArgument, LitStr, PathArguments, Type};

use crate::diagnostics::Diagnostics;
use crate::literal::header;
use crate::literal::path::{Part, PathTemplate, Piece};
use crate::model::Role;
use crate::parse::argument::Argument;
use crate::parse::method::Method;
use crate::parse::role::RoleAttr;
use crate::parse::verb::Route;
use crate::suggest::{nearest, similar};

/// The role of each argument, and the path they fill. After a mistake roles may be missing.
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

struct Binding<'a> {
    method: &'a Method,
    slots: Vec<Slot<'a>>,
    roles: Vec<Option<Role>>,
    /// Placeholders that stand where none can, which was reported.
    elsewhere: &'a [String],
}

/// An argument that says `#[path]`, for a placeholder that is not there.
struct Unplaced<'a> {
    argument: usize,
    name: String,
    attr: &'a Attribute,
}

impl<'a> Binding<'a> {
    fn new(method: &'a Method, elsewhere: &'a [String]) -> Self {
        let slots = match &method.verb.route {
            Route::Path { parts, .. } => slots(parts),
            Route::None | Route::Unknown => Vec::new(),
        };
        let roles = method
            .arguments
            .iter()
            .map(|argument| argument.role().map(|(_, role)| role.clone()))
            .collect();
        Self {
            method,
            slots,
            roles,
            elsewhere,
        }
    }

    fn fill(&mut self, slot: usize, argument: usize) {
        self.roles[argument] = Some(self.slots[slot].role.clone());
        self.slots[slot].argument = Some(argument);
    }

    /// Arguments that say `#[path]`. Returns those whose placeholder is not in the path.
    fn fill_marked(&mut self, diagnostics: &mut Diagnostics) -> Vec<Unplaced<'a>> {
        let method = self.method;
        let mut unplaced = Vec::new();
        for (index, argument) in method.arguments.iter().enumerate() {
            let RoleAttr::Path { attr, placeholder } = &argument.mark else {
                continue;
            };
            let name = placeholder
                .as_ref()
                .map_or_else(|| argument.name(), LitStr::value);
            let Some(slot) = self.slots.iter().position(|slot| slot.name == name) else {
                unplaced.push(Unplaced {
                    argument: index,
                    name,
                    attr,
                });
                continue;
            };
            match self.slots[slot].argument {
                None => self.fill(slot, index),
                Some(other) => diagnostics.push(
                    attr,
                    format!(
                        "`{{{name}}}` is filled by `{}` already: write another placeholder for `{}`",
                        method.arguments[other].name(),
                        argument.name()
                    ),
                ),
            }
        }
        unplaced
    }

    /// Arguments that the path names.
    fn fill_named(&mut self) {
        for (index, argument) in self.method.arguments.iter().enumerate() {
            if !matches!(argument.mark, RoleAttr::None) {
                continue;
            }
            let name = argument.name();
            let slot = self
                .slots
                .iter()
                .position(|slot| slot.argument.is_none() && slot.name == name);
            if let Some(slot) = slot {
                self.fill(slot, index);
            }
        }
    }

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

    /// The placeholder that was probably meant: a near one, or the only one.
    fn nearest_free(&self, name: &str) -> Option<usize> {
        let free = || self.slots.iter().filter(|slot| slot.argument.is_none());
        let near = nearest(name, free().map(|slot| slot.name));
        let only = free().next().filter(|_| free().count() == 1);
        let meant = near.or(only.map(|slot| slot.name))?;
        self.slots.iter().position(|slot| slot.name == meant)
    }

    fn has_url(&self) -> bool {
        self.roles.contains(&Some(Role::Url))
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

    fn nearest_without_role(&self, name: &str) -> Option<usize> {
        let free: Vec<(usize, String)> = self
            .without_role()
            .map(|(index, argument)| (index, argument.name()))
            .collect();
        let near = nearest(name, free.iter().map(|(_, name)| name.as_str()))?;
        free.iter()
            .find(|(_, name)| name == near)
            .map(|(index, _)| *index)
    }

    fn without_role(&self) -> impl Iterator<Item = (usize, &'a Argument)> {
        self.method
            .arguments
            .iter()
            .enumerate()
            .filter(|(index, argument)| {
                matches!(argument.mark, RoleAttr::None) && self.roles[*index].is_none()
            })
    }

    fn marked_otherwise(&self, name: &str) -> Option<(&'a Attribute, String)> {
        self.method
            .arguments
            .iter()
            .find(|argument| argument.name() == name)
            .and_then(|argument| argument.role().map(|(attr, _)| (attr, argument.name())))
    }

    fn has_unknown_mark(&self) -> bool {
        self.method
            .arguments
            .iter()
            .any(|argument| matches!(argument.mark, RoleAttr::Unknown))
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

    /// `None` for the form with a URL, and after a mistake.
    fn template(&self) -> Option<PathTemplate> {
        let Route::Path { literal, parts } = &self.method.verb.route else {
            return None;
        };
        let mut filled = self.slots.iter().map(|slot| slot.argument);
        let mut pieces = Vec::new();
        for part in parts {
            pieces.push(match part {
                Part::Literal(text) => Piece::Literal(text.clone()),
                Part::Value(name) => Piece::Value {
                    placeholder: name.clone(),
                    param: filled.next()??,
                },
                Part::Rest(name) => Piece::Rest {
                    placeholder: name.clone(),
                    param: filled.next()??,
                },
            });
        }
        Some(PathTemplate {
            route: literal.value(),
            pieces,
        })
    }
}

/// By spelling; a type of another name is for the type checker.
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
