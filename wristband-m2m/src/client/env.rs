//! Settings from environment variables, under the names that the other Wristband SDKs document.

use std::env::VarError;

use crate::client::WristbandM2mClient;
use crate::client::WristbandM2mClientBuilder;
use crate::config_error::ConfigError;

/// Each variable, the setting it fills, and the setter.
const VARIABLES: [(&str, &str, Setter); 3] = [
    ("CLIENT_ID", "client_id", |builder, value| {
        builder.client_id(value)
    }),
    ("CLIENT_SECRET", "client_secret", |builder, value| {
        builder.client_secret(value)
    }),
    (
        "APPLICATION_VANITY_DOMAIN",
        "application_vanity_domain",
        |builder, value| builder.application_vanity_domain(value),
    ),
];

type Setter = fn(WristbandM2mClientBuilder, String) -> WristbandM2mClientBuilder;

/// `read` is [`std::env::var`], except in tests, which cannot change the environment of a process without `unsafe`.
pub(crate) fn client(
    prefix: &str,
    read: impl Fn(&str) -> Result<String, VarError>,
) -> Result<WristbandM2mClient, ConfigError> {
    let mut builder = WristbandM2mClient::builder();
    for (name, _, set) in VARIABLES {
        let variable = format!("{prefix}{name}");
        let value = read(&variable).map_err(|error| match error {
            VarError::NotPresent => ConfigError::new(
                variable.clone(),
                "is not set: export it with the value from the Wristband dashboard",
            ),
            VarError::NotUnicode(_) => ConfigError::new(
                variable.clone(),
                "is not valid UTF-8: write the value from the Wristband dashboard",
            ),
        })?;
        builder = set(builder, value);
    }
    builder.build().map_err(|error| {
        let variable = VARIABLES
            .iter()
            .find(|(_, setting, _)| *setting == error.setting());
        match variable {
            Some((name, ..)) => error.renamed(format!("{prefix}{name}")),
            None => error,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_from(
        prefix: &str,
        variables: &[(&str, &str)],
    ) -> Result<WristbandM2mClient, ConfigError> {
        client(prefix, |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found
                .map(|(_, value)| (*value).to_owned())
                .ok_or(VarError::NotPresent)
        })
    }

    #[test]
    fn the_variables_are_read_with_their_prefix() {
        let variables = [
            ("BILLING_CLIENT_ID", "billing"),
            ("BILLING_CLIENT_SECRET", "s3cr3t"),
            ("BILLING_APPLICATION_VANITY_DOMAIN", "acme.us.wristband.dev"),
        ];
        assert!(client_from("BILLING_", &variables).is_ok());
        assert_eq!(
            client_from("", &variables).unwrap_err().setting(),
            "CLIENT_ID"
        );
    }

    #[test]
    fn an_error_names_the_variable_and_not_its_value() {
        let variables = |id, secret, domain| {
            [
                ("CLIENT_ID", id),
                ("CLIENT_SECRET", secret),
                ("APPLICATION_VANITY_DOMAIN", domain),
            ]
        };
        let table = [
            (variables(" ", "s3cr3t", "acme.dev"), "CLIENT_ID"),
            (variables("id", "s3cr3t\n", "acme.dev"), "CLIENT_SECRET"),
            (
                variables("id", "s3cr3t", "https://acme.dev"),
                "APPLICATION_VANITY_DOMAIN",
            ),
        ];
        for (variables, name) in table {
            let error = client_from("", &variables).unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("`{name}` ")),
                "{error}"
            );
            assert!(!format!("{error:?}").contains("s3cr3t"));
        }
        let error = client_from("A_", &[("A_CLIENT_ID", "id")]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`A_CLIENT_SECRET` is not set: "),
            "{error}"
        );
    }

    #[test]
    fn a_variable_that_is_not_text_is_an_error() {
        let error = client("", |_| Err(VarError::NotUnicode("s3cr3t".into()))).unwrap_err();
        assert!(error.to_string().contains("UTF-8") && !error.to_string().contains("s3cr3t"));
    }
}
