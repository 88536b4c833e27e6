//! A stand-in for HiBob that answers with the bytes it is told to, and what is asked of it.

use chrono::{DateTime, NaiveDate, Utc};
use connect::{AbsenceSource, SourcePerson, Wire, find};
use domain::email::Email;
use domain::ids::UserId;
use domain::source::{Credentials, DateRange, SourceBatch, SourceCode, SourceFault};
use domain::zone::Zone;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

/// What the stand-in does with a request.
pub(crate) enum Move {
    /// Answers: the status line's rest, more headers, the body.
    Answer(&'static str, String, String),
    /// Closes the connection without an answer.
    Close,
    /// Begins an answer and closes the connection within it.
    Break,
}

/// A running stand-in; one move for each request.
pub(crate) struct StandIn {
    pub(crate) url: Url,
    heard: Arc<Mutex<Vec<String>>>,
    /// Ends with the stand-in.
    _serving: JoinSet<()>,
}

impl StandIn {
    /// Returns the requests until now, each with its head and its body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Returns the first lines of the requests until now, without the version of HTTP.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &String| {
            let line = request.lines().next().unwrap_or_default();
            line.trim_end_matches(" HTTP/1.1").to_owned()
        };
        self.heard().iter().map(line).collect()
    }
}

/// Returns an answer with status 200.
pub(crate) fn ok(body: &Value) -> Move {
    Move::Answer("200 OK", String::new(), body.to_string())
}

/// Returns an answer with a status and no headers of its own.
pub(crate) fn status(status: &'static str, body: &str) -> Move {
    Move::Answer(status, String::new(), body.to_owned())
}

/// Returns HiBob's way to say no.
pub(crate) fn refusal(text: &'static str) -> Move {
    status(text, r#"{"key": "forbidden", "error": "Access denied"}"#)
}

/// Starts a stand-in that makes these moves.
pub(crate) async fn start(moves: Vec<Move>) -> StandIn {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hibob/v1", listener.local_addr().unwrap()).parse().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let mut serving = JoinSet::new();
    let noted = Arc::clone(&heard);
    serving.spawn(async move {
        for next in moves {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            noted.lock().unwrap().push(request);
            match next {
                Move::Answer(status, headers, body) => {
                    answer(&mut stream, status, &headers, body.len(), &body).await;
                }
                Move::Close => drop(stream),
                Move::Break => answer(&mut stream, "200 OK", "", 1000, "{\"outs\":[").await,
            }
        }
        // One request more is an answer that no test expects.
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            noted.lock().unwrap().push(request);
            answer(&mut stream, "418 I'm a teapot", "", 0, "").await;
        }
    });
    StandIn { url, heard, _serving: serving }
}

/// The instant at which all of this happens.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-04T05:00:00Z".parse().unwrap()
}

/// A wire to the service at `url`, on a clock that stands still.
pub(crate) fn wire(url: &Url) -> Wire {
    wire_at(url, Arc::new(Mutex::new(now())))
}

/// A wire to the service at `url`, on a clock that is moved by hand.
pub(crate) fn wire_at(url: &Url, clock: Arc<Mutex<DateTime<Utc>>>) -> Wire {
    let bases = [(hibob_code(), url.clone())].into();
    Wire::new(Arc::new(move || *clock.lock().unwrap()), bases).unwrap()
}

pub(crate) fn hibob_code() -> SourceCode {
    SourceCode::new("hibob").unwrap()
}

pub(crate) fn hibob() -> &'static dyn AbsenceSource {
    find(&hibob_code()).unwrap()
}

pub(crate) fn credentials(service_user: &str) -> Credentials {
    let value = |code: &str, value: &str| (code.to_owned(), SecretString::from(value));
    let values = [value("service_user", service_user), value("token", "canary-token")].into();
    Credentials { host: String::from("production"), values }
}

/// Somebody in Berlin whom HiBob knows by this id.
pub(crate) fn person(employee: &str) -> SourcePerson {
    SourcePerson {
        user: UserId::new(&format!("U{employee}")),
        email: Email::new(address(employee)).unwrap(),
        zone: Zone::parse("Europe/Berlin").unwrap(),
    }
}

pub(crate) fn address(employee: &str) -> String {
    format!("e{employee}@example.com")
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// March 2026.
pub(crate) fn march() -> DateRange {
    DateRange { first: day("2026-03-01"), last: day("2026-03-31") }
}

/// What `people/search` answers where these are known.
pub(crate) fn found(employees: &[&str]) -> Value {
    let found: Vec<_> = employees
        .iter()
        .map(|id| json!({"/root\u{2f}id": {"value": id}, "id": id, "email": address(id)}))
        .collect();
    json!({"employees": found})
}

/// Asks about these employees in March, with search answers and then `moves`.
pub(crate) async fn fetch(
    employees: &[&str],
    moves: Vec<Move>,
) -> (Result<SourceBatch, SourceFault>, StandIn) {
    let stand_in = start(moves).await;
    let wire = wire(&stand_in.url);
    let people: Vec<_> = employees.iter().map(|employee| person(employee)).collect();
    let result = hibob().fetch(&wire, &credentials("SVC1"), &people, march()).await;
    (result, stand_in)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return text;
        }
        if stream.read_buf(&mut bytes).await.unwrap() == 0 {
            return text;
        }
    }
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.trim().parse().unwrap())
}

async fn answer(stream: &mut TcpStream, status: &str, headers: &str, length: usize, body: &str) {
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{headers}\r\n{body}"
    );
    // A client that went away is a case of its own and not a failure of the stand-in.
    drop(stream.write_all(response.as_bytes()).await);
}
