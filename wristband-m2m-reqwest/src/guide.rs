//! The guide: short chapters on what is longer than a paragraph. There is nothing here for code to use.
//!
//! | chapter | about |
//! |---|---|
//! | [Choosing a level](levels) | a token, a middleware, a typed client: which one, and how to mix them |
//! | [Errors and retries](errors) | what can fail, what may be tried again, `reqwest-retry` |
//! | [Pages and events](pages) | endpoints that respond in pages, and streams |
//! | [One token for a fleet](fleets) | one token for many processes, on Redis or on disk |
//! | [Testing your service](testing) | fakes, mocks, and a token endpoint in the test |
//! | [Rotating client secrets](rotation) | files, vaults, two secrets, and what happens in between |
//! | [Many tenants](tenants) | a client for each, what it costs, made on demand and dropped when idle |
//! | [Traces, metrics and alerts](observability) | spans by OpenTelemetry's conventions, metrics for Prometheus, alert rules |
//! | [Security](security) | what is protected, redirects, proxies, and what is not |
//! | [Troubleshooting](troubleshooting) | by symptom: every message, what it means, what to do |
//! | [Coming from other Wristband SDKs](other_sdks) | TypeScript, Python, .NET and Node: their names beside ours |
//! | [Coming from other crates](other_crates) | `oauth2`, `reqwest-middleware` by hand, `progenitor` |

/// Makes a module of each chapter, so that docs.rs shows the text of the repository's `docs` folder and rustdoc compiles its
/// code. A chapter names others by their file, as GitHub needs it; the definitions in front of it, which come first and so
/// hold, lead to the modules instead.
macro_rules! chapters {
    ($($name:ident = $file:literal),+ $(,)?) => {
        chapters! { @links concat!($("[", $file, "]: crate::guide::", stringify!($name), "\n"),+); $($name = $file),+ }
    };
    (@links $links:expr; $($name:ident = $file:literal),+) => {
        $(
            #[doc = $links]
            #[doc = ""]
            #[doc = include_str!(concat!("../docs/", $file))]
            pub mod $name {}
        )+
    };
}

chapters! {
    levels = "levels.md",
    errors = "errors.md",
    pages = "pages.md",
    fleets = "fleets.md",
    testing = "testing.md",
    rotation = "rotation.md",
    tenants = "tenants.md",
    observability = "observability.md",
    security = "security.md",
    troubleshooting = "troubleshooting.md",
    other_sdks = "other-sdks.md",
    other_crates = "other-crates.md",
}
