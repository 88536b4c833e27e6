//! TLS: one provider, one configuration, for both HTTP clients.

use crate::outside::OutsideOnly;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to open; one that does not open has sent nothing.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Makes ring the process's provider of cryptography, unless one is installed already.
///
/// Without it, a second provider that some dependency switches on makes rustls panic at the first connection.
pub fn install_tls_provider() {
    if CryptoProvider::get_default().is_none() {
        // Somebody else was faster: then there is one, which is all that is needed.
        drop(ring::default_provider().install_default());
    }
}

/// Returns the configuration of TLS.
///
/// Without `needs_roots` it trusts nobody: right for a service that is reached by plain HTTP on this machine, where a missing
/// bundle of certificates must not keep the bot from starting.
///
/// # Errors
///
/// The machine has no bundle of root certificates.
pub(crate) fn client_config(needs_roots: bool) -> std::io::Result<ClientConfig> {
    install_tls_provider();
    let builder = ClientConfig::builder();
    Ok(if needs_roots {
        builder.with_native_roots()?.with_no_client_auth()
    } else {
        builder.with_root_certificates(Arc::new(RootCertStore::empty())).with_no_client_auth()
    })
}

/// Returns a connector that speaks HTTPS, and plain HTTP where the address says so.
pub(crate) fn connector(config: ClientConfig) -> HttpsConnector<HttpConnector> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_LIMIT));
    tcp.set_nodelay(true);
    hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .enable_http2()
        .wrap_connector(tcp)
}

/// Returns the client for what slack-morphism cannot do: no redirects, no proxy of the environment.
///
/// # Errors
///
/// The client cannot be made from the configuration.
pub(crate) fn plain_client(config: ClientConfig) -> Result<reqwest::Client, reqwest::Error> {
    plain(config).build()
}

/// Returns the client for addresses that a request carries: it connects to nobody inside.
///
/// # Errors
///
/// The client cannot be made from the configuration.
pub(crate) fn outside_client(config: ClientConfig) -> Result<reqwest::Client, reqwest::Error> {
    plain(config).dns_resolver(OutsideOnly).build()
}

fn plain(config: ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    /// Returns what a client sends first when it begins TLS.
    async fn hello() -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let client = plain_client(client_config(false).unwrap()).unwrap();
        let heard = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 5];
            stream.read_exact(&mut head).await.unwrap();
            let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
            stream.read_exact(&mut hello).await.unwrap();
            hello
        };
        tokio::join!(heard, client.get(&url).send()).0
    }

    /// Returns the content of an extension of a client's hello (RFC 8446, 4.1.2).
    fn extension(hello: &[u8], wanted: u16) -> Option<&[u8]> {
        // Kind and length, version, random.
        let mut rest = hello.get(4 + 2 + 32..)?;
        let skip = |rest: &mut &[u8], width: usize| {
            let (length, after) = rest.split_at_checked(width)?;
            let length = length.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte));
            *rest = after.get(length..)?;
            Some(())
        };
        skip(&mut rest, 1)?;
        skip(&mut rest, 2)?;
        skip(&mut rest, 1)?;
        rest = rest.get(2..)?;
        while let [a, b, c, d, after @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*c, *d]));
            if u16::from_be_bytes([*a, *b]) == wanted {
                return after.get(..length);
            }
            rest = after.get(length..)?;
        }
        None
    }

    #[tokio::test]
    async fn nothing_older_than_tls_1_2_is_offered() {
        let hello = hello().await;

        let versions = extension(&hello, 43).expect("the versions are offered");

        assert_eq!(versions[1..], [3, 4, 3, 3], "TLS 1.3, then 1.2, and nothing else");
    }
}
