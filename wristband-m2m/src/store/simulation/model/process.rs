//! One process of the model.

use super::world::Token;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Process {
    pub(super) activity: Activity,
    /// The tokens that it saw rejected.
    pub(super) rejected: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Activity {
    /// It needs a token other than the one it knows.
    Looking(Option<Token>),
    Fetching {
        token: Token,
        known: Option<Token>,
        is_leased: bool,
    },
    Serving(Token),
}

impl Default for Activity {
    fn default() -> Self {
        Self::Looking(None)
    }
}
