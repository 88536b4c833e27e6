//! A connection of Socket Mode: how it is opened, read, acknowledged on and closed.
//!
//! slack-morphism has a listener for this, but it acknowledges by itself, one request after the other, and also what could
//! not be read; here whoever did the work acknowledges it.

use crate::api::client::{Api, CALL_LIMIT, is_loopback};
use crate::api::outcome::{NotSentKind, Outcome};
use crate::inbound::envelope::{Frame, read_frame};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};
use url::Url;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The largest message that is read, in bytes: Slack's views are at most 250 KB, sent once with their state.
const LARGEST_MESSAGE: usize = 4 << 20;

/// After this much silence the other side is asked whether it is there, in real time.
const SILENCE: Duration = Duration::from_secs(15);

/// How many of these questions may stay without an answer.
const UNANSWERED: u32 = 2;

/// How long a message may take to be written, in real time.
const WRITE_LIMIT: Duration = Duration::from_secs(5);

/// How long the other side may take to say goodbye, in real time.
const GOODBYE: Duration = Duration::from_secs(1);

/// The connection is gone: closed, broken, or silent for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection is gone")]
pub struct Closed;

/// An open connection, to be read by one.
pub struct Socket {
    stream: SplitStream<Stream>,
    acks: Acks,
    silence: Duration,
    unanswered: u32,
}

/// The way back on a connection; clones share it.
#[derive(Clone)]
pub struct Acks(Arc<Mutex<SplitSink<Stream, Message>>>);

/// What `apps.connections.open` answers; the address holds a ticket, so it is a secret.
#[derive(Deserialize)]
struct OpenAnswer {
    url: Option<SecretString>,
}

impl Api {
    /// Opens a connection and returns it once Slack has greeted.
    ///
    /// Opening twice does no harm, so the outcome is never ambiguous.
    pub async fn open_socket(&self, app_token: &SecretString) -> Outcome<Socket> {
        let address = match self.socket_address(app_token).await {
            Outcome::Done(address) => address,
            Outcome::NotSent(not_sent) => return Outcome::NotSent(not_sent),
            Outcome::Ambiguous { code } => return Outcome::not_sent(NotSentKind::Transient, &code),
        };
        if !self.may_connect(&address) {
            return Outcome::not_sent(NotSentKind::Permanent, "foreign_socket_address");
        }
        let greeted = self.clock.timeout(CALL_LIMIT, Box::pin(self.greet(&address)));
        match greeted.await {
            Ok(Ok(socket)) => Outcome::Done(socket),
            Ok(Err(code)) => Outcome::not_sent(NotSentKind::Transient, code),
            Err(_) => Outcome::not_sent(NotSentKind::Transient, "timeout"),
        }
    }

    /// Asks Slack where to connect, which also shows whether the token is good.
    pub async fn socket_address(&self, app_token: &SecretString) -> Outcome<SecretString> {
        let url = self.method_url("apps.connections.open");
        let request = self.plain.post(url).bearer_auth(app_token.expose_secret());
        self.call_plain(request)
            .await
            .and_read(|answer| serde_json::from_str::<OpenAnswer>(&answer.body).ok()?.url)
            .repeatable()
    }

    async fn greet(&self, address: &SecretString) -> Result<Socket, &'static str> {
        let tls = Connector::Rustls(Arc::clone(&self.tls));
        let (stream, _) = tokio_tungstenite::connect_async_tls_with_config(
            address.expose_secret(),
            Some(limits()),
            true,
            Some(tls),
        )
        .await
        .map_err(|_| "no_socket")?;
        let mut socket = Socket::new(stream, SILENCE);
        match socket.next().await {
            Ok(Frame::Hello) => Ok(socket),
            Ok(Frame::LinkDisabled) => Err("link_disabled"),
            Ok(_) | Err(Closed) => Err("no_hello"),
        }
    }

    /// The address came from Slack; what is not encrypted stays on this machine all the same.
    fn may_connect(&self, address: &SecretString) -> bool {
        let Ok(url) = Url::parse(address.expose_secret()) else { return false };
        match url.scheme() {
            "wss" => true,
            "ws" => is_loopback(&url) && is_loopback(&self.config.api_url),
            _ => false,
        }
    }
}

impl Socket {
    fn new(stream: Stream, silence: Duration) -> Self {
        let (sink, stream) = stream.split();
        Self { stream, acks: Acks(Arc::new(Mutex::new(sink))), silence, unanswered: 0 }
    }

    /// Returns the way back.
    #[must_use]
    pub fn acks(&self) -> Acks {
        self.acks.clone()
    }

