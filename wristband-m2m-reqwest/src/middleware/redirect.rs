//! Redirects that stay where the token may be seen.

use reqwest::redirect::{Action, Attempt, Policy};

use crate::middleware::origin::same_origin;

const MOST_REDIRECTS: usize = 10;

/// Follows redirects within the origin (scheme, host and port) of the first URL only, at most 10 of them.
///
/// For the [`reqwest::Client`] below [`WristbandAuth`](crate::WristbandAuth): reqwest follows redirects by itself,
/// out of the middleware's sight. A redirect that leaves the origin is not followed on any hop, not even to come back
/// later; the 3xx response is returned, and its `Location` can be followed by hand. The eleventh redirect is an error
/// for which `is_redirect()` is true.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), reqwest::Error> {
/// use wristband_m2m_reqwest::{reqwest, same_origin_redirects};
///
/// let http = reqwest::Client::builder()
///     .redirect(same_origin_redirects())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn same_origin_redirects() -> Policy {
    Policy::custom(follow_within_origin)
}

fn follow_within_origin(attempt: Attempt<'_>) -> Action {
    let first = attempt.previous().first();
    if first.is_some_and(|first| same_origin(first, attempt.url())) {
        Policy::limited(MOST_REDIRECTS).redirect(attempt)
    } else {
        attempt.stop()
    }
}
