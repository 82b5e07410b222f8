//! Requests to an origin that has just rejected their token, while the replacement is being fetched.

use super::*;

/// An API that responds 401 on `/broken`, on `/held` with a status once the gate is open, and 200 on all other routes.
struct World {
    wristband: MockWristband,
    api: ApiServer,
    http: ClientWithMiddleware,
    gate: Arc<Notify>,
}

impl World {
    async fn new(held_status: u16) -> Self {
        let gate = Arc::new(Notify::new());
        let held = Arc::clone(&gate);
        let api = ApiServer::start(move |request| match &*request.target {
            "/broken" => Reply::text(401, "not you"),
            "/held" => {
                let held = Arc::clone(&held);
                Reply::status(held_status).after(async move { held.notified().await })
            }
            _ => Reply::status(200),
        })
        .await;
        let wristband = MockWristband::start().await;
        let http = authenticated(&wristband.client());
        Self {
            wristband,
            api,
            http,
            gate,
        }
    }

    /// Has `/broken` reject the token, and returns once its replacement was requested, which takes a while.
    async fn reject(&self) {
        let before = self.wristband.token_requests();
        self.wristband.set_delay(Duration::from_millis(700));
        tokio::spawn(self.http.get(self.api.url("/broken")).send());
        while self.wristband.token_requests() == before {
            tokio::task::yield_now().await;
        }
    }

    /// Whether a request to a healthy route carries another token than the first request did.
    async fn waits(&self) -> bool {
        let response = self.http.get(self.api.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let requests = self.api.requests();
        let token_of = |target| {
            let request = requests.iter().find(|request| request.target == target);
            request.unwrap().authorization().unwrap()
        };
        token_of("/") != token_of("/first")
    }
}

#[tokio::test]
async fn a_request_waits_for_the_replacement_of_a_token_that_its_origin_rejected() {
    let world = World::new(200).await;
    let first = world.http.get(world.api.url("/first")).send().await;
    assert_eq!(first.unwrap().status(), 200);
    world.reject().await;
    assert!(world.waits().await);
}

#[tokio::test]
async fn no_request_waits_once_the_origin_has_accepted_the_token_again() {
    for (held_status, waits) in [(200, false), (500, true), (403, true)] {
        let world = World::new(held_status).await;
        let first = world.http.get(world.api.url("/first")).send().await;
        assert_eq!(first.unwrap().status(), 200);
        let held = tokio::spawn(world.http.get(world.api.url("/held")).send());
        world.api.arrived(2).await;
        world.reject().await;
        world.gate.notify_one();
        assert_eq!(held.await.unwrap().unwrap().status(), held_status);
        assert_eq!(world.waits().await, waits, "after {held_status}");
    }
}
