//! String literals with a grammar: paths, URLs, headers, durations.

pub(crate) mod base_url;
pub(crate) mod duration;
pub(crate) mod header;
pub(crate) mod path;
