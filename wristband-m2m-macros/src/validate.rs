//! The rules that what the user wrote has to keep.

pub(crate) mod path_params;
pub(crate) mod rules;
