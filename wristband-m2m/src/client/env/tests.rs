use super::*;
use crate::client::WristbandM2mClient;

fn builder_from(prefix: &str, variables: &[(&str, &str)]) -> WristbandM2mClientBuilder {
    builder(prefix, |name| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found
            .map(|(_, value)| (*value).to_owned())
            .ok_or(VarError::NotPresent)
    })
}

fn client_from(
    prefix: &str,
    variables: &[(&str, &str)],
) -> Result<WristbandM2mClient, ConfigError> {
    builder_from(prefix, variables).build()
}

const COMPLETE: [(&str, &str); 3] = [
    ("CLIENT_ID", "billing"),
    ("CLIENT_SECRET", "s3cr3t"),
    ("APPLICATION_VANITY_DOMAIN", "acme.us.wristband.dev"),
];

#[test]
fn the_variables_are_read_with_their_prefix() {
    let variables = [
        ("BILLING_CLIENT_ID", "billing"),
        ("BILLING_CLIENT_SECRET", "s3cr3t"),
        ("BILLING_APPLICATION_VANITY_DOMAIN", "acme.us.wristband.dev"),
    ];
    let client = client_from("BILLING_", &variables).unwrap();
    assert_eq!(
        client.application_vanity_domain(),
        Some("acme.us.wristband.dev")
    );
    assert_eq!(
        client_from("", &variables).unwrap_err().setting(),
        "CLIENT_ID"
    );
}

#[test]
fn an_error_names_the_variable_and_not_its_value() {
    let table = [
        ("CLIENT_ID", " "),
        ("CLIENT_SECRET", "s3cr3t\n"),
        ("SECONDARY_CLIENT_SECRET", "s3cr3t\n"),
        ("APPLICATION_VANITY_DOMAIN", "https://acme.dev"),
    ];
    for (name, value) in table {
        let mut variables = vec![(name, value)];
        variables.extend(COMPLETE);
        let error = client_from("", &variables).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("`{name}` ")),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("s3cr3t"));
    }
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let error = client_from("A_", &[("A_CLIENT_ID", "id")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`A_CLIENT_SECRET` is not set: export it with the value from the Wristband dashboard"
    );
}

#[test]
fn the_domain_under_its_older_name_is_recognized() {
    let mut variables = COMPLETE;
    variables[2].0 = "APPLICATION_DOMAIN";
    let error = client_from("", &variables).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`APPLICATION_VANITY_DOMAIN` is not set, only `APPLICATION_DOMAIN`, the name in older SDKs: export the same value as `APPLICATION_VANITY_DOMAIN`"
    );
    let builder = builder_from("", &variables).token_endpoint("https://gateway.example/token");
    assert!(builder.build().is_ok());
}

#[test]
fn what_code_sets_replaces_the_variable_in_the_client_and_in_its_errors() {
    let colon = builder_from("", &COMPLETE[1..]).client_id("a:b");
    assert_eq!(colon.build().unwrap_err().setting(), "client_id");
    let unreadable = builder("", |_| Err(VarError::NotUnicode("s3cr3t".into())))
        .client_id("billing")
        .client_secret("s3cr3t")
        .secondary_client_secret("another")
        .application_vanity_domain("acme.us.wristband.dev");
    assert!(unreadable.build().is_ok());
}

#[test]
fn an_empty_secondary_secret_is_none() {
    let mut variables = vec![("SECONDARY_CLIENT_SECRET", "")];
    variables.extend(COMPLETE);
    assert!(client_from("", &variables).is_ok());
}

#[test]
fn a_secret_file_is_used_in_place_of_a_secret_and_an_empty_path_is_none() {
    let file = ("CLIENT_SECRET_FILE", "/run/secrets/wristband");
    let shown = |variables: &[(&str, &str)]| format!("{:?}", builder_from("", variables));
    let mut variables = COMPLETE.to_vec();
    assert!(shown(&variables).contains("client_secret: Some([redacted])"));
    variables.push(("CLIENT_SECRET_FILE", ""));
    assert!(shown(&variables).contains("client_secret: Some([redacted])"));
    variables[3] = file;
    assert!(shown(&variables).contains("client_secret: Some(SecretSource)"));
    assert!(client_from("", &[COMPLETE[0], file, COMPLETE[2]]).is_ok());
}

#[test]
fn a_variable_that_is_not_text_is_an_error() {
    let builder = builder("", |_| Err(VarError::NotUnicode("s3cr3t".into())));
    let error = builder.build().unwrap_err();
    assert!(error.to_string().contains("UTF-8") && !error.to_string().contains("s3cr3t"));
}
