//! Drain: reads what is left of an answer that nobody wants.

use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

const MOST_BYTES: u64 = 64 * 1024;
const LONGEST: Duration = Duration::from_millis(100);

/// Reads the body to its end, so that an HTTP/1.1 connection can carry the next request; gives up, and with it the
/// connection, where a new connection is the lesser cost.
pub(crate) async fn drain(mut response: Response) {
    if response
        .content_length()
        .is_some_and(|length| length > MOST_BYTES)
    {
        return;
    }
    let to_the_end = async {
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len() as u64;
            if read > MOST_BYTES {
                break;
            }
        }
    };
    // Either way the response is dropped here.
    let _ = timeout(LONGEST, to_the_end).await;
}
