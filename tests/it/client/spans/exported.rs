//! Spans received by an OpenTelemetry exporter.

use std::collections::BTreeMap;

use opentelemetry::trace::{SpanKind, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_subscriber::layer::SubscriberExt;

/// Collects the spans of a scenario.
pub(super) struct Exported {
    pub(super) exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
}

impl Exported {
    pub(super) fn new() -> Self {
        // Keeps every callsite enabled: one first reached by a test without a subscriber could be cached as
        // disabled while this one is being registered.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        Self { exporter, provider }
    }

    pub(super) async fn during<T>(&self, story: impl Future<Output = T>) -> T {
        let tracer = self.provider.tracer("test");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        // Set for this thread, on which detached tasks of the scenario run, too.
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        story.await
    }

    /// Returns our spans, without those of hyper and reqwest, in the order of their start.
    pub(super) fn spans(&self) -> Vec<ExportedSpan> {
        let mut spans = self.exporter.get_finished_spans().unwrap();
        spans.sort_by_key(|span| span.start_time);
        let spans = spans.into_iter().map(ExportedSpan);
        spans.filter(|span| span.is_ours()).collect()
    }

    pub(super) fn http_spans(&self) -> Vec<ExportedSpan> {
        let spans = self.spans().into_iter();
        spans
            .filter(|span| span.0.span_kind == SpanKind::Client)
            .collect()
    }
}

pub(super) struct ExportedSpan(pub(super) SpanData);

impl ExportedSpan {
    fn is_ours(&self) -> bool {
        self.0.attributes.iter().any(|attribute| {
            attribute.key.as_str() == "code.module.name"
                && attribute.value.as_str().starts_with("wristband_m2m")
        })
    }

    /// Returns the attributes defined by the conventions, with their types.
    pub(super) fn attributes(&self) -> BTreeMap<String, String> {
        let attributes = self.0.attributes.iter();
        attributes
            .map(|attribute| (attribute.key.to_string(), format!("{:?}", attribute.value)))
            .filter(|(key, _)| {
                ["http.", "url.", "server.", "error."]
                    .iter()
                    .any(|part| key.starts_with(part))
            })
            .collect()
    }

    pub(super) fn events(&self) -> Vec<&str> {
        self.0.events.iter().map(|event| &*event.name).collect()
    }
}

pub(super) fn table<const N: usize>(rows: [(&str, String); N]) -> BTreeMap<String, String> {
    rows.map(|(key, value)| (key.to_owned(), value)).into()
}

pub(super) fn text(value: &str) -> String {
    format!("{:?}", opentelemetry::Value::from(value.to_owned()))
}

pub(super) fn number(value: u16) -> String {
    format!("{:?}", opentelemetry::Value::from(i64::from(value)))
}
