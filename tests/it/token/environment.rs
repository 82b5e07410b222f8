//! `from_env`, in a separate process: changing the environment of this one would be unsafe.

use std::process::Command;

use tempfile::TempDir;
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{SecretFile, WristbandM2mClient, WristbandM2mClientBuilder};

const ROLE: &str = "WRISTBAND_TEST_CHILD";
const FETCH: &str = "fetch a token";

/// Not a test by itself: runs in the child process.
#[test]
fn child() {
    let Ok(prefix) = std::env::var(ROLE) else {
        return;
    };
    if prefix == FETCH {
        return fetch_twice();
    }
    let outcome = match prefix.as_str() {
        "" => WristbandM2mClient::from_env(),
        prefix => WristbandM2mClient::from_env_prefixed(prefix),
    };
    match outcome {
        Ok(client) => println!("built {client:?}"),
        Err(error) => println!("refused {error} {error:?}"),
    }
}

/// Fetches a token with the secret of the environment, and with a secret source set in code.
#[tokio::main(flavor = "current_thread")]
async fn fetch_twice() {
    let wristband = MockWristband::start().await;
    let builder = || WristbandM2mClientBuilder::from_env().token_endpoint(wristband.url());
    let client = builder().build().unwrap();
    println!("by the file: {}", client.get_token().await.is_ok());
    let missing = SecretFile::new("/nonexistent/client-secret");
    let client = builder().client_secret_source(missing).build().unwrap();
    println!("by the source: {}", client.get_token().await.unwrap_err());
}

fn child_output(prefix: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["token::environment::child", "--exact", "--nocapture"])
        .env_remove("CLIENT_ID")
        .env_remove("CLIENT_SECRET")
        .env_remove("APPLICATION_VANITY_DOMAIN")
        .env_remove("CLIENT_SECRET_FILE")
        .env_remove("SECONDARY_CLIENT_SECRET")
        .envs(variables.iter().copied())
        .env(ROLE, prefix)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_documented_variables_are_read() {
    let variables = [
        ("CLIENT_ID", "billing"),
        ("CLIENT_SECRET", "s3cr3t"),
        ("APPLICATION_VANITY_DOMAIN", "acme.us.wristband.dev"),
    ];
    assert!(child_output("", &variables).contains("built "));
    assert!(
        child_output("", &variables[..2])
            .contains("refused `APPLICATION_VANITY_DOMAIN` is not set")
    );
}

#[test]
fn the_variables_may_have_a_prefix() {
    let variables = [
        ("BILLING_CLIENT_ID", "billing"),
        ("BILLING_CLIENT_SECRET", "s3cr3t"),
        (
            "BILLING_APPLICATION_VANITY_DOMAIN",
            "https://acme.us.wristband.dev",
        ),
    ];
    let output = child_output("BILLING_", &variables);
    assert!(
        output.contains("refused `BILLING_APPLICATION_VANITY_DOMAIN` must not have a scheme: "),
        "{output}"
    );
    assert!(!output.contains("s3cr3t"));
}

#[test]
fn a_secret_file_is_used_in_place_of_a_secret_and_a_source_in_place_of_both() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("client-secret");
    std::fs::write(&file, format!("{}\n", MockWristband::CLIENT_SECRET)).unwrap();
    let variables = [
        ("CLIENT_ID", MockWristband::CLIENT_ID),
        ("CLIENT_SECRET", "from before the file"),
        ("CLIENT_SECRET_FILE", file.to_str().unwrap()),
    ];
    let output = child_output(FETCH, &variables);
    assert!(output.contains("by the file: true"), "{output}");
    assert!(
        output.contains("by the source: the client secret source failed"),
        "{output}"
    );
}
