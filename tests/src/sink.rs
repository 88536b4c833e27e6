//! A place on this machine to which a program of stories reports, as it would to Sentry: it keeps every byte.

use secrecy::SecretString;
use serde_json::Value;
use server::reports::{self, ReportConfig};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What stands in the DSN and may be in the headers alone.
pub const SINK_KEY: &str = "5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e";

/// What arrived, each request with its headers and its body.
#[derive(Clone, Debug, Default)]
pub struct Reported {
    requests: Arc<Mutex<Vec<Request>>>,
}

/// The bytes of the headers and of the body.
type Request = (Vec<u8>, Vec<u8>);

/// Starts the reports of this program, all of what can be measured among them, once for all its stories.
///
/// # Panics
///
/// Where this machine gives no port, or the reports do not start.
pub fn reported() -> &'static Reported {
    static REPORTED: OnceLock<Reported> = OnceLock::new();
    REPORTED.get_or_init(|| {
        let kept = Reported::default();
        let its_kept = kept.clone();
        let (started, ready) = std::sync::mpsc::channel();
        // The runtime of a story ends with it, and the reports are the program's.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime for the sink").block_on(async move {
                slack::install_tls_provider();
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let address = listener.local_addr().expect("it has an address");
                reports::start(&config(address)).expect("a sink of this machine is taken");
                started.send(()).expect("somebody waits");
                loop {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    serve(stream, &its_kept).await;
                }
            });
        });
        watch_panics();
        ready.recv_timeout(Duration::from_secs(10)).expect("the sink starts");
        kept
    })
}

/// Watches panics as `serve` does, and lets the test's own be printed as well.
fn watch_panics() {
    let before = std::panic::take_hook();
    reports::watch_panics();
    let ours = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        ours(panic);
        before(panic);
    }));
}

fn config(address: SocketAddr) -> ReportConfig {
    let dsn = SecretString::from(format!("http://{SINK_KEY}@{address}/1"));
    let keys = SecretString::from("1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=");
    ReportConfig::new(&dsn, "stories", "1", &keys).expect("these settings are right")
}

/// Takes requests from a connection until it is closed.
async fn serve(mut stream: TcpStream, kept: &Reported) {
    let mut bytes = Vec::new();
    loop {
        let Some(end) = head(&bytes) else {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        let length = length(&bytes[..end]);
        while bytes.len() < end + length {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let rest = bytes.split_off(end + length);
        let body = bytes.split_off(end);
        kept.requests.lock().unwrap_or_else(PoisonError::into_inner).push((bytes, body));
        bytes = rest;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// Returns where the headers end.
fn head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let line = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    line.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}

impl Reported {
    /// Returns every byte that arrived, headers and bodies.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().flat_map(|(head, body)| [head.as_slice(), body, b"\n"].concat()).collect()
    }

    /// Returns the headers of each request.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().map(|(head, _)| String::from_utf8_lossy(head).into_owned()).collect()
    }

    /// Returns the lines of all envelopes, as JSON: of each its header, that of its item, and the item.
    ///
    /// # Panics
    ///
    /// Where a line is no JSON.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Vec<Value>> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = |body: &Vec<u8>| {
            let text = String::from_utf8(body.clone()).expect("an envelope is text");
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        requests.iter().map(|(_, body)| lines(body)).collect()
    }

    /// Waits until something has arrived, for at most ten seconds; returns whether it has.
    pub async fn arrives(&self, is_it: impl Fn(&[Vec<Value>]) -> bool) -> bool {
        for _ in 0..500 {
            if is_it(&self.envelopes()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}
