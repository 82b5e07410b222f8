//! Runs a test in a separate process, for state that is global to a process: its environment, its logger.

use std::process::{Command, Stdio};

/// The environment variable with the argument of a child; set in child processes only.
const ARGUMENT: &str = "WRISTBAND_TEST_CHILD";

/// Returns the argument passed by the parent, or `None` if this process is not a child.
pub fn child_argument() -> Option<String> {
    std::env::var(ARGUMENT).ok()
}

/// Runs one test of this binary in a process whose only proxy is `proxy`, and returns what it printed.
///
/// # Panics
///
/// If the child fails.
pub async fn run_child(test: &str, argument: &str, proxy: &str) -> String {
    let mut child = Command::new(std::env::current_exe().expect("a test binary"));
    child
        .args([test, "--exact", "--nocapture"])
        .env(ARGUMENT, argument)
        .stderr(Stdio::inherit());
    for variable in ["NO_PROXY", "no_proxy"] {
        child.env_remove(variable);
    }
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(variable, proxy);
    }
    let output = tokio::task::spawn_blocking(move || child.output());
    let output = output.await.expect("no panic").expect("a child process");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "the child failed:\n{printed}");
    printed
}
