//! What the log says at the level of an error is reported, without its fields.

use super::{Scene, reporter};
use std::fmt::{self, Debug};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Our crates, whose sentences stand in the source.
pub(super) const OURS: [&str; 9] =
    ["app", "asyncbot", "clock", "connect", "crypto", "domain", "server", "slack", "store"];

/// Who is not reported: a panic has a door of its own.
const NOT_REPORTED: [&str; 2] = ["asyncbot::panic", "server::reports"];

/// Takes errors out of the log, to report them.
#[derive(Clone, Copy, Debug)]
pub struct Reports;

/// Returns what reports the errors of a log; it does nothing until the reports of the process are started.
#[must_use]
pub const fn layer() -> Reports {
    Reports
}

impl<S> Layer<S> for Reports
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if reporter().is_none() {
            return;
        }
        let mut read = Read::default();
        attributes.record(&mut read);
        if let (Some(span), true) = (context.span(id), read.has_scene()) {
            span.extensions_mut().insert(read.scene);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if reporter().is_none() {
            return;
        }
        let mut read = Read::default();
        values.record(&mut read);
        if let (Some(span), true) = (context.span(id), read.has_scene()) {
            let mut extensions = span.extensions_mut();
            match extensions.get_mut::<Scene>() {
                Some(scene) => scene.fill_from(&read.scene),
                None => extensions.insert(read.scene),
            }
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let target = event.metadata().target();
        let is_ours = target.split("::").next().is_some_and(|first| OURS.contains(&first));
        if *event.metadata().level() != Level::ERROR || !is_ours {
            return;
        }
        let Some(reporter) = reporter() else { return };
        if NOT_REPORTED.iter().any(|quiet| target.starts_with(quiet)) {
            return;
        }
        let mut read = Read::default();
        event.record(&mut read);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(scene) = span.extensions().get::<Scene>() {
                read.scene.fill_from(scene);
            }
        }
        reporter.report(target, read.sentence, &read.scene);
    }
}

impl Scene {
    /// Takes what is not known yet.
    fn fill_from(&mut self, other: &Self) {
        self.method = self.method.or(other.method);
        if self.route.is_none() {
            self.route.clone_from(&other.route);
        }
        if self.workspace.is_none() {
            self.workspace.clone_from(&other.workspace);
        }
    }
}

/// What is read of a line: its sentence, and of its fields these three alone.
#[derive(Default)]
struct Read {
    sentence: Option<String>,
    scene: Scene,
}

impl Read {
    const fn has_scene(&self) -> bool {
        self.scene.method.is_some() || self.scene.route.is_some() || self.scene.workspace.is_some()
    }
}

impl Visit for Read {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.sentence = Some(literal(value)).filter(|text| !text.is_empty()),
            "workspace.id" => self.scene.workspace = Some(format!("{value:?}")),
            "http.route" => self.scene.route = Some(format!("{value:?}")),
            "http.method" => {
                self.scene.method = Some(super::measured::method(&format!("{value:?}")));
            }
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

/// Returns a sentence that is written in one piece, and nothing of one into which values are put.
fn literal(value: &dyn Debug) -> String {
    struct Pieces(Vec<String>);
    impl fmt::Write for Pieces {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.0.push(piece.to_owned());
            Ok(())
        }
    }
    let mut pieces = Pieces(Vec::new());
    let _ = fmt::Write::write_fmt(&mut pieces, format_args!("{value:?}"));
    let Pieces(mut pieces) = pieces;
    if pieces.len() == 1 { pieces.remove(0) } else { String::new() }
}
