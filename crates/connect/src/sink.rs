//! Where reports of faults go: a POST with a body that its maker has looked through, and nothing is read of the answer.

use crate::wire::{WireFault, is_safe, tls};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;

/// How long the sink may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Takes reports. What lets them in is a secret.
pub struct Sink {
    address: Url,
    lets_in: SecretString,
    /// Made with the first report.
    client: OnceLock<Option<reqwest::Client>>,
}

/// Why a report did not arrive; without the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SinkFault {
    /// Nobody answered within five seconds.
    #[error("the sink of the reports does not answer")]
    Unreachable,
    /// It answered something else than a yes; redirects are not followed.
    #[error("the sink of the reports answers {0}")]
    Refused(u16),
}

impl Sink {
    /// Returns what sends reports to an address, with the value of `X-Sentry-Auth` that lets them in.
    ///
    /// # Errors
    ///
    /// [`WireFault::PlainHttp`] for an address that is neither https nor on this machine.
    pub fn new(address: Url, lets_in: SecretString) -> Result<Self, WireFault> {
        if is_safe(&address) {
            Ok(Self { address, lets_in, client: OnceLock::new() })
        } else {
            Err(WireFault::PlainHttp { source_name: String::from("the sink of the reports") })
        }
    }

    /// Sends one report.
    ///
    /// # Errors
    ///
    /// [`SinkFault`] where it did not arrive.
    pub async fn send(&self, body: Vec<u8>) -> Result<(), SinkFault> {
        let client = self.client.get_or_init(|| tls::client(LIMIT, LIMIT));
        let client = client.as_ref().ok_or(SinkFault::Unreachable)?;
        let sent = client
            .post(self.address.clone())
            .header("content-type", "application/x-sentry-envelope")
            .header("x-sentry-auth", self.lets_in.expose_secret())
            .body(body)
            .send()
            .await;
        // The client's own words name the address, so none of them goes on.
        let status = sent.map_err(|_| SinkFault::Unreachable)?.status();
        if status.is_success() { Ok(()) } else { Err(SinkFault::Refused(status.as_u16())) }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink(address: &str) -> Result<Sink, WireFault> {
        Sink::new(Url::parse(address).unwrap(), SecretString::from("Sentry sentry_key=geheim"))
    }

    #[test]
    fn an_address_over_which_reports_would_travel_readably_is_refused() {
        for address in ["http://example.com/api/1/envelope/", "ftp://127.0.0.1/x"] {
            assert!(sink(address).is_err(), "{address}");
        }
        for address in ["https://example.com/x", "http://127.0.0.1:1/x", "http://[::1]:1/x"] {
            assert!(sink(address).is_ok(), "{address}");
        }
    }

    #[tokio::test]
    async fn a_sink_that_nobody_serves_is_named_without_its_address_or_its_key() {
        let sink = sink("http://127.0.0.1:1/geheim").unwrap();

        let fault = sink.send(b"{}".to_vec()).await.unwrap_err();

        assert_eq!(fault, SinkFault::Unreachable);
        assert!(!format!("{fault} {fault:?} {sink:?}").contains("geheim"));
    }
}
