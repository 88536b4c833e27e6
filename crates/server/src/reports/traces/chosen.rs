//! Lets through to the tracer what it may see: spans of ours that are on the list, and no line of the log.
//!
//! The log's subscriber knows no filters of single layers, so this is a layer around the tracer's.

use super::super::layer::OURS;
use super::allowed::NAMES;
use opentelemetry_sdk::trace::SdkTracer;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Metadata, Subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The tracer's layer, behind the list.
pub(super) struct Chosen<S>(pub(super) OpenTelemetryLayer<S, SdkTracer>);

impl<S> Layer<S> for Chosen<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.0.on_register_dispatch(subscriber);
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if is_chosen(attributes.metadata()) {
            self.0.on_new_span(attributes, id, context);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if is_known(id, &context) {
            self.0.on_record(id, values, context);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if is_known(id, &context) {
            self.0.on_enter(id, context);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if is_known(id, &context) {
            self.0.on_exit(id, context);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if is_known(&id, &context) {
            self.0.on_close(id, context);
        }
    }
}

fn is_known<S>(id: &Id, context: &Context<'_, S>) -> bool
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    context.metadata(id).is_some_and(is_chosen)
}

fn is_chosen(what: &Metadata<'_>) -> bool {
    let is_ours = what.target().split("::").next().is_some_and(|first| OURS.contains(&first));
    is_ours && NAMES.contains(&what.name())
}
