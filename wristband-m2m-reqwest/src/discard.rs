//! Reads and discards the rest of a response, so that its connection can be reused.

use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

/// A larger body costs less to cut off than to read.
const LIMIT: u64 = 64 * 1024;

/// Most often the body has arrived with the head.
const TIMEOUT: Duration = Duration::from_millis(250);

/// Reads the body to its end, so that an HTTP/1.1 connection can carry the next request; gives up, and with it the
/// connection, where a new connection is the lesser cost.
pub(crate) async fn discard(mut response: Response) {
    if response
        .content_length()
        .is_some_and(|length| length > LIMIT)
    {
        return;
    }
    let to_the_end = async {
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len() as u64;
            if read > LIMIT {
                break;
            }
        }
    };
    // Either way the response is dropped here.
    let _ = timeout(TIMEOUT, to_the_end).await;
}
