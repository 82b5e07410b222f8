//! The doctor on each fault that it is to find.

use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use wristband_m2m::testing::MockWristband;
use wristband_m2m_tests::{ApiServer, PrivateRoot, Reply};

/// What was printed, without what is particular to a run, and the exit status.
struct Diagnosis {
    text: String,
    status: Option<i32>,
}

impl Diagnosis {
    /// The line of this mark for this thing, with the advice below it.
    fn line(&self, mark: &str, what: &str) -> String {
        let mut lines = self.text.lines();
        let start = format!("{mark} {what}");
        let line = lines
            .find(|line| line.starts_with(&start))
            .unwrap_or_else(|| panic!("no `{start}` in\n{}", self.text));
        let advice = lines.next().filter(|line| line.trim().starts_with("->"));
        format!("{line} {}", advice.unwrap_or_default().trim())
    }

    fn works(&self, what: &str) -> String {
        self.line("ok", what)
    }

    fn fails(&self, what: &str) -> String {
        assert_eq!(self.status, Some(1), "{}", self.text);
        self.line("XX", what)
    }
}

/// Runs the doctor with this environment and nothing else.
async fn doctor(variables: &[(&str, &str)], arguments: &[&str]) -> Diagnosis {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doctor"));
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied());
    let Output { stdout, status, .. } = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8(stdout).unwrap();
    assert!(!text.contains(MockWristband::CLIENT_SECRET), "{text}");
    // How a JWT, and a header with one, begin.
    assert!(
        !text.contains("eyJ") && !text.contains("Bearer eyJ"),
        "{text}"
    );
    Diagnosis {
        text,
        status: status.code(),
    }
}

async fn doctor_on(wristband: &MockWristband, more: &[(&str, &str)]) -> Diagnosis {
    let mut variables = vec![
        ("CLIENT_ID", MockWristband::CLIENT_ID),
        ("CLIENT_SECRET", MockWristband::CLIENT_SECRET),
        ("TOKEN_ENDPOINT", wristband.url()),
    ];
    variables.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    variables.extend(more);
    doctor(&variables, &[]).await
}

async fn doctor_of_domain(domain: &str, more: &[(&str, &str)]) -> Diagnosis {
    let mut variables = vec![
        ("CLIENT_ID", "id"),
        ("CLIENT_SECRET", MockWristband::CLIENT_SECRET),
        ("APPLICATION_VANITY_DOMAIN", domain),
    ];
    variables.extend(more);
    doctor(&variables, &[]).await
}

#[tokio::test]
async fn everything_works_on_the_stand_ins() {
    let found = doctor(&[], &["--stand-in"]).await;
    assert_eq!(found.status, Some(0), "{}", found.text);
    for what in ["name", "connection", "clock", "token", "claims", "API"] {
        found.works(what);
    }
    assert!(found.text.contains("iss is \"http://127.0.0.1:"));
    assert!(found.text.contains("the token ends in 3"));
    assert!(
        found
            .text
            .contains("without a token it returns 401, as it should")
    );
    assert!(found.text.contains("with the token it returns 200 OK"));
    assert!(!found.text.contains('\x1b'), "no colours in a pipe");
}

#[tokio::test]
async fn colours_can_be_forced_and_wrong_options_are_reported() {
    let colored = doctor(&[], &["--stand-in", "--color", "always"]).await;
    assert!(colored.text.contains("\x1b[32mok\x1b[0m"));
    let misused = doctor(&[], &["--colour"]).await;
    assert_eq!((misused.status, misused.text.as_str()), (Some(2), ""));
}

#[tokio::test]
async fn missing_variables_are_all_named() {
    let found = doctor(&[("CLIENT_ID", "id"), ("APPLICATION_DOMAIN", "old")], &[]).await;
    assert_eq!(found.status, Some(1));
    assert!(found.text.contains("CLIENT_SECRET is not set"));
    assert!(found.text.contains("APPLICATION_VANITY_DOMAIN is not set"));
    assert!(found.text.contains("rename APPLICATION_DOMAIN"));
    assert!(!found.text.contains("CLIENT_ID is not set"));
    found.line("--", "token");
}

#[tokio::test]
async fn a_domain_that_is_not_one_is_reported() {
    let found = doctor_of_domain("https://acme.us.wristband.dev/", &[]).await;
    assert!(
        found
            .fails("variables")
            .contains("APPLICATION_VANITY_DOMAIN")
    );
}

#[tokio::test]
async fn an_unknown_host_is_reported() {
    // RFC 2606: no such name is ever registered.
    let found = doctor_of_domain("no-such-application.invalid", &[]).await;
    assert!(found.fails("name").contains("no-such-application.invalid"));
    assert!(found.fails("token").contains("see the lines above"));
}

#[tokio::test]
async fn a_refused_connection_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let found = doctor_of_domain(&address.to_string(), &[]).await;
    found.works("name");
    assert!(found.fails("connection").contains("refused"));
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_reported() {
    let root = PrivateRoot::new();
    let server = ApiServer::start_tls(&root, |_| Reply::status(404)).await;
    let domain = server.origin().replace("https://", "");
    let found = doctor_of_domain(&domain, &[]).await;
    found.works("connection");
    let line = found.fails("TLS");
    assert!(
        line.contains("ertificate") && line.contains("SSL_CERT_FILE"),
        "{line}"
    );
    assert!(server.requests().is_empty(), "the secret was not sent");
}

