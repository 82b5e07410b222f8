use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use super::*;

const FOREVER: Duration = Duration::from_secs(3600);

/// Outputs 7 when the gate opens; remembers how it ended.
#[derive(Clone, Default)]
struct Gated(Arc<Shared>);

#[derive(Default)]
struct Shared {
    gate: Notify,
    stop: Notify,
    panics: bool,
    ends: Mutex<Vec<Option<u32>>>,
}

impl Gated {
    fn ends(&self) -> Vec<Option<u32>> {
        self.0.ends.lock().unwrap().clone()
    }
}

impl Work for Gated {
    type Output = u32;

    async fn run(&self, reporter: &Reporter<u32>) -> u32 {
        reporter.start();
        assert!(!self.0.panics, "as scripted");
        self.0.gate.notified().await;
        reporter.set_back();
        self.0.gate.notified().await;
        7
    }

    async fn stopped(&self) {
        self.0.stop.notified().await;
    }

    fn panicked(&self) -> u32 {
        13
    }

    fn on_end(&self, output: Option<&u32>) {
        self.0.ends.lock().unwrap().push(output.copied());
    }
}

#[tokio::test(start_paused = true)]
async fn the_output_is_shared_and_the_owner_hears_of_it_first() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    let (mut first, mut second) = (flight.join(), flight.join());
    assert!(!flight.has_started());
    pending.launch();
    let opening = async {
        yield_now().await;
        assert!(flight.has_started());
        work.0.gate.notify_one();
        yield_now().await;
        work.0.gate.notify_one();
    };
    let (one, two, ()) = tokio::join!(first.wait(None), second.wait(None), opening);
    assert_eq!(
        (one, two),
        (WaitOutcome::Completed(7), WaitOutcome::Completed(7))
    );
    assert_eq!(work.ends(), [Some(7)]);
    assert_eq!(flight.join().wait(None).await, WaitOutcome::Completed(7));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_with_a_fall_back_leaves_at_a_setback_or_after_its_max_wait() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    pending.launch();
    let start = Instant::now();
    let max_wait = Some(Duration::from_secs(2));
    assert_eq!(flight.join().wait(max_wait).await, WaitOutcome::FallBack);
    assert_eq!(start.elapsed().as_secs(), 2);
    work.0.gate.notify_one();
    assert_eq!(
        flight.join().wait(Some(FOREVER)).await,
        WaitOutcome::FallBack
    );
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn dropped_waiters_do_not_stop_it_and_a_slow_flight_is_not_given_up() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    pending.launch();
    let minutes = Duration::from_secs(600);
    assert!(timeout(minutes, flight.join().wait(None)).await.is_err());
    work.0.gate.notify_one();
    yield_now().await;
    work.0.gate.notify_one();
    assert_eq!(flight.join().wait(None).await, WaitOutcome::Completed(7));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_output() {
    let work = Gated(Arc::new(Shared {
        panics: true,
        ..Shared::default()
    }));
    let (flight, pending) = prepare(work.clone());
    pending.launch();
    assert_eq!(flight.join().wait(None).await, WaitOutcome::Completed(13));
    assert_eq!(work.ends(), [Some(13)]);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_flight_ends_without_an_output() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    pending.launch();
    work.0.stop.notify_one();
    assert_eq!(flight.join().wait(None).await, WaitOutcome::Abandoned);
    assert_eq!(work.ends(), [None]);
}

#[tokio::test(start_paused = true)]
async fn a_flight_that_is_not_launched_is_abandoned() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    drop(pending);
    assert_eq!(flight.join().wait(None).await, WaitOutcome::Abandoned);
    assert_eq!(work.ends(), [None]);
}

#[test]
fn a_flight_on_an_idle_runtime_is_abandoned_after_two_missed_checks() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let idle = runtime();
    let (flight, pending) = prepare(Gated::default());
    idle.block_on(async {
        pending.launch();
        yield_now().await;
        assert!(flight.has_started());
    });
    runtime().block_on(async {
        let start = Instant::now();
        assert_eq!(flight.join().wait(None).await, WaitOutcome::Abandoned);
        assert_eq!(start.elapsed(), HEARTBEAT_CHECK * 2);
    });
}

#[tokio::test(start_paused = true)]
async fn it_is_unwanted_once_it_is_detached_and_its_waiters_are_gone() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    let PendingFlight(guard) = &pending;
    let waiter = flight.join();
    drop(flight);
    assert!(!guard.reporter.is_unwanted());
    drop(waiter);
    assert!(guard.reporter.is_unwanted());
    guard.reporter.unwanted().await;
}

/// A runtime is dropped while its thread unwinds: the work did not panic, so its waiters must not be given that output.
#[test]
fn a_panic_elsewhere_on_the_thread_is_not_an_output() {
    let work = Gated::default();
    let (flight, pending) = prepare(work.clone());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            pending.launch();
            yield_now().await;
        });
        std::panic::resume_unwind(Box::new("a test that fails"));
    });
    assert!(thread.join().is_err());
    assert!(flight.has_started());
    assert_eq!(work.ends(), [None]);
}
