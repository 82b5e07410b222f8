//! Path templates: `/orders/{id}`.

/// A path with placeholders.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathTemplate {
    /// As written.
    pub(crate) route: String,
    /// In order; two literals never follow one another.
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Text, with the slashes it was written with.
    Literal(String),
    /// `{id}`: a segment or a part of one, from the argument at `param`.
    Value { placeholder: String, param: usize },
    /// `{*rest}`: the last segments of the path, from the argument at `param`.
    Rest { placeholder: String, param: usize },
}
