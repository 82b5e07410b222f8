//! What the middleware allocates for a request, compared with one that sets a constant header.

use allocation_counter::measure;
use http::Extensions;
use http::header::{AUTHORIZATION, HeaderValue};
use tracing::subscriber::NoSubscriber;
use wristband_m2m_reqwest::async_trait;
use wristband_m2m_reqwest::reqwest_middleware::{Middleware, Next, Result};

use super::*;

const REQUESTS: u64 = 50;

struct Constant(HeaderValue);

#[async_trait]
impl Middleware for Constant {
    async fn handle(
        &self,
        mut request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<reqwest::Response> {
        request.headers_mut().insert(AUTHORIZATION, self.0.clone());
        next.run(request, extensions).await
    }
}

/// Returns the allocations of one POST with a body, on this thread, where only the client runs.
fn allocations(client: &ClientWithMiddleware, url: &str) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let body = wristband_m2m_reqwest::Bytes::from(vec![b'x'; 100_000]);
    let batch = || {
        for _ in 0..REQUESTS {
            let response = client
                .post(url)
                .header("x-a", "1")
                .body(body.clone())
                .send();
            let response =
                runtime.block_on(async { response.await.unwrap().bytes().await.unwrap() });
            assert_eq!(response, "welcome");
        }
    };
    batch();
    // The minimum of several rounds, which leaves out incidental allocations.
    let rounds = (0..5).map(|_| measure(batch));
    let least = rounds
        .min_by_key(|round| round.count_total)
        .expect("a round");
    assert!(
        least.bytes_total < REQUESTS * 100_000,
        "the body is not copied"
    );
    least.count_total.div_ceil(REQUESTS)
}

#[test]
fn a_request_costs_at_most_four_allocations() {
    let servers = tokio::runtime::Runtime::new().expect("a runtime");
    let (wristband, api) = servers.block_on(async {
        let wristband = MockWristband::start().await;
        let api = protected_api(&wristband).await;
        (wristband, api)
    });
    // As in a program without a subscriber: other tests of this process may have set one.
    let _untraced = tracing::subscriber::set_default(NoSubscriber::default());
    let client = wristband.client();
    let token = servers.block_on(client.get_token()).unwrap();
    let constant = Constant(token.authorization().clone());
    let http = || reqwest::Client::builder().build().expect("an HTTP client");
    let constant = ClientBuilder::new(http()).with(constant).build();

    let floor = allocations(&constant, &api.url("/"));
    let ours = allocations(&authenticated(&client), &api.url("/"));

    // The URL, the headers (two) and the outcome. `try_clone` alone would make six, or four without headers.
    assert!(ours <= floor + 4, "{ours} above {floor}");
}
