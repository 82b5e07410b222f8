//! The token store's place in a fetch. Without the feature `token-store` there is none.

#[cfg(feature = "token-store")]
pub(super) use self::with_store::{Sharing, Store, clear, is_adopted, reject};
#[cfg(not(feature = "token-store"))]
pub(super) use self::without_store::{Sharing, Store, clear, is_adopted, reject};

#[cfg(feature = "token-store")]
mod with_store {
    use std::sync::Arc;

    use crate::error::TokenError;
    use crate::fetch::endpoint::TokenEndpoint;
    use crate::fetch::secret::ClientSecret;
    use crate::fetch::{FetchObserver, unwanted};
    use crate::runtime::race;
    use crate::store::{Sealer, SharedTokens, StoreSession};
    use crate::token::AccessToken;

    pub(in crate::fetch) type Store = Option<Arc<SharedTokens>>;

    pub(in crate::fetch) fn clear(store: &Store, token: Option<&AccessToken>) {
        if let Some(shared) = store {
            shared.clear(token);
        }
    }

    pub(in crate::fetch) fn reject(store: &Store, token: &AccessToken) {
        if let Some(shared) = store {
            shared.reject(token);
        }
    }

    pub(in crate::fetch) fn is_adopted(store: &Store, token: &AccessToken) -> bool {
        store
            .as_ref()
            .is_some_and(|shared| shared.is_adopted(token))
    }

    /// One fetch's use of the store, if the client has one.
    pub(in crate::fetch) struct Sharing(Option<StoreSession>);

    impl Sharing {
        pub(in crate::fetch) fn begin(store: &Store) -> Self {
            Self(store.as_ref().map(SharedTokens::session))
        }

        /// Looks for a token that another process has fetched with this secret.
        pub(in crate::fetch) async fn look(
            &mut self,
            endpoint: &TokenEndpoint,
            secret: &ClientSecret,
            observer: &impl FetchObserver,
        ) -> Result<Option<AccessToken>, TokenError> {
            let sealer = self.0.as_ref().and_then(|_| endpoint.sealer(secret));
            match sealer {
                Some(sealer) => self.look_for(sealer, observer).await,
                None => Ok(None),
            }
        }

        pub(in crate::fetch) async fn look_for(
            &mut self,
            sealer: Sealer,
            observer: &impl FetchObserver,
        ) -> Result<Option<AccessToken>, TokenError> {
            let Self(Some(session)) = self else {
                return Ok(None);
            };
            let demand = || observer.demand();
            let mut found = None;
            let look = async { found = Some(session.look(sealer, &demand).await) };
            race(look, observer.unwanted()).await;
            found.unwrap_or_else(|| Err(unwanted()))
        }

        /// Called before the first request is sent.
        pub(in crate::fetch) fn start(&mut self) {
            if let Self(Some(session)) = self {
                session.start();
            }
        }

        /// Runs a request, and renews the lease meanwhile.
        pub(in crate::fetch) async fn while_leased<T>(
            &self,
            request: impl Future<Output = T>,
        ) -> T {
            match self {
                Self(Some(session)) => session.while_leased(request).await,
                Self(None) => request.await,
            }
        }

        /// Shares the outcome of the fetch.
        pub(in crate::fetch) async fn finish(&mut self, result: &Result<AccessToken, TokenError>) {
            if let Self(Some(session)) = self {
                session.finish(result).await;
            }
        }
    }
}

#[cfg(not(feature = "token-store"))]
mod without_store {
    use crate::error::TokenError;
    use crate::fetch::FetchObserver;
    use crate::fetch::endpoint::TokenEndpoint;
    use crate::fetch::secret::ClientSecret;
    use crate::token::AccessToken;

    pub(in crate::fetch) type Store = ();

    pub(in crate::fetch) fn clear((): &Store, _: Option<&AccessToken>) {}

    pub(in crate::fetch) fn reject((): &Store, _: &AccessToken) {}

    pub(in crate::fetch) fn is_adopted((): &Store, _: &AccessToken) -> bool {
        false
    }

    pub(in crate::fetch) struct Sharing;

    impl Sharing {
        pub(in crate::fetch) fn begin((): &Store) -> Self {
            Self
        }

        pub(in crate::fetch) async fn look(
            &mut self,
            _: &TokenEndpoint,
            _: &ClientSecret,
            _: &impl FetchObserver,
        ) -> Result<Option<AccessToken>, TokenError> {
            Ok(None)
        }

        pub(in crate::fetch) fn start(&mut self) {}

        pub(in crate::fetch) async fn while_leased<T>(
            &self,
            request: impl Future<Output = T>,
        ) -> T {
            request.await
        }

        pub(in crate::fetch) async fn finish(&mut self, _: &Result<AccessToken, TokenError>) {}
    }
}