#[tokio::test]
async fn a_private_root_can_be_trusted() {
    let root = PrivateRoot::new();
    let server = ApiServer::start_tls(&root, |request| {
        if request.target.ends_with("/token") {
            return Reply::json(200, r#"{"access_token":"opaque","expires_in":60}"#);
        }
        Reply::json(200, r#"{"keys":[]}"#)
    })
    .await;
    let file = std::env::temp_dir().join(format!("doctor-root-{}.pem", server.port()));
    std::fs::write(&file, root.pem()).unwrap();
    let domain = server.origin().replace("https://", "");
    let found = doctor_of_domain(&domain, &[("SSL_CERT_FILE", file.to_str().unwrap())]).await;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(found.status, Some(0), "{}", found.text);
    found.works("TLS");
    found.works("token");
    assert!(found.line("--", "claims").contains("not a JWT"));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_reported() {
    let hour = Duration::from_secs(3600);
    for (theirs, direction) in [
        (SystemTime::now() - hour, "ahead of"),
        (SystemTime::now() + hour, "behind"),
    ] {
        let date = httpdate::fmt_http_date(theirs);
        let server = ApiServer::start(move |request| {
            let reply = if request.target.ends_with("/token") {
                Reply::json(200, r#"{"access_token":"opaque","expires_in":60}"#)
            } else {
                Reply::json(200, r#"{"keys":[]}"#)
            };
            reply.header("date", &date)
        })
        .await;
        let endpoint = server.url("/api/v1/oauth2/token");
        let variables = [
            ("CLIENT_ID", "id"),
            ("CLIENT_SECRET", "secret"),
            ("TOKEN_ENDPOINT", &endpoint),
        ];
        let found = doctor(&variables, &[]).await;
        let line = found.fails("clock");
        assert!(line.contains(direction) && line.contains("NTP"), "{line}");
    }
}

#[tokio::test]
async fn a_token_whose_claim_and_life_differ_is_reported() {
    let wristband = MockWristband::start().await;
    wristband.set_claim("exp", 1_700_000_000);
    let found = doctor_on(&wristband, &[]).await;
    assert!(
        found
            .text
            .contains("XX claims      the token ends in 0 s by its claim")
    );
}

#[tokio::test]
async fn a_wrong_secret_is_reported() {
    let wristband = MockWristband::start().await;
    let found = doctor_on(&wristband, &[("CLIENT_SECRET", "wr0ng-s3cret")]).await;
    let line = found.fails("token");
    assert!(
        line.contains("invalid_client") && line.contains("copy id and secret"),
        "{line}"
    );
    assert!(!found.text.contains("wr0ng"));
}

#[tokio::test]
async fn an_outage_is_reported_with_code_and_ticket() {
    let server = ApiServer::start(|request| {
        if request.target.ends_with("/token") {
            let error =
                r#"{"type":"base_error","code":"maintenance","message":"soon","ticket":"T-4711"}"#;
            return Reply::json(503, error);
        }
        Reply::json(200, r#"{"keys":[]}"#)
    })
    .await;
    let endpoint = server.url("/api/v1/oauth2/token");
    let variables = [
        ("CLIENT_ID", "id"),
        ("CLIENT_SECRET", "secret"),
        ("TOKEN_ENDPOINT", &endpoint),
    ];
    let line = doctor(&variables, &[]).await.fails("token");
    for part in ["503", "maintenance", "T-4711", "support the ticket"] {
        assert!(line.contains(part), "{line}");
    }
}

#[tokio::test]
async fn an_api_that_refuses_the_token_is_reported() {
    let wristband = MockWristband::start().await;
    for (status, part) in [
        (401, "issuer (iss)"),
        (403, "role or permission"),
        (500, "own log"),
    ] {
        let api = ApiServer::start(move |request| {
            let status = if request.authorization().is_some() {
                status
            } else {
                401
            };
            Reply::status(status).header("www-authenticate", r#"Bearer error="invalid_token""#)
        })
        .await;
        let found = doctor_on(&wristband, &[("API_URL", &api.url("/orders?key=hidden"))]).await;
        found.works("API");
        let line = found.fails("API");
        assert!(line.contains(part), "{line}");
        assert_eq!(line.contains("invalid_token"), status == 401);
        assert!(!found.text.contains("hidden"), "{}", found.text);
    }
}

#[tokio::test]
async fn an_api_that_is_open_or_away_is_reported() {
    let wristband = MockWristband::start().await;
    let api = ApiServer::start(|_| Reply::status(200)).await;
    let found = doctor_on(&wristband, &[("API_URL", &api.url("/"))]).await;
    assert_eq!(found.status, Some(0));
    assert!(found.line("??", "API").contains("open to everybody"));

    let url = api.url("/");
    drop(api);
    let found = doctor_on(&wristband, &[("API_URL", &url)]).await;
    assert!(found.fails("API").contains("see that it runs"));
}
