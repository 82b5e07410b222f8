//! A cache hit allocates nothing.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use wristband_m2m::testing::MockWristband;

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the client waits although it has a token"),
    }
}

#[tokio::test]
async fn a_cached_token_costs_no_allocation() {
    let wristband = MockWristband::start().await;
    let client = wristband.client();
    client.get_token().await.unwrap();
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            let token = ready(client.get_token()).unwrap();
            let header = token.authorization().clone();
            assert!(header.is_sensitive());
            ready(client.get_token_valid_for(Duration::from_secs(60))).unwrap();
        }
    });
    assert_eq!(counted.count_total, 0);

    // Checks the counter itself.
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(Box::new(1))));
    assert_eq!(counted.count_total, 1);
}
