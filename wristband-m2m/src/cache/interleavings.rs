//! Runs the cache under shuttle, which chooses at each lock, task and pause what runs next.
//!
//! Short pauses may end at any moment; those of an hour or more never do.
//! A caller that is left waiting is a deadlock to shuttle, and fails the test that has it.

mod world;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::Poll;

use shuttle::future::{block_on, spawn, yield_now};
use shuttle::{check_dfs, check_pct, check_random};

use self::world::{World, world};
use super::*;

const HOUR: Duration = Duration::from_secs(3600);

async fn get(cache: &Arc<TokenCache>) -> Result<AccessToken, TokenError> {
    match cache.fresh_token(Duration::ZERO) {
        Some(token) => Ok(token),
        None => cache.token(Duration::ZERO).await,
    }
}

/// Waits until no flight is under way, attached or not: shuttle may not drop one half-way.
async fn ended(cache: &Arc<TokenCache>) {
    while Arc::strong_count(cache) > 1 {
        yield_now().await;
    }
}

fn number(token: &AccessToken) -> u64 {
    token
        .as_str()
        .parse()
        .expect("the source numbers its tokens")
}

/// Polls `work` a few times and drops it.
async fn abandon<T>(work: impl Future<Output = T>) {
    let mut work = pin!(work);
    for _ in 0..2 {
        let done = poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await;
        if done {
            return;
        }
        yield_now().await;
    }
}

fn explore(scenario: impl Fn() + Send + Sync + Clone + 'static) {
    check_random(scenario.clone(), 3000);
    check_pct(scenario, 1500, 3);
}

#[test]
fn callers_share_one_fetch_and_its_failure() {
    explore(|| {
        block_on(async {
            let World { cache, source } = world(Duration::ZERO, &[1]);
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let cache = Arc::clone(&cache);
                    spawn(async move { get(&cache).await })
                })
                .collect();
            for caller in callers {
                // The first fetch fails, and so do its waiters, unless another one has fetched a token since.
                if let Ok(token) = caller.await.unwrap() {
                    assert_eq!(number(&token), 2);
                }
            }
            assert!(source.started.load(Ordering::Relaxed) <= 2);
            assert_eq!(source.most_under_way.load(Ordering::Relaxed), 1);
            assert_eq!(get(&cache).await.map(|token| number(&token)).ok(), Some(2));
        });
    });
}

#[test]
fn no_token_that_was_cleared_is_handed_out_or_kept() {
    explore(|| {
        block_on(async {
            let World { cache, source } = world(Duration::ZERO, &[]);
            let callers: Vec<_> = (0..2)
                .map(|_| {
                    let cache = Arc::clone(&cache);
                    spawn(async move { get(&cache).await.unwrap() })
                })
                .collect();
            let clearing = {
                let cache = Arc::clone(&cache);
                spawn(async move {
                    yield_now().await;
                    let before = source.started.load(Ordering::Relaxed);
                    cache.clear();
                    (before, number(&get(&cache).await.unwrap()), source)
                })
            };
            let (before, after, source) = clearing.await.unwrap();
            assert!(
                after > before,
                "token {after} was asked for before the clear, as were {before}"
            );
            for caller in callers {
                caller.await.unwrap();
            }
            assert!(number(&get(&cache).await.unwrap()) > before);
            assert!(source.most_under_way.load(Ordering::Relaxed) <= 2);
        });
    });
}

#[test]
fn a_rejected_token_is_renewed_once_however_many_report_it() {
    explore(|| {
        block_on(async {
            let World { cache, source } = world(Duration::ZERO, &[]);
            let rejected = get(&cache).await.unwrap();
            let reporters: Vec<_> = (0..3)
                .map(|_| {
                    let (cache, rejected) = (Arc::clone(&cache), rejected.clone());
                    spawn(async move {
                        let cleared = cache.clear_if(&rejected);
                        (cleared, number(&get(&cache).await.unwrap()))
                    })
                })
                .collect();
            let mut cleared = 0;
            for reporter in reporters {
                let (did_clear, renewed) = reporter.await.unwrap();
                cleared += u32::from(did_clear);
                assert_eq!(renewed, 2);
            }
            assert_eq!(cleared, 1);
            assert_eq!(source.started.load(Ordering::Relaxed), 2);
            assert_eq!(source.most_under_way.load(Ordering::Relaxed), 1);
        });
    });
}

async fn replace(cache: &Arc<TokenCache>, rejected: &AccessToken) -> Result<u64, TokenError> {
    cache.replace(rejected).await.map(|token| number(&token))
}

#[test]
fn a_replacement_is_sent_after_the_rejection_and_the_others_keep_the_token_though_it_fails() {
    for fails in [&[][..], &[2], &[2, 3]] {
        explore(move || {
            block_on(async move {
                let World { cache, source } = world(Duration::ZERO, fails);
                let rejected = get(&cache).await.unwrap();
                let reporters: Vec<_> = (0..2)
                    .map(|_| {
                        let (cache, rejected) = (Arc::clone(&cache), rejected.clone());
                        spawn(async move { replace(&cache, &rejected).await })
                    })
                    .collect();
                let other = {
                    let cache = Arc::clone(&cache);
                    spawn(async move { number(&get(&cache).await.unwrap()) })
                };
                let number_of_other = other.await.unwrap();
                assert!(number_of_other == 1 || !fails.contains(&number_of_other));
                for reporter in reporters {
                    match reporter.await.unwrap() {
                        Ok(renewed) => assert!(renewed > 1),
                        Err(_) => assert!(!fails.is_empty()),
                    }
                }
                ended(&cache).await;
                assert_eq!(source.most_under_way.load(Ordering::Relaxed), 1);
            });
        });
    }
}

