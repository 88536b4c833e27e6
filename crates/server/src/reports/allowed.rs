//! The list of what may leave, and the envelope that is built anew from it.

use sentry::Envelope;
use sentry::protocol::{
    Context, EnvelopeHeaders, EnvelopeItem, Event, Exception, Map, TraceContext, Transaction,
};
use std::borrow::Cow;

/// Says whether a value looks as it must.
type IsGood = fn(&str) -> bool;

/// The tags that may leave, each with what its value must look like.
const TAGS: [(&str, IsGood); 5] = [
    ("method", is_method),
    ("status", is_status),
    ("workspace", is_pseudonym),
    ("outcome", is_word),
    ("location", is_location),
];

/// Returns what of an envelope may leave, or nothing.
pub(super) fn envelope(envelope: Envelope) -> Option<Envelope> {
    let mut clean = Envelope::new();
    let mut id = None;
    for item in envelope.into_items() {
        match item {
            EnvelopeItem::Event(event) => {
                id = Some(event.event_id);
                clean.add_item(self::event(&event));
            }
            EnvelopeItem::Transaction(transaction) => {
                id = Some(transaction.event_id);
                clean.add_item(self::transaction(&transaction));
            }
            // Sessions, attachments, logs, profiles and whatever comes later.
            _ => {}
        }
    }
    id.map(|id| clean.with_headers(EnvelopeHeaders::new().with_event_id(id)))
}

fn event(event: &Event<'static>) -> Event<'static> {
    let exceptions = event.exception.values.iter().map(|exception| Exception {
        ty: kept(Some(&exception.ty), is_kind).unwrap_or_else(|| String::from("error")),
        value: kept(exception.value.as_deref(), is_sentence),
        ..Exception::default()
    });
    Event {
        event_id: event.event_id,
        level: event.level,
        timestamp: event.timestamp,
        platform: Cow::Borrowed("native"),
        exception: exceptions.collect::<Vec<_>>().into(),
        transaction: kept(event.transaction.as_deref(), is_route),
        release: Some(Cow::Borrowed(super::RELEASE)),
        environment: environment(event.environment.as_deref()),
        tags: tags(&event.tags),
        ..Event::default()
    }
}

fn transaction(transaction: &Transaction<'static>) -> Transaction<'static> {
    let mut contexts = Map::new();
    if let Some(Context::Trace(trace)) = transaction.contexts.get("trace") {
        let trace = TraceContext {
            span_id: trace.span_id,
            trace_id: trace.trace_id,
            op: kept(trace.op.as_deref(), is_word),
            status: trace.status,
            ..TraceContext::default()
        };
        contexts.insert(String::from("trace"), Context::Trace(Box::new(trace)));
    }
    Transaction {
        event_id: transaction.event_id,
        name: kept(transaction.name.as_deref(), is_route),
        timestamp: transaction.timestamp,
        start_timestamp: transaction.start_timestamp,
        platform: Cow::Borrowed("native"),
        release: Some(Cow::Borrowed(super::RELEASE)),
        environment: environment(transaction.environment.as_deref()),
        tags: tags(&transaction.tags),
        contexts,
        ..Transaction::default()
    }
}

fn environment(name: Option<&str>) -> Option<Cow<'static, str>> {
    kept(name, is_environment).map(Cow::Owned)
}

fn tags(tags: &Map<String, String>) -> Map<String, String> {
    let mut clean = Map::new();
    for (name, is_good) in TAGS {
        if let Some(value) = kept(tags.get(name).map(String::as_str), is_good) {
            clean.insert(name.to_owned(), value);
        }
    }
    clean
}

fn kept(value: Option<&str>, is_good: IsGood) -> Option<String> {
    value.filter(|value| is_good(value)).map(str::to_owned)
}

fn is_method(value: &str) -> bool {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"].contains(&value)
}

fn is_status(value: &str) -> bool {
    value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_pseudonym(value: &str) -> bool {
    value.len() == 16 && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// One word of small letters, such as `delivery`.
fn is_word(value: &str) -> bool {
    (1..=32).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'))
}

/// The place of a line in our own source, such as `crates/server/src/workers.rs:58`.
fn is_location(value: &str) -> bool {
    value.len() <= 120
        && (value == "elsewhere" || value.starts_with("crates/"))
        && value.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b':' | b'-')
        })
}

/// `panic`, or a module of ours.
fn is_kind(value: &str) -> bool {
    let first = value.split("::").next().unwrap_or_default();
    value == "panic"
        || super::layer::OURS.contains(&first)
            && value.len() <= 100
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}

