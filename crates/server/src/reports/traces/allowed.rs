//! The list of what a span may say, and the span that is built anew from it.

use super::super::measured;
use super::Pseudonyms;
use opentelemetry::trace::Status;
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_otlp::SpanExporter as Otlp;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};
use std::fmt;
use std::time::Duration;

/// The spans that may leave.
pub(super) const NAMES: [&str; 4] = ["http", "request", "inbox", "deliver"];

/// Says whether a value looks as it must.
type IsGood = fn(&str) -> bool;

/// The fields that may leave as they are, each with what its value must look like.
const FIELDS: [(&str, IsGood); 6] = [
    ("http.method", |value| measured::method(value) == value),
    ("http.route", measured::is_name),
    ("http.status", is_status),
    ("kind", is_word),
    ("call", is_word),
    ("outcome", is_word),
];

/// Sends spans that say no more than they may.
pub(super) struct Allowed {
    to: Otlp,
    pseudonyms: Pseudonyms,
}

impl Allowed {
    pub(super) const fn new(to: Otlp, pseudonyms: Pseudonyms) -> Self {
        Self { to, pseudonyms }
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowed").finish_non_exhaustive()
    }
}

impl SpanExporter for Allowed {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let clean = batch.into_iter().filter_map(|span| clean(span, &self.pseudonyms)).collect();
        self.to.export(clean).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.to.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.to.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.to.set_resource(resource);
    }
}

/// Returns what of a span may leave, or nothing.
fn clean(span: SpanData, pseudonyms: &Pseudonyms) -> Option<SpanData> {
    let name = NAMES.into_iter().find(|name| *name == span.name)?;
    let mut attributes = Vec::new();
    for KeyValue { key, value, .. } in &span.attributes {
        let text = match value {
            Value::String(text) => text.as_str().to_owned(),
            Value::I64(number) => number.to_string(),
            _ => continue,
        };
        if key.as_str() == "workspace.id" {
            attributes.push(KeyValue::new("workspace", pseudonyms.of(&text)));
        }
        let field = FIELDS.into_iter().find(|(name, _)| *name == key.as_str());
        if let Some((name, _)) = field.filter(|(_, is_good)| is_good(&text)) {
            attributes.push(KeyValue::new(name, text));
        }
    }
    Some(SpanData {
        name: name.into(),
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        // Its words may be anybody's.
        status: match span.status {
            Status::Error { .. } => Status::error(""),
            other => other,
        },
        instrumentation_scope: InstrumentationScope::builder("asyncbot").build(),
        ..span
    })
}

fn is_status(value: &str) -> bool {
    value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(value: &str) -> bool {
    (1..=32).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{
        Event, SpanContext, SpanId, SpanKind, TraceFlags, TraceId, TraceState,
    };
    use secrecy::SecretString;
    use std::time::UNIX_EPOCH;

    fn span(name: &'static str, attributes: Vec<KeyValue>) -> SpanData {
        let context = SpanContext::new(
            TraceId::from_bytes([1; 16]),
            SpanId::from_bytes([2; 8]),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        let mut events = SpanEvents::default();
        events.events.push(Event::new("geheim", UNIX_EPOCH, Vec::new(), 0));
        SpanData {
            span_context: context,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: UNIX_EPOCH,
            end_time: UNIX_EPOCH,
            attributes,
            dropped_attributes_count: 3,
            events,
            links: SpanLinks::default(),
            status: Status::error("geheim"),
            instrumentation_scope: InstrumentationScope::builder("geheim").build(),
        }
    }

    fn cleaned(name: &'static str, attributes: Vec<KeyValue>) -> Option<SpanData> {
        clean(span(name, attributes), &Pseudonyms::new(&SecretString::from("1:k")))
    }

    #[test]
    fn a_span_says_what_is_on_the_list_and_nothing_else() {
        let clean = cleaned(
            "request",
            vec![
                KeyValue::new("kind", "command"),
                KeyValue::new("outcome", "geheim says wren@example.com"),
                KeyValue::new("call", "geheim geheim"),
                KeyValue::new("http.route", "/schedule/geheim"),
                KeyValue::new("http.method", "GEHEIM"),
                KeyValue::new("user", "geheim"),
                KeyValue::new("workspace.id", "geheim"),
                KeyValue::new("http.status", 200),
            ],
        )
        .unwrap();

        let said: Vec<&str> = clean.attributes.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(said, ["kind", "workspace", "http.status"]);
        assert!(!format!("{clean:?}").contains("geheim"), "{clean:?}");
        let workspace = clean.attributes[1].value.as_str().into_owned();
        assert!(workspace.len() == 16, "{workspace}");
    }

    #[test]
    fn a_span_of_another_name_stays_here() {
        assert!(cleaned("query", Vec::new()).is_none());
        assert!(cleaned("deliver", Vec::new()).is_some());
    }
}
