//! The healthy calls of a cell.

use std::time::Duration;

use tokio::sync::watch;
use wristband_m2m_reqwest::SkipWristbandAuth;
use wristband_m2m_reqwest::reqwest_middleware::ClientWithMiddleware;
use wristband_m2m_reqwest::wristband_m2m::{AccessToken, TokenError, blocking};

use super::world::World;
use super::{Api, Beside};

const PAUSE: Duration = Duration::from_millis(50);
/// The minimum number of calls, even if the rejected caller is done sooner.
const FEWEST: usize = 3;

/// How many healthy calls were made, and how those that failed ended.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) made: usize,
    pub(super) lost: Vec<String>,
}

/// Makes one healthy call after another until `stopped`, and counts them in `made`.
pub(super) async fn call_beside(
    world: World,
    made: watch::Sender<usize>,
    stopped: watch::Receiver<bool>,
) -> Calls {
    let is_over = move |calls: &Calls| {
        made.send_replace(calls.made);
        let is_stopped = *stopped.borrow() || stopped.has_changed().is_err();
        is_stopped && calls.made >= FEWEST
    };
    match world.cell.beside {
        Beside::OtherApi | Beside::HealthyRoute => call_api(&world, is_over).await,
        Beside::LongLivedToken => get_long_lived_tokens(&world, is_over).await,
        Beside::OtherRuntime => {
            on_a_thread(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(call_api(&world, is_over))
            })
            .await
        }
        Beside::BlockingCaller => on_a_thread(move || get_tokens_blocking(&world, is_over)).await,
    }
}

async fn on_a_thread(calls: impl FnOnce() -> Calls + Send + 'static) -> Calls {
    tokio::task::spawn_blocking(calls).await.unwrap()
}

async fn call_api(world: &World, is_over: impl Fn(&Calls) -> bool) -> Calls {
    let http = world.authenticated();
    let mut calls = Calls::default();
    while !is_over(&calls) {
        calls.count(call_once(world, &http).await.err());
        tokio::time::sleep(PAUSE).await;
    }
    calls
}

async fn call_once(world: &World, http: &ClientWithMiddleware) -> Result<(), String> {
    let mut request = http.get(world.healthy());
    if world.cell.api == Api::Always401 && world.cell.beside == Beside::HealthyRoute {
        // There only the requests without a token are healthy.
        request = request.with_extension(SkipWristbandAuth);
    }
    let response = request.send().await.map_err(|error| format!("{error:?}"))?;
    match response.status().as_u16() {
        200 => Ok(()),
        status => Err(format!("{status}, {:?}", super::outcome(&response))),
    }
}

async fn get_long_lived_tokens(world: &World, is_over: impl Fn(&Calls) -> bool) -> Calls {
    let client = &world.client;
    let mut calls = Calls::default();
    while !is_over(&calls) {
        let mut token = client.get_token_valid_for(Duration::from_secs(3600)).await;
        for _ in 0..2 {
            match &token {
                Ok(refused) if !world.accepts(refused.as_str()) => {
                    token = client.replace_token(refused).await;
                }
                _ => break,
            }
        }
        calls.count(problem_of(world, token));
        tokio::time::sleep(PAUSE).await;
    }
    calls
}

fn get_tokens_blocking(world: &World, is_over: impl Fn(&Calls) -> bool) -> Calls {
    let client = blocking::WristbandM2mClient::new(world.client.clone());
    let mut calls = Calls::default();
    while !is_over(&calls) {
        let mut token = client.get_token();
        for _ in 0..2 {
            match &token {
                Ok(refused) if !world.accepts(refused.as_str()) => {
                    token = client.replace_token(refused);
                }
                _ => break,
            }
        }
        calls.count(problem_of(world, token));
        std::thread::sleep(PAUSE);
    }
    calls
}

fn problem_of(world: &World, token: Result<AccessToken, TokenError>) -> Option<String> {
    match token {
        Ok(token) if token.remaining().is_zero() => Some("an expired token".to_owned()),
        Ok(token) if world.accepts(token.as_str()) => None,
        Ok(token) => Some(format!("token {} is revoked", token.as_str())),
        Err(error) => Some(format!("{error:?}")),
    }
}

impl Calls {
    fn count(&mut self, problem: Option<String>) {
        self.made += 1;
        self.lost.extend(problem);
    }
}