    /// Waits for the next message; a call that is given up loses none.
    ///
    /// # Errors
    ///
    /// [`Closed`] when there will be no more.
    pub async fn next(&mut self) -> Result<Frame, Closed> {
        loop {
            match tokio::time::timeout(self.silence, self.stream.next()).await {
                Ok(Some(Ok(message))) => {
                    self.unanswered = 0;
                    if let Message::Text(text) = message {
                        return Ok(read_frame(&text));
                    }
                }
                Ok(Some(Err(_)) | None) => return Err(Closed),
                Err(_) if self.unanswered >= UNANSWERED => return Err(Closed),
                Err(_) => {
                    self.unanswered += 1;
                    self.acks.write(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    /// Says goodbye and closes; what was not read is not acknowledged, so Slack sends it elsewhere.
    pub async fn close(mut self) {
        if self.acks.write(Message::Close(None)).await.is_err() {
            return;
        }
        // Closed with something unread, the connection would be reset, and the last acknowledgements lost with it.
        let rest = async { while let Some(Ok(_)) = self.stream.next().await {} };
        // The other side owes nothing: whoever does not say goodbye is left without.
        let _ = tokio::time::timeout(GOODBYE, rest).await;
    }
}

impl Acks {
    /// Sends an acknowledgement.
    ///
    /// # Errors
    ///
    /// [`Closed`] where it cannot have arrived.
    pub async fn send(&self, acknowledgement: &Value) -> Result<(), Closed> {
        self.write(Message::text(acknowledgement.to_string())).await
    }

    async fn write(&self, message: Message) -> Result<(), Closed> {
        let written = async { self.0.lock().await.send(message).await };
        match tokio::time::timeout(WRITE_LIMIT, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Closed),
        }
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Acks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acks").finish_non_exhaustive()
    }
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(LARGEST_MESSAGE))
        .max_frame_size(Some(LARGEST_MESSAGE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// Returns our end of a connection and the other, which is read by nobody unless the test does it.
    async fn connected(silence: Duration) -> (Socket, WebSocketStream<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accept = async {
            let (stream, _) = listener.accept().await.unwrap();
            tokio_tungstenite::accept_async(stream).await.unwrap()
        };
        let connect = tokio_tungstenite::connect_async_with_config(
            format!("ws://{address}/"),
            Some(limits()),
            true,
        );
        let (ours, other) = tokio::join!(connect, accept);
        (Socket::new(ours.unwrap().0, silence), other)
    }

    #[tokio::test]
    async fn a_connection_on_which_nobody_answers_is_given_up() {
        let (mut socket, _silent) = connected(Duration::from_millis(5)).await;

        assert_eq!(socket.next().await, Err(Closed));
        assert_eq!(socket.unanswered, UNANSWERED);
    }

    #[tokio::test]
    async fn a_connection_on_which_someone_answers_is_kept_through_any_silence() {
        let (mut socket, mut other) = connected(Duration::from_millis(50)).await;
        let say_something_late = async {
            for _ in 0..2 * UNANSWERED + 2 {
                assert!(other.next().await.unwrap().unwrap().is_ping());
            }
            other.send(Message::text(r#"{"type":"hello"}"#)).await.unwrap();
        };

        let (frame, ()) = tokio::join!(socket.next(), say_something_late);

        assert_eq!(frame, Ok(Frame::Hello));
    }

    #[tokio::test]
    async fn a_message_larger_than_any_of_slacks_ends_the_connection() {
        let (mut socket, mut other) = connected(SILENCE).await;
        let large = Message::text("x".repeat(LARGEST_MESSAGE + 1));

        let frame = tokio::select! {
            frame = socket.next() => frame,
            // It is not taken to its end.
            sent = other.send(large) => panic!("all of it was taken: {sent:?}"),
        };

        assert_eq!(frame, Err(Closed));
    }

    #[tokio::test]
    async fn what_was_acknowledged_before_the_end_arrives_though_something_was_left_unread() {
        let (socket, mut other) = connected(SILENCE).await;
        other.send(Message::text("unread")).await.unwrap();
        socket.acks().send(&serde_json::json!({"envelope_id": "e"})).await.unwrap();
        let read = async {
            let ack = other.next().await.unwrap().unwrap();
            let end = other.next().await.unwrap().unwrap();
            (ack.into_text().unwrap().as_str().to_owned(), end.is_close())
        };

        let ((), read) = tokio::join!(socket.close(), read);

        assert_eq!(read, (r#"{"envelope_id":"e"}"#.to_owned(), true));
    }
}
