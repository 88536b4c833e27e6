//! What carries batches of spans to the collector, on the service's own client.

use super::TraceConfig;
use connect::{Collector, WireFault};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;

/// The way to the collector.
pub(super) struct Post {
    collector: Arc<Collector>,
    /// Batches are made in a thread outside of the runtime, in which the client works.
    runtime: Handle,
    is_away: AtomicBool,
}

impl Post {
    /// Returns the way to the collector; must be called within a runtime.
    ///
    /// # Errors
    ///
    /// Where the address is neither https nor on this machine.
    pub(super) fn start(config: &TraceConfig) -> Result<Self, WireFault> {
        let collector = Collector::new(config.address.clone(), config.lets_in.clone())?;
        Ok(Self {
            collector: Arc::new(collector),
            runtime: Handle::current(),
            is_away: AtomicBool::new(false),
        })
    }

    async fn send(&self, body: Bytes) -> Result<Response<Bytes>, HttpError> {
        let collector = Arc::clone(&self.collector);
        let sending = self.runtime.spawn(async move { collector.send(body.to_vec()).await });
        match sending.await? {
            Ok(()) => {
                self.is_away.store(false, Ordering::Relaxed);
                Ok(Response::new(Bytes::new()))
            }
            Err(fault) => {
                if !self.is_away.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        error = %fault,
                        "Traces do not reach OTEL_EXPORTER_OTLP_ENDPOINT; they are dropped until it takes them again, and nothing else changes."
                    );
                }
                Err(fault.into())
            }
        }
    }
}

impl HttpClient for Post {
    /// Sends a batch; the request's address and headers are the library's own, and nothing is read of the answer.
    fn send_bytes<'a, 'f>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(self.send(request.into_body()))
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").finish_non_exhaustive()
    }
}
