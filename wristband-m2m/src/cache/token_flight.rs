//! The flight that fetches a token for the cache.

use std::sync::Arc;

use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::TokenCache;
use super::single_flight::{Reporter, Work};
use super::state::FlightId;
use crate::error::TokenError;
use crate::fetch::{Demand, FetchObserver, Need};
use crate::token::AccessToken;

type Outcome = Result<AccessToken, TokenError>;

pub(super) struct TokenFlight {
    cache: Arc<TokenCache>,
    id: FlightId,
    need: Need,
    is_retry: bool,
    span: Span,
}

impl TokenFlight {
    pub(super) fn new(cache: Arc<TokenCache>, id: FlightId, need: Need, is_retry: bool) -> Self {
        Self {
            cache,
            id,
            need,
            is_retry,
            span: Span::none(),
        }
    }
}

impl Work for TokenFlight {
    type Output = Outcome;

    /// The cache's lock is released here: a subscriber may be slow, or look at the client's status itself.
    fn on_launch(&mut self) {
        self.span = tracing::info_span!(
            parent: None,
            "wristband_m2m.fetch",
            wristband_m2m.client_id = self.cache.fetcher.client_id(),
            reason = Empty,
            attempts = Empty,
            outcome = Empty,
            otel.status_code = Empty,
            error.type = Empty,
        );
        self.span.follows_from(Span::current());
    }

    async fn run(&self, reporter: &Reporter<Outcome>) -> Outcome {
        let observer = Observer {
            flight: self,
            reporter,
        };
        let fetch = self.cache.fetcher.token(&observer, self.is_retry);
        fetch.instrument(self.span.clone()).await
    }

    async fn stopped(&self) {
        let _ = self
            .cache
            .closed
            .subscribe()
            .wait_for(|closed| *closed)
            .await;
    }

    fn panicked(&self) -> Outcome {
        Err(TokenError::interrupted("the token request panicked"))
    }

    fn on_end(&self, output: Option<&Outcome>) {
        let _entered = self.span.enter();
        match output {
            Some(result) => {
                match result {
                    Ok(_) => {
                        self.span.record("outcome", "token");
                    }
                    Err(error) => {
                        let kind = error.kind().name();
                        self.span.record("outcome", kind);
                        self.span.record("error.type", kind);
                        self.span.record("otel.status_code", "ERROR");
                    }
                }
                self.cache.on_complete(self.id, result);
            }
            None => self.cache.on_abandoned(self.id),
        }
    }
}

/// What the fetch reports to the flight and the cache.
struct Observer<'a> {
    flight: &'a TokenFlight,
    reporter: &'a Reporter<Outcome>,
}

impl FetchObserver for Observer<'_> {
    fn demand(&self) -> Demand {
        self.flight.cache.demand(self.flight.need)
    }

    fn on_start(&self) {
        self.reporter.start();
    }

    fn on_failed_attempt(&self, error: &TokenError) {
        self.flight.cache.on_failed_attempt(self.flight.id, error);
        self.reporter.set_back();
    }

    fn is_unwanted(&self) -> bool {
        self.reporter.is_unwanted()
    }

    async fn unwanted(&self) {
        self.reporter.unwanted().await;
    }
}
