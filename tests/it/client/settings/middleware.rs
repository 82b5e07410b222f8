//! Middleware around the authentication.

use super::*;

/// Records what it sees before and after the rest of the stack.
#[derive(Clone)]
struct Notes {
    name: &'static str,
    notes: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl reqwest_middleware::Middleware for Notes {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: reqwest_middleware::Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let signed = request.headers().contains_key("authorization");
        let endpoint = extensions.get::<Endpoint>().copied().unwrap();
        self.notes
            .lock()
            .unwrap()
            .push(format!("{} {endpoint} {signed}", self.name));
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn middleware_is_outside_the_authentication_and_sees_the_endpoint() {
    let world = world().await;
    let notes = Arc::new(Mutex::new(Vec::new()));
    let note = |name| Notes {
        name,
        notes: notes.clone(),
    };
    let client = OrdersClient::builder(world.token_client())
        .base_url(world.api.url("/base"))
        .with(note("outer"))
        .with(note("inner"))
        .build()
        .unwrap();
    client.find(7).await.unwrap();
    let expected = [
        "outer Orders::find GET /v1/orders/{id} false",
        "inner Orders::find GET /v1/orders/{id} false",
    ];
    assert_eq!(*notes.lock().unwrap(), expected);
    assert!(world.wristband.accepts(&world.request().headers));
}

#[tokio::test]
async fn extensions_added_by_a_stack_are_kept() {
    #[derive(Clone)]
    struct Tenant(&'static str);

    struct SendTenant;

    #[async_trait]
    impl reqwest_middleware::Middleware for SendTenant {
        async fn handle(
            &self,
            mut request: reqwest::Request,
            extensions: &mut Extensions,
            next: reqwest_middleware::Next<'_>,
        ) -> reqwest_middleware::Result<reqwest::Response> {
            let tenant = extensions.get::<Tenant>().unwrap().0;
            request
                .headers_mut()
                .insert("x-tenant", tenant.parse().unwrap());
            next.run(request, extensions).await
        }
    }

    let world = world().await;
    let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with_init(reqwest_middleware::Extension(Tenant("acme")))
        .with(SendTenant)
        .build();
    let client = OrdersClient::from_http_client(world.api.url(""), http).unwrap();
    client.find(7).await.unwrap();
    assert_eq!(world.request().header("x-tenant"), Some("acme"));
}

/// The example in the documentation of `Endpoint`.
struct NameSpans;

#[async_trait]
impl reqwest_middleware::Middleware for NameSpans {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: reqwest_middleware::Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let endpoint = extensions.get::<Endpoint>().copied().unwrap();
        let name = format!("{} {}", endpoint.method, endpoint.route);
        extensions.insert(reqwest_tracing::OtelName(name.into()));
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn a_span_of_reqwest_tracing_is_named_after_the_endpoint() {
    /// Collects the fields of each span of reqwest-tracing.
    #[derive(Clone, Default)]
    struct Spans(Arc<Mutex<Vec<String>>>);

    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Spans {
        fn on_new_span(
            &self,
            attributes: &tracing::span::Attributes<'_>,
            _: &tracing::span::Id,
            _: tracing_subscriber::layer::Context<'_, S>,
        ) {
            let mut fields = String::new();
            attributes.record(
                &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                    fields += &format!("{field}={value:?} ");
                },
            );
            // The spans of this crate have their own tests.
            if attributes
                .metadata()
                .target()
                .starts_with("reqwest_tracing")
            {
                self.0.lock().unwrap().push(fields);
            }
        }
    }

    use tracing_subscriber::layer::SubscriberExt;

    let spans = Spans::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(spans.clone()));
    let world = world().await;
    let client = OrdersClient::builder(world.token_client())
        .base_url(world.api.url(""))
        .with(NameSpans)
        .with(reqwest_tracing::TracingMiddleware::default())
        .build()
        .unwrap();
    client.find(7).await.unwrap();
    client.find(8).await.unwrap();
    let spans = spans.0.lock().unwrap();
    let named: Vec<_> = spans
        .iter()
        .filter(|it| it.contains("GET /v1/orders/{id}"))
        .collect();
    assert_eq!(named.len(), 2, "{spans:#?}");
    assert!(
        named.iter().all(|it| !it.contains("/orders/7")),
        "{named:#?}"
    );
}
