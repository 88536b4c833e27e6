//! Whoever reaches the bot's public address without a simulator in between.

use crate::{Play, sign};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// Somebody who sends requests to the bot.
pub struct Outside<'a> {
    play: &'a Play,
    http: reqwest::Client,
}

/// What the bot answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answered {
    /// Returns a header; empty where it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns for how many seconds nothing more is wanted; 0 where nothing is said.
    #[must_use]
    pub fn wait(&self) -> i64 {
        self.header("retry-after").parse().unwrap_or_default()
    }

    /// Returns the body as JSON, or nothing.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl<'a> Outside<'a> {
    /// Returns somebody outside of a story's bot.
    ///
    /// # Panics
    ///
    /// Never: the client asks nothing of the machine.
    #[must_use]
    pub fn of(play: &'a Play) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build();
        Self { play, http: http.expect("a client for loopback") }
    }

    fn url(&self, path: &str) -> Url {
        self.play.stage().bot_url().join(path).expect("a path")
    }

    /// Sends a request.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn sends(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answered {
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the bot answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answered { status, headers, body: answer.text().await.unwrap_or_default() }
    }

    /// Opens a page.
    pub async fn gets(&self, path: &str) -> Answered {
        self.sends("GET", path, &[], "").await
    }

    /// Sends a body as Slack signs it now.
    pub async fn signs(&self, path: &str, body: &str) -> Answered {
        let now = self.play.stage().clock().now();
        let signed = sign(body.to_owned(), self.play.stage().signing_secret(), now);
        let headers = signed.headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.sends("POST", path, &headers, signed.body).await
    }

    /// Opens a connection, sends these bytes and no more, and returns what the bot sent when it closed the connection.
    ///
    /// # Panics
    ///
    /// When nothing listens.
    pub async fn says_and_waits(&self, bytes: &[u8]) -> String {
        let mut stream = self.connects().await;
        stream.write_all(bytes).await.expect("the bot listens");
        let mut heard = Vec::new();
        // Whether it hung up or broke off is all the same.
        let _ = stream.read_to_end(&mut heard).await;
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Opens a connection.
    ///
    /// # Panics
    ///
    /// When nothing listens.
    pub async fn connects(&self) -> TcpStream {
        let port = self.play.stage().bot_url().port().expect("it listens on a port");
        TcpStream::connect(("127.0.0.1", port)).await.expect("the bot listens")
    }
}