/// A sentence of ours as it stands in the source; that those hold no values is a test of the source.
fn is_sentence(value: &str) -> bool {
    value.len() <= 300 && !value.contains('\n') && !super::super::masked::is_touched(value)
}

/// A route as it is written in the source, or what a worker does.
fn is_route(value: &str) -> bool {
    super::measured::NAMES.contains(&value)
}

/// What the one who runs the service calls it.
fn is_environment(value: &str) -> bool {
    (1..=64).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Returns the text of an envelope as it travels.
pub(super) fn text(envelope: &Envelope) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = envelope.to_writer(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry::protocol::{Breadcrumb, LogEntry, Request, SpanStatus, User, Value};

    const SECRET: &str = "sparrow-in-a-report";

    fn secret() -> String {
        SECRET.to_owned()
    }

    /// An event with a secret in everything that holds text.
    fn full_event() -> Event<'static> {
        let mut event = Event::new();
        event.message = Some(secret());
        event.logentry = Some(LogEntry { message: secret(), params: vec![Value::from(SECRET)] });
        event.logger = Some(secret());
        event.culprit = Some(secret());
        event.transaction = Some(format!("/calendar/{SECRET}.ics"));
        event.server_name = Some(SECRET.into());
        event.release = Some(SECRET.into());
        event.dist = Some(SECRET.into());
        event.environment = Some(format!("{SECRET} {SECRET}").into());
        event.fingerprint = vec![Cow::from(SECRET)].into();
        event.modules.insert(secret(), secret());
        event.extra.insert(secret(), Value::from(SECRET));
        event.user = Some(User { email: Some(secret()), ..User::default() });
        event.request = Some(Request { query_string: Some(secret()), ..Request::default() });
        event
            .breadcrumbs
            .values
            .push(Breadcrumb { message: Some(secret()), ..Breadcrumb::default() });
        for (name, _) in TAGS {
            event.tags.insert(name.to_owned(), format!("{SECRET} {SECRET}"));
        }
        event.tags.insert(secret(), secret());
        event.exception.values.push(Exception {
            ty: secret(),
            value: Some(format!("{SECRET} wren@harbour.example")),
            module: Some(secret()),
            ..Exception::default()
        });
        event
    }

    fn full_transaction() -> Transaction<'static> {
        let mut transaction = Transaction::new();
        transaction.name = Some(secret());
        transaction.extra.insert(secret(), Value::from(SECRET));
        transaction.tags.insert(String::from("status"), secret());
        transaction.server_name = Some(SECRET.into());
        transaction.user = Some(User { id: Some(secret()), ..User::default() });
        let trace = TraceContext {
            op: Some(format!("{SECRET} op")),
            description: Some(secret()),
            origin: Some(secret()),
            status: Some(SpanStatus::Ok),
            data: Map::from([(secret(), Value::from(SECRET))]),
            ..TraceContext::default()
        };
        transaction.contexts.insert(String::from("trace"), Context::Trace(Box::new(trace)));
        transaction
    }

    #[test]
    fn nothing_leaves_of_an_envelope_but_what_is_on_the_list() {
        let items: [EnvelopeItem; 2] = [full_event().into(), full_transaction().into()];
        for item in items {
            let mut full = Envelope::new();
            full.add_item(item);
            assert!(String::from_utf8(text(&full)).unwrap().contains(SECRET), "it is there before");

            let left = String::from_utf8(text(&envelope(full).unwrap())).unwrap();

            assert!(!left.contains("sparrow"), "{left}");
            assert!(left.contains("asyncbot@"), "the release is there: {left}");
        }
    }

    #[test]
    fn what_is_neither_an_event_nor_a_measurement_does_not_leave_at_all() {
        assert!(envelope(Envelope::from_bytes_raw(SECRET.into()).unwrap()).is_none());
    }

    #[test]
    fn what_is_on_the_list_arrives() {
        let mut event = Event::new();
        event.transaction = Some(String::from("/slack/commands"));
        event.environment = Some("stories".into());
        let tags = [("method", "POST"), ("workspace", "0123456789abcdef"), ("status", "200")];
        for (name, value) in tags {
            event.tags.insert(name.to_owned(), value.to_owned());
        }
        event.exception.values.push(Exception {
            ty: String::from("server::workers"),
            value: Some(String::from("A worker panicked; it is started again.")),
            ..Exception::default()
        });

        let kept = self::event(&event);

        assert_eq!(kept.transaction, event.transaction);
        assert_eq!((kept.tags, kept.environment), (event.tags, event.environment));
        assert_eq!(kept.exception.values, event.exception.values);
    }
}
