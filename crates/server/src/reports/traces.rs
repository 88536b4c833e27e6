//! Traces for OpenTelemetry: off without `OTEL_EXPORTER_OTLP_ENDPOINT`, and nothing leaves but what is allowed to.
//!
//! A request of Slack's, the use case in it and each delivery are a span. What a span may say is rebuilt by `allowed` as the
//! last step. Nobody waits for the collector: spans stand in a queue with an end, a thread of its own empties it, and what
//! does not fit is dropped.

mod allowed;
mod chosen;
mod post;
mod settings;

pub(crate) use settings::{TraceConfig, TraceSettings, checked};

use super::workspace::Pseudonyms;
use allowed::Allowed;
use chosen::Chosen;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider,
};
use post::Post;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// How many spans may wait; what comes then is dropped.
const QUEUE: usize = 2048;

/// How many are sent at once.
const BATCH: usize = 512;

/// How long a span waits at most before it is sent.
const DELAY: Duration = Duration::from_secs(5);

/// How long a stop waits for what is still to be sent.
const LAST: Duration = Duration::from_secs(3);

static ARE_ON: AtomicBool = AtomicBool::new(false);

/// Returns whether anything is traced.
pub(super) fn are_on() -> bool {
    ARE_ON.load(Ordering::Relaxed)
}

/// The traces of this process.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts the traces; must be called within a runtime.
    ///
    /// # Errors
    ///
    /// Where the address or the library's own settings do not fit, in words for the one who runs the service.
    pub(crate) fn start(config: &TraceConfig) -> Result<Self, String> {
        let post = Post::start(config).map_err(|fault| fault.to_string())?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(post)
            .with_protocol(Protocol::HttpBinary)
            // It is sent to the address that `post` has; the library only wants one.
            .with_endpoint("http://127.0.0.1/v1/traces")
            .build()
            .map_err(|fault| format!("traces cannot be sent: {fault}"))?;
        let exporter = Allowed::new(exporter, Pseudonyms::new(&config.secret));
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        // Nothing of the machine and nothing of the environment.
        let resource =
            Resource::builder_empty().with_service_name(config.service_name.clone()).build();
        let sampled = Sampler::TraceIdRatioBased(config.share);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(Sampler::ParentBased(Box::new(sampled)))
            .with_resource(resource)
            .build();
        ARE_ON.store(true, Ordering::Relaxed);
        Ok(Self(provider))
    }

    /// Returns what takes spans out of a log.
    pub(crate) fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let layer = tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("asyncbot"))
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false);
        Box::new(Chosen(layer))
    }

    /// Sends what is left, for as long as that may take.
    pub(crate) async fn end(self) {
        let sending = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST));
        // What does not arrive in time is lost.
        let _ = tokio::time::timeout(LAST + Duration::from_secs(1), sending).await;
    }
}