#[test]
fn a_rejection_meets_a_refresh_under_way_in_every_order() {
    explore(|| {
        block_on(async {
            // Each token is due for a refresh at once.
            let World { cache, source } = world(HOUR - Duration::from_nanos(1), &[]);
            let rejected = get(&cache).await.unwrap();
            let refreshing = {
                let cache = Arc::clone(&cache);
                spawn(async move { get(&cache).await.unwrap() })
            };
            let (sent, was_cached) = {
                let mut state = lock(&cache.state);
                (
                    source.started.load(Ordering::Relaxed),
                    state.reject(&rejected),
                )
            };
            let renewed = replace(&cache, &rejected).await.unwrap();
            assert!(
                renewed > sent || !was_cached,
                "token {renewed} was asked for before the rejection, as were {sent}"
            );
            refreshing.await.unwrap();
            ended(&cache).await;
            assert!(source.most_under_way.load(Ordering::Relaxed) <= 2);
        });
    });
}

#[test]
fn replace_clear_and_get_leave_no_caller_waiting() {
    for fails in [&[][..], &[2], &[3]] {
        explore(move || {
            block_on(async move {
                let World { cache, source } = world(Duration::ZERO, fails);
                let rejected = get(&cache).await.unwrap();
                let replacing = {
                    let (cache, rejected) = (Arc::clone(&cache), rejected.clone());
                    spawn(async move { replace(&cache, &rejected).await })
                };
                let clearing = {
                    let cache = Arc::clone(&cache);
                    spawn(async move {
                        let before = source.started.load(Ordering::Relaxed);
                        cache.clear();
                        if let Ok(token) = get(&cache).await {
                            assert!(number(&token) > before, "a cleared token was served");
                        }
                        source
                    })
                };
                let getting = {
                    let cache = Arc::clone(&cache);
                    spawn(async move { get(&cache).await.map(drop) })
                };
                if let Ok(renewed) = replacing.await.unwrap() {
                    assert!(renewed > 1);
                }
                let source = clearing.await.unwrap();
                let _ = getting.await.unwrap();
                assert!(source.most_under_way.load(Ordering::Relaxed) <= 2);
                // A failed flight does not block the next one.
                while get(&cache).await.is_err() {}
                ended(&cache).await;
            });
        });
    }
}

#[test]
fn dropped_callers_and_a_lost_flight_leave_no_caller_waiting() {
    explore(|| {
        block_on(async {
            let World { cache, source } = world(Duration::ZERO, &[]);
            let dropped = {
                let cache = Arc::clone(&cache);
                spawn(async move { abandon(get(&cache)).await })
            };
            let lost = {
                let cache = Arc::clone(&cache);
                spawn(async move {
                    yield_now().await;
                    let (_, pending) = cache.decide_locked(
                        &mut lock(&cache.state),
                        Ask::New {
                            max_age: Duration::MAX,
                        },
                    )?;
                    // What the end of a runtime does to the flight's task.
                    if let Some(task) = pending.and_then(PendingFlight::launch) {
                        yield_now().await;
                        task.abort();
                    }
                    Ok::<_, TokenError>(())
                })
            };
            let waiting = {
                let cache = Arc::clone(&cache);
                spawn(async move { get(&cache).await.map(drop) })
            };
            dropped.await.unwrap();
            lost.await.unwrap().unwrap();
            waiting.await.unwrap().unwrap();
            ended(&cache).await;
            assert_eq!(source.most_under_way.load(Ordering::Relaxed), 1);
            get(&cache).await.unwrap();
        });
    });
}

#[test]
fn in_the_buffer_every_caller_gets_a_token_whatever_becomes_of_the_refresh() {
    explore(|| {
        block_on(async {
            let World { cache, source } = world(HOUR - Duration::from_nanos(1), &[2]);
            assert_eq!(number(&get(&cache).await.unwrap()), 1);
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let cache = Arc::clone(&cache);
                    spawn(async move { get(&cache).await.unwrap() })
                })
                .collect();
            for caller in callers {
                caller.await.unwrap();
            }
            ended(&cache).await;
            assert_eq!(source.most_under_way.load(Ordering::Relaxed), 1);
        });
    });
}

#[test]
fn a_clear_meets_a_fetch_in_every_order() {
    check_dfs(
        || {
            block_on(async {
                let World { cache, source } = world(Duration::ZERO, &[]);
                let fetching = {
                    let cache = Arc::clone(&cache);
                    spawn(async move { get(&cache).await.map(drop) })
                };
                let before = source.started.load(Ordering::Relaxed);
                cache.clear();
                assert!(number(&get(&cache).await.unwrap()) > before);
                fetching.await.unwrap().unwrap();
            });
        },
        Some(20_000),
    );
}
