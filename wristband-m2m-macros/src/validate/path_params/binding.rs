//! Binds arguments to placeholders.

use syn::{Attribute, LitStr};

use super::slot::{Slot, slots};
use crate::diagnostics::Diagnostics;
use crate::literal::path::{Part, PathTemplate, Piece};
use crate::model::Role;
use crate::parse::argument::Argument;
use crate::parse::method::Method;
use crate::parse::role::RoleAttr;
use crate::parse::verb::Route;
use crate::suggest::nearest;

pub(super) struct Binding<'a> {
    pub(super) method: &'a Method,
    pub(super) slots: Vec<Slot<'a>>,
    pub(super) roles: Vec<Option<Role>>,
    /// Placeholders in the trait's path; reported.
    pub(super) elsewhere: &'a [String],
}

/// An argument marked `#[path]` whose placeholder is missing.
pub(super) struct Unplaced<'a> {
    pub(super) argument: usize,
    pub(super) name: String,
    pub(super) attr: &'a Attribute,
}

impl<'a> Binding<'a> {
    pub(super) fn new(method: &'a Method, elsewhere: &'a [String]) -> Self {
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

    pub(super) fn fill(&mut self, slot: usize, argument: usize) {
        self.roles[argument] = Some(self.slots[slot].role.clone());
        self.slots[slot].argument = Some(argument);
    }

    /// Fills placeholders with arguments marked `#[path]`. Returns those whose placeholder is not in the path.
    pub(super) fn fill_marked(&mut self, diagnostics: &mut Diagnostics) -> Vec<Unplaced<'a>> {
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

    /// Fills placeholders with the arguments of the same name.
    pub(super) fn fill_named(&mut self) {
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

    /// The placeholder that was probably meant: a similar one, or the only one.
    pub(super) fn nearest_free(&self, name: &str) -> Option<usize> {
        let free = || self.slots.iter().filter(|slot| slot.argument.is_none());
        let near = nearest(name, free().map(|slot| slot.name));
        let only = free().next().filter(|_| free().count() == 1);
        let meant = near.or(only.map(|slot| slot.name))?;
        self.slots.iter().position(|slot| slot.name == meant)
    }

    pub(super) fn has_url(&self) -> bool {
        self.roles.contains(&Some(Role::Url))
    }

    pub(super) fn nearest_without_role(&self, name: &str) -> Option<usize> {
        let free: Vec<(usize, String)> = self
            .without_role()
            .map(|(index, argument)| (index, argument.name()))
            .collect();
        let near = nearest(name, free.iter().map(|(_, name)| name.as_str()))?;
        free.iter()
            .find(|(_, name)| name == near)
            .map(|(index, _)| *index)
    }

    pub(super) fn without_role(&self) -> impl Iterator<Item = (usize, &'a Argument)> {
        self.method
            .arguments
            .iter()
            .enumerate()
            .filter(|(index, argument)| {
                matches!(argument.mark, RoleAttr::None) && self.roles[*index].is_none()
            })
    }

    pub(super) fn marked_otherwise(&self, name: &str) -> Option<(&'a Attribute, String)> {
        self.method
            .arguments
            .iter()
            .find(|argument| argument.name() == name)
            .and_then(|argument| argument.role().map(|(attr, _)| (attr, argument.name())))
    }

    pub(super) fn has_unknown_mark(&self) -> bool {
        self.method
            .arguments
            .iter()
            .any(|argument| matches!(argument.mark, RoleAttr::Unknown))
    }

    /// `None` for the form with a URL, and after an error.
    pub(super) fn template(&self) -> Option<PathTemplate> {
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
