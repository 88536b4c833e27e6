//! What carries reports away, without anybody waiting for it.

use super::allowed;
use connect::{Sink, SinkFault};
use sentry::{Envelope, Transport};
use std::time::Duration;
use tokio::sync::mpsc;

/// How many reports may wait; what comes then is dropped.
const QUEUE: usize = 64;

/// For how long nothing is sent after the sink did not take a report.
const REST: Duration = Duration::from_secs(30);

/// The queue to the sink.
pub(super) struct Post {
    queue: mpsc::Sender<Vec<u8>>,
}

impl Post {
    /// Starts what empties the queue; must be called within a runtime.
    #[expect(
        clippy::disallowed_methods,
        reason = "it belongs to the process and outlives the bot, and no stop may wait for it"
    )]
    pub(super) fn start(sink: Sink) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(carry(sink, waiting));
        Self { queue }
    }
}

impl Transport for Post {
    fn send_envelope(&self, envelope: Envelope) {
        if let Some(clean) = allowed::envelope(envelope) {
            // A full queue is emptied too slowly: the report is lost, and nobody waits for it.
            let _ = self.queue.try_send(allowed::text(&clean));
        }
    }
}

async fn carry(sink: Sink, mut waiting: mpsc::Receiver<Vec<u8>>) {
    let mut is_said = false;
    while let Some(report) = waiting.recv().await {
        let Err(fault) = sink.send(report).await else {
            is_said = false;
            continue;
        };
        if !is_said {
            is_said = true;
            tracing::warn!(
                error = %fault,
                "Reports do not reach SENTRY_DSN; they are dropped until it takes them again, and nothing else changes."
            );
        }
        if !matches!(fault, SinkFault::Refused(400..=428)) {
            tokio::time::sleep(REST).await;
            // What has waited so long is dropped with it, so that the first report afterwards is a new one.
            while waiting.try_recv().is_ok() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;
    use sentry::protocol::Event;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::{Layer, registry};

    /// Counts what is logged.
    struct Counted(Arc<AtomicUsize>);

    impl<S: tracing::Subscriber> Layer<S> for Counted {
        fn on_event(
            &self,
            event: &tracing::Event<'_>,
            _: tracing_subscriber::layer::Context<'_, S>,
        ) {
            if event.metadata().target().starts_with("server::reports") {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn sink(port: u16) -> Sink {
        let address = format!("http://127.0.0.1:{port}/api/1/envelope/").parse().unwrap();
        Sink::new(address, SecretString::from("Sentry sentry_key=k")).unwrap()
    }

    /// Returns how long it takes to hand over a thousand reports.
    fn hand_over(post: &Post) -> Duration {
        let began = Instant::now();
        for _ in 0..1_000 {
            let mut envelope = Envelope::new();
            envelope.add_item(Event::new());
            post.send_envelope(envelope);
        }
        began.elapsed()
    }

    #[tokio::test]
    async fn a_sink_that_is_not_there_costs_one_line_of_the_log_and_nobody_waits() {
        slack::install_tls_provider();
        let lines = Arc::new(AtomicUsize::new(0));
        let log = registry().with(Counted(Arc::clone(&lines)));
        let _log = tracing::subscriber::set_default(log);
        let (post, began) = (Post::start(sink(1)), Instant::now());

        let took = hand_over(&post);

        assert!(took < Duration::from_secs(2), "{took:?}");
        // The fault is found out by the operating system, at once.
        while lines.load(Ordering::Relaxed) == 0 && began.elapsed() < REST {
            tokio::task::yield_now().await;
        }
        assert_eq!(hand_over(&post).as_secs(), 0);
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(lines.load(Ordering::Relaxed), 1, "it is said once");
    }

    #[tokio::test]
    async fn a_sink_that_never_answers_holds_nobody_up_and_takes_no_more_than_the_queue() {
        slack::install_tls_provider();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let post = Post::start(sink(listener.local_addr().unwrap().port()));

        let took = hand_over(&post);

        assert!(took < Duration::from_secs(2), "{took:?}");
        assert_eq!(post.queue.capacity(), 0, "the rest is dropped");
    }
}
