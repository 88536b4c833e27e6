//! Somebody on the way between Slack and the bot who writes down every signed request, to send it once more.

use crate::Play;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What came by, each request byte for byte.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// A listener between the simulator and the bot. It ends when it is dropped.
pub struct Recorder {
    heard: Heard,
    bot: u16,
    _listening: JoinSet<()>,
}

impl Recorder {
    /// Puts a recorder between a story's simulator and its bot.
    ///
    /// # Panics
    ///
    /// When it cannot listen.
    pub async fn between(play: &Play) -> Self {
        let bot = play.stage().bot_url().port().expect("it listens on a port");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it has an address");
        let heard = Heard::default();
        let mut listening = JoinSet::new();
        let writes = Arc::clone(&heard);
        listening.spawn(async move {
            let mut passing = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                passing.spawn(pass_on(stream, bot, Arc::clone(&writes)));
            }
        });
        let url = format!("http://{address}/").parse().expect("an address");
        play.stage().simulator().set_bot_url(url);
        Self { heard, bot, _listening: listening }
    }

    /// Returns what came by up to now.
    #[must_use]
    pub fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a request once more, byte for byte, and returns the status that it is answered with.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn sends_again(&self, request: &[u8]) -> u16 {
        let answer = exchange(self.bot, request).await;
        let head = String::from_utf8_lossy(&answer);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("the bot answers: {head}"))
    }
}

async fn pass_on(mut stream: TcpStream, bot: u16, heard: Heard) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if !matches!(stream.read_buf(&mut request).await, Ok(1..)) {
            return;
        }
    }
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let answer = exchange(bot, &request).await;
    // The simulator has gone where nobody needs the answer.
    let _ = stream.write_all(&answer).await;
}

/// Sends a request that asks for the connection to be closed, and returns the whole answer.
async fn exchange(bot: u16, request: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", bot)).await else { return answer };
    if stream.write_all(request).await.is_ok() {
        let _ = stream.read_to_end(&mut answer).await;
    }
    answer
}

/// Whether head and body are there.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or_default();
    request.len() >= end + 4 + length
}
