//! Where traces go: a POST in the form of OpenTelemetry's protocol, with a body that its maker has looked through.

use crate::wire::{WireFault, is_safe, tls};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;

/// How long the collector may take to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// Takes traces. What lets them in is a secret.
pub struct Collector {
    address: Url,
    /// Names and values of headers.
    lets_in: Vec<(String, SecretString)>,
    /// Made with the first batch.
    client: OnceLock<Option<reqwest::Client>>,
}

/// Why a batch did not arrive; without the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectorFault {
    /// Nobody answered within two seconds.
    #[error("the collector of traces does not answer")]
    Unreachable,
    /// It answered something else than a yes; redirects are not followed.
    #[error("the collector of traces answers {0}")]
    Refused(u16),
}

impl Collector {
    /// Returns what sends traces to an address, with the headers that let them in.
    ///
    /// # Errors
    ///
    /// [`WireFault::PlainHttp`] for an address that is neither https nor on this machine.
    pub fn new(address: Url, lets_in: Vec<(String, SecretString)>) -> Result<Self, WireFault> {
        if is_safe(&address) {
            Ok(Self { address, lets_in, client: OnceLock::new() })
        } else {
            Err(WireFault::PlainHttp { source_name: String::from("the collector of traces") })
        }
    }

    /// Sends one batch.
    ///
    /// # Errors
    ///
    /// [`CollectorFault`] where it did not arrive.
    pub async fn send(&self, body: Vec<u8>) -> Result<(), CollectorFault> {
        let client = self.client.get_or_init(|| tls::client(LIMIT, LIMIT));
        let client = client.as_ref().ok_or(CollectorFault::Unreachable)?;
        let mut request = client
            .post(self.address.clone())
            .header("content-type", "application/x-protobuf")
            .body(body);
        for (name, value) in &self.lets_in {
            request = request.header(name.as_str(), value.expose_secret());
        }
        // The client's own words name the address, so none of them goes on.
        let status = request.send().await.map_err(|_| CollectorFault::Unreachable)?.status();
        if status.is_success() { Ok(()) } else { Err(CollectorFault::Refused(status.as_u16())) }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_fault_and_no_text_form_names_the_address_or_what_lets_in() {
        let lets_in = vec![(String::from("x-key"), SecretString::from("geheim"))];
        let address = Url::parse("http://127.0.0.1:1/geheim").unwrap();
        let collector = Collector::new(address, lets_in).unwrap();

        let fault = collector.send(Vec::new()).await.unwrap_err();

        assert!(!format!("{fault} {fault:?} {collector:?}").contains("geheim"));
        let far = Url::parse("http://example.com/v1/traces").unwrap();
        assert!(Collector::new(far, Vec::new()).is_err(), "it would travel readably");
    }
}
