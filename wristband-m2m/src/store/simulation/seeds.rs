//! Runs of a fleet in chaos, each of which follows from its seed.
//!
//! `WRISTBAND_M2M_SEEDS=100000` sets the number of seeds; `WRISTBAND_M2M_SEED=17` runs only this one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::fleet::Fleet;
use crate::clock::simulated;
use crate::jitter::seeded;

/// One takes about ten milliseconds.
const SEEDS: u64 = 300;
const SEEDS_IN_CI: u64 = 3000;

#[test]
fn a_fleet_shares_whatever_happens_to_the_store() {
    let number = |variable| {
        std::env::var(variable)
            .ok()
            .map(|text| text.parse().unwrap())
    };
    let is_ci = std::env::var_os("CI").is_some();
    let default = if is_ci { SEEDS_IN_CI } else { SEEDS };
    let seeds = match number("WRISTBAND_M2M_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("WRISTBAND_M2M_SEEDS").unwrap_or(default),
    };
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(seed))) {
                        next.store(seeds.end, Ordering::Relaxed);
                        eprintln!(
                            "seed {seed} failed: run it again with WRISTBAND_M2M_SEED={seed}"
                        );
                        std::panic::resume_unwind(panic);
                    }
                }
            });
        }
    });
}

fn run(seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    // Spreads the seeds out: similar ones begin with similar numbers.
    seeded::seed(Some(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)));
    runtime.block_on(async {
        simulated::set_wall(Some(
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000),
        ));
        let mut fleet = Fleet::start();
        fleet.live_through_chaos().await;
        fleet.mend().await;
        fleet.survives_a_revocation().await;
        fleet.starts_cold_with_one_request().await;
        fleet.waits_for_a_slow_holder().await;
        fleet.keeps_what_came_after_a_stalled_holder().await;
        fleet.shares_no_failure_of_one_network().await;
        fleet.adopts_no_rejected_token_after_a_fail_over().await;
        fleet.serves_no_token_past_its_end().await;
    });
    simulated::set_wall(None);
    seeded::seed(None);
}
