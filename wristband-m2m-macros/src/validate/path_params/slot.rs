//! The placeholders of a path.

use crate::literal::path::Part;
use crate::model::Role;

/// A placeholder and the argument that fills it.
pub(super) struct Slot<'a> {
    pub(super) name: &'a str,
    pub(super) role: Role,
    /// Position of the argument.
    pub(super) argument: Option<usize>,
}

/// One for each name; a repeated name was reported with the path.
pub(super) fn slots(parts: &[Part]) -> Vec<Slot<'_>> {
    let mut slots: Vec<Slot<'_>> = Vec::new();
    for slot in parts.iter().filter_map(Slot::new) {
        if slots.iter().all(|before| before.name != slot.name) {
            slots.push(slot);
        }
    }
    slots
}

impl<'a> Slot<'a> {
    fn new(part: &'a Part) -> Option<Self> {
        let (name, role) = match part {
            Part::Literal(_) => return None,
            Part::Value(name) => (name, Role::Path),
            Part::Rest(name) => (name, Role::Rest),
        };
        Some(Self {
            name,
            role,
            argument: None,
        })
    }
}
