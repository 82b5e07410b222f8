//! The demand that a fetch has to meet, and the observer that it reports to.

use std::time::Duration;

use crate::error::TokenError;
use crate::token::AccessToken;

/// Why a token is fetched, as the cache knows it at that moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    /// The cached token, unless it has expired.
    pub(crate) have: Option<AccessToken>,
    /// An API has rejected that token.
    pub(crate) is_rejected: bool,
    pub(crate) need: Need,
}

/// The requirements of the caller that started the fetch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Need {
    /// The remaining life that the caller requires.
    pub(crate) min_lifetime: Duration,
    /// The age up to which another process's token is as good as a new one; any by default.
    // Only a token store reads it.
    #[cfg_attr(not(feature = "token-store"), allow(dead_code))]
    pub(crate) max_age: Option<Duration>,
}

impl Demand {
    pub(super) fn reason(&self) -> &'static str {
        match &self.have {
            None => "no token",
            Some(_) if self.is_rejected => "rejected",
            Some(token) if token.remaining() < self.need.min_lifetime => "lives too short",
            Some(_) => "about to expire",
        }
    }
}

/// The flight that a token is fetched for.
pub(crate) trait FetchObserver: Sync {
    /// What is needed now: it may change until [`on_start`](Self::on_start), when the cache is cleared.
    fn demand(&self) -> Demand;

    /// Called before the first request is sent: from here on the token may be older than a clear.
    fn on_start(&self);

    /// Called when an attempt has failed and another follows.
    fn on_failed_attempt(&self, error: &TokenError);

    /// Returns whether nobody will use the token.
    fn is_unwanted(&self) -> bool;

    /// Resolves when nobody will use the token.
    fn unwanted(&self) -> impl Future<Output = ()> + Send;
}
