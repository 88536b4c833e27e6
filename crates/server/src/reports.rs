//! Reports of faults and of how long things take, for Sentry: off without `SENTRY_DSN`, and nothing leaves but what is
//! allowed to.
//!
//! Three doors lead out: a line of the log at the level of an error, a panic, and what was measured. Each says what it
//! knows in types that have no room for more: our own sentence, the route as it is written in the source, a method, a
//! status, the hash of a workspace. What leaves is built anew from those by `allowed` as the very last step, in the
//! transport, so that whatever else the library or a later change puts into an event stays here.

mod allowed;
mod layer;
mod measured;
mod panics;
mod settings;
mod traces;
mod transport;
mod workspace;

pub use layer::layer;
pub(crate) use measured::{delivered, delivery, measure};
pub use panics::watch_panics;
pub use settings::ReportConfig;
pub(crate) use settings::{ReportSettings, checked};
pub(crate) use traces::{TraceSettings, Traces, checked as checked_traces};

use connect::Sink;
use secrecy::SecretString;
use sentry::protocol::Event;
use sentry::{Client, ClientOptions};
use std::sync::{Arc, OnceLock};
use transport::Post;
use workspace::Pseudonyms;

/// What is sent, and by whom.
struct Reporter {
    client: Client,
    pseudonyms: Pseudonyms,
    environment: String,
    /// How many of a million measurements are sent.
    sampled: u32,
}

/// A process reports to one place, or to none.
static REPORTER: OnceLock<Reporter> = OnceLock::new();

/// What is known of where something happened.
#[derive(Clone, Debug, Default)]
struct Scene {
    method: Option<&'static str>,
    route: Option<String>,
    workspace: Option<String>,
}

/// Starts the reports of this process; must be called within a runtime.
///
/// Nothing waits for them: they stand in a short queue, what does not fit is dropped, and a sink that does not answer
/// costs one line of the log.
///
/// # Errors
///
/// Where the address is neither https nor on this machine, in words for the one who runs the service.
pub fn start(config: &ReportConfig) -> Result<(), String> {
    let auth = config.dsn.to_auth(Some(concat!("asyncbot/", env!("CARGO_PKG_VERSION"))));
    let sink = Sink::new(config.dsn.envelope_api_url(), SecretString::from(auth.to_string()))
        .map_err(|fault| fault.to_string())?;
    let post = Arc::new(Post::start(sink));
    let mut options = ClientOptions::default();
    options.dsn = Some(config.dsn.clone());
    options.release = Some(RELEASE.into());
    options.environment = Some(config.environment.clone().into());
    options.default_integrations = false;
    options.auto_session_tracking = false;
    options.send_default_pii = false;
    options.max_breadcrumbs = 0;
    options.transport =
        Some(Arc::new(move |_: &ClientOptions| Arc::clone(&post) as Arc<dyn sentry::Transport>));
    let reporter = Reporter {
        client: Client::with_options(options),
        pseudonyms: Pseudonyms::new(&config.secret),
        environment: config.environment.clone(),
        sampled: config.sampled,
    };
    // A second start in one process keeps the first.
    let _ = REPORTER.set(reporter);
    Ok(())
}

/// What the release is called.
const RELEASE: &str = concat!("asyncbot@", env!("CARGO_PKG_VERSION"));

/// Returns whether anything is reported.
fn reporter() -> Option<&'static Reporter> {
    REPORTER.get()
}

impl Reporter {
    /// Sends that something failed: what it is called, and our sentence of it.
    fn report(&self, kind: &str, sentence: Option<String>, scene: &Scene) {
        let mut event = Event::new();
        event.exception.values.push(sentry::protocol::Exception {
            ty: kind.to_owned(),
            value: sentence,
            ..sentry::protocol::Exception::default()
        });
        event.transaction.clone_from(&scene.route);
        event.tags = self.tags(scene);
        self.client.capture_event(event, None);
    }

    fn tags(&self, scene: &Scene) -> sentry::protocol::Map<String, String> {
        let mut tags = sentry::protocol::Map::new();
        if let Some(method) = scene.method {
            tags.insert(String::from("method"), method.to_owned());
        }
        if let Some(workspace) = &scene.workspace {
            tags.insert(String::from("workspace"), self.pseudonyms.of(workspace));
        }
        tags
    }
}
