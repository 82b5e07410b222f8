//! Draws what a revocation and an outage do to a service, with a plain token cache and with this SDK.
//!
//! ```sh
//! cargo run -p wristband-m2m-examples --bin pictures                     # prints the figures
//! cargo run -p wristband-m2m-examples --bin pictures -- docs/pictures    # draws them there, too
//! ```
//!
//! Tokens live for 6 s here, so that a run takes 10 s; with a life of an hour the failures last that much longer.

mod caller;
mod drawing;
mod load;
mod stand_ins;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::time::sleep_until;

use caller::{Caller, PlainCaller, SdkCaller};
use drawing::{Drawing, Panel};
use load::Timeline;
use stand_ins::StandIns;

/// Something that happens to a service, in seconds since the start.
struct Scenario {
    name: &'static str,
    title: &'static str,
    mishap: Mishap,
}

#[derive(Clone, Copy)]
enum Mishap {
    /// All tokens are revoked.
    Revocation { at: f64 },
    /// The token endpoint returns 503.
    Outage { from: f64, to: f64 },
}

/// How long to look.
const LENGTH: Duration = Duration::from_secs(10);
const TOKEN_LIFE: Duration = Duration::from_secs(6);

const SCENARIOS: [Scenario; 2] = [
    Scenario {
        name: "revocation",
        title: "All tokens are revoked",
        mishap: Mishap::Revocation { at: 2.0 },
    },
    Scenario {
        name: "outage",
        title: "The token endpoint responds with 503 for a while",
        mishap: Mishap::Outage { from: 5.6, to: 7.4 },
    },
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let directory = std::env::args().nth(1);
    let [revocation, outage] = SCENARIOS;
    let prepared = (prepare(&revocation).await?, prepare(&outage).await?);
    let (drawn_revocation, drawn_outage) = tokio::join!(prepared.0.run(), prepared.1.run());
    for (scenario, drawing) in [(revocation, drawn_revocation), (outage, drawn_outage)] {
        println!("{}", scenario.title);
        for panel in &drawing.panels {
            println!("  {:22} {}", panel.title, panel.timeline.summary());
        }
        if let Some(directory) = &directory {
            let file = Path::new(directory).join(format!("{}.svg", scenario.name));
            fs::create_dir_all(directory)
                .and_then(|()| fs::write(&file, drawing.to_svg()))
                .with_context(|| format!("{} cannot be written", file.display()))?;
            println!("  drawn in {}", file.display());
        }
    }
    Ok(())
}

/// The same load and the same mishap, for each kind of caller.
struct Comparison {
    title: &'static str,
    mishap: Mishap,
    plain: (StandIns, PlainCaller),
    sdk: (StandIns, SdkCaller),
}

/// Building clients takes a while, so all of them are built before the first run.
async fn prepare(scenario: &Scenario) -> anyhow::Result<Comparison> {
    let (plain, sdk) = (
        StandIns::start(TOKEN_LIFE).await?,
        StandIns::start(TOKEN_LIFE).await?,
    );
    let (plain_caller, sdk_caller) = (PlainCaller::new(&plain)?, SdkCaller::new(&sdk)?);
    Ok(Comparison {
        title: scenario.title,
        mishap: scenario.mishap,
        plain: (plain, plain_caller),
        sdk: (sdk, sdk_caller),
    })
}

impl Comparison {
    async fn run(self) -> Drawing {
        let start = Instant::now();
        let (plain, sdk) = tokio::join!(
            watch(self.plain, self.mishap, start),
            watch(self.sdk, self.mishap, start)
        );
        Drawing {
            title: self.title,
            mishap: self.mishap,
            panels: [
                Panel {
                    title: "a plain token cache",
                    timeline: plain,
                },
                Panel {
                    title: "wristband-m2m",
                    timeline: sdk,
                },
            ],
        }
    }
}

async fn watch<C: Caller>(
    (stand_ins, caller): (StandIns, C),
    mishap: Mishap,
    start: Instant,
) -> Timeline {
    let until = |second| sleep_until((start + Duration::from_secs_f64(second)).into());
    let happen = async {
        match mishap {
            Mishap::Revocation { at } => {
                until(at).await;
                stand_ins.revoke_all();
            }
            Mishap::Outage { from, to } => {
                until(from).await;
                stand_ins.set_down(true);
                until(to).await;
                stand_ins.set_down(false);
            }
        }
    };
    let ((), calls) = tokio::join!(happen, load::put_on(caller, start, LENGTH));
    Timeline {
        calls,
        token_requests: stand_ins.token_requests(start),
    }
}
