//! How sources are asked: one HTTP client, and what all workspaces share because they share one address.

mod answer;
mod limits;
pub(crate) mod tls;

use answer::Answered;
use chrono::{DateTime, Utc};
use domain::source::{SourceCode, SourceFault};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use limits::Limits;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::{Host, Url};
use zeroize::Zeroizing;

/// What tells the time.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The largest answer that is read, in bytes: about 40,000 absences of HiBob.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// How long a source may be silent, before its answer and within it.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);

/// How long a call may take, however busily the source sends.
const CALL_LIMIT: Duration = Duration::from_mins(1);

/// How many calls are under way at once: together with the refusals that are let through, fewer than what a firewall
/// takes for an attack.
const AT_ONCE: usize = 16;

/// Why the wire cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    /// What opens a source would travel readable through a network.
    #[error(
        "the address of {source_name} is neither https nor on this machine; please use https, plain http is only for this machine"
    )]
    PlainHttp {
        /// The code of the source.
        source_name: String,
    },
}

/// How sources are asked. It is shared by all workspaces.
///
/// It waits for no budget: where something has to wait, the answer says so at once and whoever asked comes again.
pub struct Wire {
    now: Now,
    bases: BTreeMap<SourceCode, Url>,
    /// Made when somebody is asked for the first time: who never connects a source does not pay for it.
    client: OnceLock<Option<reqwest::Client>>,
    at_once: Semaphore,
    limits: Mutex<Limits>,
    silence_limit: Duration,
}

/// A question to a source.
pub(crate) struct Ask<'a> {
    /// Where to.
    pub(crate) url: Url,
    /// JSON that is sent along; without it the question is a GET.
    pub(crate) body: Option<Vec<u8>>,
    /// What opens the source.
    pub(crate) authorization: Zeroizing<String>,
    /// What has to be allowed for it, as the source's admins read it there.
    pub(crate) grant: &'a str,
    /// Who has a budget of such questions, and how many a minute.
    pub(crate) budget: Option<(&'a str, usize)>,
}

impl Wire {
    /// Returns a wire; nothing is asked yet.
    ///
    /// `bases` are the addresses of sources that are elsewhere than usual, whichever of their hosts is chosen.
    ///
    /// # Errors
    ///
    /// [`WireFault::PlainHttp`] for an address that is neither https nor on this machine.
    pub fn new(now: Now, bases: BTreeMap<SourceCode, Url>) -> Result<Self, WireFault> {
        if let Some((code, _)) = bases.iter().find(|(_, base)| !is_safe(base)) {
            return Err(WireFault::PlainHttp { source_name: code.to_string() });
        }
        Ok(Self {
            now,
            bases,
            client: OnceLock::new(),
            at_once: Semaphore::new(AT_ONCE),
            limits: Mutex::default(),
            silence_limit: SILENCE_LIMIT,
        })
    }

    /// Returns the address of `path` at a source that is usually at `usual`.
    pub(crate) fn url(
        &self,
        source: &SourceCode,
        usual: &str,
        path: &str,
    ) -> Result<Url, SourceFault> {
        let base = self.bases.get(source).map_or(usual, Url::as_str);
        let url = format!("{}/{path}", base.trim_end_matches('/'));
        url.parse().ok().filter(is_safe).ok_or(SourceFault::Unreachable)
    }

    /// Asks, and returns the body of a yes.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Zeroizing<Vec<u8>>, SourceFault> {
        let origin = ask.url.origin().ascii_serialization();
        let Ok(_turn) = self.at_once.acquire().await else { return Err(SourceFault::Unreachable) };
        self.limits().allow(&origin, ask.budget, (self.now)())?;
        let grant = ask.grant;
        let answered = self.send(ask).await?;
        let result = answered.sort(grant, (self.now)());
        self.limits().note(&origin, result.as_ref().err(), (self.now)());
        result
    }

    async fn send(&self, ask: Ask<'_>) -> Result<Answered, SourceFault> {
        let client = self.client.get_or_init(|| tls::client(self.silence_limit, CALL_LIMIT));
        let client = client.as_ref().ok_or(SourceFault::Unreachable)?;
        let mut authorization =
            HeaderValue::from_str(&ask.authorization).map_err(|_| SourceFault::Unauthorized)?;
        authorization.set_sensitive(true);
        let request = match ask.body {
            Some(body) => client.post(ask.url).header(CONTENT_TYPE, "application/json").body(body),
            None => client.get(ask.url),
        };
        let request =
            request.header(AUTHORIZATION, authorization).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(|_| SourceFault::Unreachable)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|_| SourceFault::Unreachable)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(SourceFault::Unreadable);
            }
            grow(&mut body, chunk.len());
            body.extend_from_slice(&chunk);
        }
        Ok(Answered { status, headers, body })
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        // What is counted stays right whoever panicked in between.
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("bases", &self.bases).finish_non_exhaustive()
    }
}

/// Makes room for `more` bytes without leaving a copy of the old ones behind.
fn grow(body: &mut Zeroizing<Vec<u8>>, more: usize) {
    if body.capacity() - body.len() < more {
        let room = (body.len() + more).max(body.capacity() * 2).max(8 * 1024);
        let mut larger = Zeroizing::new(Vec::with_capacity(room));
        larger.extend_from_slice(body);
        *body = larger;
    }
}

/// Returns whether what opens a source can be sent there.
pub(crate) fn is_safe(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" && url.has_host() || url.scheme() == "http" && is_here
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::source::SourceCode;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_source_that_stays_silent_cannot_be_reached() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let code = SourceCode::new("x").unwrap();
        let now = Arc::new(|| DateTime::<Utc>::UNIX_EPOCH);
        let mut wire = Wire::new(now, [(code.clone(), base)].into()).unwrap();
        wire.silence_limit = Duration::from_millis(50);
        let ask = Ask {
            url: wire.url(&code, "https://x.example", "path").unwrap(),
            body: None,
            authorization: Zeroizing::new(String::from("Basic x")),
            grant: "",
            budget: None,
        };

        let silent = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            // Until the client goes away.
            stream.read_to_end(&mut heard).await.unwrap();
            heard
        };
        let (result, heard) = tokio::join!(wire.ask(ask), silent);

        assert_eq!(result.map(drop), Err(SourceFault::Unreachable));
        assert!(heard.starts_with(b"GET /path HTTP/1.1"));
    }
}
