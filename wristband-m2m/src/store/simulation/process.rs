//! A process without a cache.

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::SimulatedEndpoint;
use crate::error::TokenError;
use crate::fetch::Demand;
use crate::store::contract::TokenStore;
use crate::store::protocol::Sealer;
use crate::store::protocol::SharedTokens;
use crate::token::AccessToken;
use crate::token::expiry::ExpiryPolicy;

/// One process of a fleet, with a store and without a cache.
#[derive(Clone)]
pub(in crate::store) struct Process {
    pub(in crate::store) shared: Arc<SharedTokens>,
    pub(in crate::store) endpoint: SimulatedEndpoint,
}

impl Process {
    pub(in crate::store) fn new(store: impl TokenStore, endpoint: &SimulatedEndpoint) -> Self {
        let policy = ExpiryPolicy {
            buffer: Duration::from_secs(60),
            refresh_ahead: Duration::from_secs(60),
        };
        Self {
            shared: Arc::new(SharedTokens::new(Arc::new(store), policy)),
            endpoint: endpoint.clone(),
        }
    }

    /// Makes one flight.
    pub(in crate::store) async fn token(&self, demand: Demand) -> Result<AccessToken, TokenError> {
        let mut session = self.shared.session();
        let result = match session.look(sealer("secret"), &|| demand.clone()).await {
            Ok(None) => {
                session.start();
                session.while_leased(self.endpoint.fetch()).await
            }
            Ok(Some(token)) => Ok(token),
            Err(error) => Err(error),
        };
        session.finish(&result).await;
        result
    }

    pub(in crate::store) async fn first(&self) -> Result<AccessToken, TokenError> {
        self.token(Demand::default()).await
    }

    /// Replaces a token, as after a 401.
    pub(in crate::store) async fn replacement(
        &self,
        rejected: &AccessToken,
    ) -> Result<AccessToken, TokenError> {
        self.shared.reject(rejected);
        self.token(Demand {
            have: Some(rejected.clone()),
            is_rejected: true,
            ..Demand::default()
        })
        .await
    }
}

pub(in crate::store) fn sealer(secret: &str) -> Sealer {
    Sealer::new(secret, "https://acme.example/oauth2/token", "client").unwrap()
}
