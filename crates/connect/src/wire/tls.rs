//! The HTTP client: one provider of TLS, no redirects, nothing of the environment.

use hyper_rustls::ConfigBuilderExt;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to open.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Who we say we are.
const USER_AGENT: &str = concat!("Asyncbot/", env!("CARGO_PKG_VERSION"));

/// Returns the client, or nothing where it cannot be made.
///
/// On a machine without root certificates it trusts nobody: right for a source that is on this machine, and elsewhere
/// the source cannot be reached.
pub(crate) fn client(silence_limit: Duration, call_limit: Duration) -> Option<reqwest::Client> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?;
    let config = match builder.clone().with_native_roots() {
        Ok(builder) => builder.with_no_client_auth(),
        Err(_) => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_LIMIT)
        .read_timeout(silence_limit)
        .timeout(call_limit)
        .build()
        .ok()
}
