//! The sign of life for a dead-man's switch outside: a GET, and nothing of what is inside.

use crate::wire::{WireFault, is_safe, tls};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;

/// How long the switch may take to answer.
const LIMIT: Duration = Duration::from_secs(10);

/// Where signs of life go. The address is a secret: who knows it can keep the switch quiet.
pub struct Ping {
    address: SecretString,
    /// Made with the first sign of life.
    client: OnceLock<Option<reqwest::Client>>,
}

/// Why a sign of life did not arrive; without the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PingFault {
    /// Nobody answered within ten seconds.
    #[error("the dead-man's switch does not answer")]
    Unreachable,
    /// It answered something else than a yes; redirects are not followed.
    #[error("the dead-man's switch answers {0}")]
    Refused(u16),
}

impl Ping {
    /// Returns what sends signs of life to an address.
    ///
    /// # Errors
    ///
    /// [`WireFault::PlainHttp`] for an address that is neither https nor on this machine, or is none.
    pub fn new(address: SecretString) -> Result<Self, WireFault> {
        let is_good = Url::parse(address.expose_secret()).is_ok_and(|url| is_safe(&url));
        if is_good {
            Ok(Self { address, client: OnceLock::new() })
        } else {
            Err(WireFault::PlainHttp { source_name: String::from("the dead-man's switch") })
        }
    }

    /// Sends one sign of life.
    ///
    /// # Errors
    ///
    /// [`PingFault`] where it did not arrive.
    pub async fn send(&self) -> Result<(), PingFault> {
        let client = self.client.get_or_init(|| tls::client(LIMIT, LIMIT));
        let client = client.as_ref().ok_or(PingFault::Unreachable)?;
        // The client's own words name the address, so none of them goes on.
        let sent = client.get(self.address.expose_secret()).send().await;
        let status = sent.map_err(|_| PingFault::Unreachable)?.status();
        if status.is_success() { Ok(()) } else { Err(PingFault::Refused(status.as_u16())) }
    }
}

impl fmt::Debug for Ping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ping").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    async fn answered(answer: &'static [u8]) -> (Result<(), PingFault>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/beat/geheim", listener.local_addr().unwrap());
        let ping = Ping::new(SecretString::from(address)).unwrap();
        let switch = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = [0; 2048];
            let length = stream.read(&mut heard).await.unwrap();
            stream.write_all(answer).await.unwrap();
            String::from_utf8_lossy(&heard[..length]).into_owned()
        };
        tokio::join!(ping.send(), switch)
    }

    #[tokio::test]
    async fn a_sign_of_life_is_a_get_with_nothing_in_it() {
        let (sent, heard) = answered(b"HTTP/1.1 204 No Content\r\n\r\n").await;

        assert_eq!(sent, Ok(()));
        assert!(heard.starts_with("GET /beat/geheim HTTP/1.1\r\n"), "{heard}");
        assert!(heard.ends_with("\r\n\r\n") && !heard.contains("cookie"), "{heard}");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_no_fault_names_the_address() {
        let answer =
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let (sent, _) = answered(answer).await;

        assert_eq!(sent, Err(PingFault::Refused(302)));
        let gone = Ping::new(SecretString::from("http://127.0.0.1:1/geheim")).unwrap();
        let fault = gone.send().await.unwrap_err();
        assert!(!format!("{fault} {fault:?} {gone:?}").contains("geheim"));
    }

    #[test]
    fn an_address_over_which_the_secret_would_travel_readably_is_refused() {
        for address in ["http://example.com/x", "ftp://127.0.0.1/x", "nonsense", ""] {
            assert!(Ping::new(SecretString::from(address)).is_err(), "{address}");
        }
        assert!(Ping::new(SecretString::from("https://example.com/x")).is_ok());
    }
}
