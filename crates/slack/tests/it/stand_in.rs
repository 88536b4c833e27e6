//! A stand-in for Slack that answers with the bytes it is told to.

use crate::shown::at;
use chrono::TimeDelta;
use clock::Clock;
use secrecy::SecretString;
use slack::{Api, ApiConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

/// What the stand-in does with a request.
pub(crate) enum Move {
    /// Answers: the status line's rest, more headers, the body.
    Answer(&'static str, &'static str, String),
    /// Keeps the connection and never answers.
    Hang,
    /// Closes the connection without an answer.
    Close,
}

/// A running stand-in; one move for each request.
pub(crate) struct StandIn {
    pub(crate) url: Url,
    pub(crate) requests: mpsc::UnboundedReceiver<String>,
    /// Ends with the stand-in.
    _serving: JoinSet<()>,
}

/// Returns an answer with status 200.
pub(crate) fn ok(body: &str) -> Move {
    Move::Answer("200 OK", "", body.to_owned())
}

/// Starts a stand-in that makes these moves.
pub(crate) async fn start(moves: Vec<Move>) -> StandIn {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap()).parse().unwrap();
    let (heard, requests) = mpsc::unbounded_channel();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut kept = Vec::new();
        for next in moves {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            match next {
                Move::Answer(status, headers, body) => {
                    answer(&mut stream, status, headers, &body).await;
                }
                Move::Hang => kept.push(stream),
                Move::Close => drop(stream),
            }
            // The test may have heard enough.
            drop(heard.send(request));
        }
        // Connections that hang do so until the test ends.
        std::future::pending::<()>().await;
    });
    StandIn { url, requests, _serving: serving }
}

/// Returns an address at which nothing listens.
pub(crate) async fn nobody() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/api", listener.local_addr().unwrap()).parse().unwrap()
}

/// Returns a client of the service at `url`, on a clock that stands still.
pub(crate) fn client(url: &Url) -> (Api, Clock) {
    let clock = Clock::manual(at("2026-06-08T07:00:00Z"));
    let config = ApiConfig {
        api_url: url.clone(),
        authorize_url: "https://slack.com/oauth/v2/authorize".parse().unwrap(),
        client_id: String::from("1.2"),
        client_secret: SecretString::from("canary-secret"),
    };
    (Api::new(config, clock.clone()).unwrap(), clock)
}

/// Waits until a request has arrived, then lets ten seconds pass.
pub(crate) async fn pass_ten_seconds(stand_in: &mut StandIn, clock: &Clock) {
    stand_in.requests.recv().await.unwrap();
    clock.advance_to(clock.now() + TimeDelta::seconds(10)).await.unwrap();
}

pub(crate) fn token() -> SecretString {
    SecretString::from("xoxb-canary")
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

async fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{headers}\r\n{body}"
    );
    // A client that went away is a case of its own and not a failure of the stand-in.
    drop(stream.write_all(response.as_bytes()).await);
}
