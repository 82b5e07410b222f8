//! Settings from environment variables, under the names that the other Wristband SDKs document.

use std::env::VarError;

use super::builder::WristbandM2mClientBuilder;
use crate::config_error::ConfigError;
use crate::fetch::SecretFile;

/// Each variable, the setting it fills, and the setter. A file is used in place of a secret that is set too.
const VARIABLES: [(&str, &str, Setter); 5] = [
    ("CLIENT_ID", "client_id", |builder, value| {
        builder.client_id(value)
    }),
    ("CLIENT_SECRET", "client_secret", |builder, value| {
        builder.client_secret(value)
    }),
    // Deployment templates export an optional variable that they do not use as an empty one.
    (
        "CLIENT_SECRET_FILE",
        "client_secret_source",
        |builder, value| match value.as_str() {
            "" => builder,
            path => builder.client_secret_source(SecretFile::new(path)),
        },
    ),
    (
        "SECONDARY_CLIENT_SECRET",
        "secondary_client_secret",
        |builder, value| match value.as_str() {
            "" => builder,
            secret => builder.secondary_client_secret(secret),
        },
    ),
    (
        "APPLICATION_VANITY_DOMAIN",
        "application_vanity_domain",
        |builder, value| builder.application_vanity_domain(value),
    ),
];
/// What the older SDKs read in place of `APPLICATION_VANITY_DOMAIN`.
const OLD_DOMAIN: &str = "APPLICATION_DOMAIN";

type Setter = fn(WristbandM2mClientBuilder, String) -> WristbandM2mClientBuilder;

/// The variables that a builder was filled from, so that its errors name them and not the settings they fill.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment(Vec<Variable>);

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    setting: &'static str,
    finding: Finding,
}

#[derive(Clone, Debug, PartialEq)]
enum Finding {
    Set,
    NotUnicode,
    NotSet,
    /// Not set, but this variable of the older SDKs is.
    SetAs(String),
}

/// Fills a builder. `read` is [`std::env::var`], except in tests, which cannot change the environment of a process
/// without `unsafe`.
pub(super) fn builder(
    prefix: &str,
    read: impl Fn(&str) -> Result<String, VarError>,
) -> WristbandM2mClientBuilder {
    let mut builder = WristbandM2mClientBuilder::new();
    let mut environment = Environment::default();
    for (name, setting, set) in VARIABLES {
        let name = format!("{prefix}{name}");
        let finding = match read(&name) {
            Ok(value) => {
                builder = set(builder, value);
                Finding::Set
            }
            Err(VarError::NotUnicode(_)) => Finding::NotUnicode,
            Err(VarError::NotPresent) => {
                let old_name = format!("{prefix}{OLD_DOMAIN}");
                if setting == "application_vanity_domain" && read(&old_name).is_ok() {
                    Finding::SetAs(old_name)
                } else {
                    Finding::NotSet
                }
            }
        };
        environment.0.push(Variable {
            name,
            setting,
            finding,
        });
    }
    builder.filled_from(environment)
}

impl Environment {
    /// Called when code sets what a variable has filled, or has not.
    pub(super) fn forget(&mut self, setting: &str) {
        self.0.retain(|variable| variable.setting != setting);
    }

    /// Checks that each variable is text.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut variables = self.0.iter();
        match variables.find(|variable| variable.finding == Finding::NotUnicode) {
            Some(variable) => Err(ConfigError::new(
                variable.name.clone(),
                "is not valid UTF-8: write the value from the Wristband dashboard",
            )),
            None => Ok(()),
        }
    }

    /// The same error in terms of the variable at fault, if one is.
    pub(super) fn explain(&self, error: ConfigError) -> ConfigError {
        let mut variables = self.0.iter();
        let Some(variable) = variables.find(|variable| variable.setting == error.setting()) else {
            return error;
        };
        let name = variable.name.clone();
        match &variable.finding {
            Finding::Set | Finding::NotUnicode => error.renamed(name),
            Finding::NotSet => ConfigError::new(
                name,
                "is not set: export it with the value from the Wristband dashboard",
            ),
            Finding::SetAs(old_name) => {
                let problem = format!(
                    "is not set, only `{old_name}`, the name in older SDKs: export the same value as `{name}`"
                );
                ConfigError::new(name, problem)
            }
        }
    }
}

#[cfg(test)]
mod tests;
