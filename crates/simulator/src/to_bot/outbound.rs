//! A client for HTTP/1.1 that is as small as the way to a bot on this machine allows.
//!
//! Plain HTTP to loopback only, one request a connection, bodies bounded.

use http::StatusCode;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::{Host, Url};

/// The largest answer that is read, in bytes, head included.
const LARGEST_ANSWER: u64 = 2 << 20;

/// What the bot answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The address is not plain HTTP to this machine.
    NotHere,
    /// Nobody listens, or the connection broke.
    Broken(io::Error),
    /// What came back is not HTTP.
    Unreadable,
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotHere => f.write_str("its address is not plain HTTP to this machine"),
            Self::Broken(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                f.write_str("it is not running")
            }
            Self::Broken(_) => f.write_str("the connection broke before it answered"),
            Self::Unreadable => f.write_str("its answer is not HTTP"),
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request and returns the answer, however long that takes.
pub(crate) async fn send(
    method: &str,
    url: &Url,
    headers: &[(&str, String)],
    body: &str,
) -> Result<Answer, NoAnswer> {
    let authority = loopback_authority(url).ok_or(NoAnswer::NotHere)?;
    let mut stream = TcpStream::connect(&authority).await.map_err(NoAnswer::Broken)?;
    let request = write_request(method, url, &authority, headers, body);
    stream.write_all(request.as_bytes()).await.map_err(NoAnswer::Broken)?;
    let mut bytes = Vec::new();
    let read = stream.take(LARGEST_ANSWER).read_to_end(&mut bytes).await;
    match read {
        // A reset after the whole answer is no loss: some servers close in a hurry.
        Err(error) if bytes.is_empty() => Err(NoAnswer::Broken(error)),
        _ if bytes.is_empty() => Err(NoAnswer::Broken(io::ErrorKind::UnexpectedEof.into())),
        _ => read_answer(&bytes).ok_or(NoAnswer::Unreadable),
    }
}

/// Returns host and port where the address is plain HTTP to this machine.
fn loopback_authority(url: &Url) -> Option<String> {
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let port = url.port_or_known_default()?;
    (is_here && url.scheme() == "http")
        .then(|| format!("{}:{port}", url.host_str().unwrap_or("localhost")))
}

fn write_request(
    method: &str,
    url: &Url,
    authority: &str,
    headers: &[(&str, String)],
    body: &str,
) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut request = format!("{method} {}{query} HTTP/1.1\r\n", url.path());
    let own = [
        ("Host", authority.to_owned()),
        ("Connection", "close".into()),
        ("Accept", "*/*".into()),
        ("Content-Length", body.len().to_string()),
    ];
    for (name, value) in own.iter().chain(headers) {
        for part in [name, ": ", value, "\r\n"] {
            request.push_str(part);
        }
    }
    request + "\r\n" + body
}

fn read_answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer { status: status.parse().ok()?, headers, body: String::new() };
    let rest = &bytes[end + 4..];
    let body =
        if answer.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            read_chunks(rest)?
        } else {
            match answer.header("content-length") {
                Some(length) => rest.get(..length.parse().ok()?)?.to_vec(),
                None => rest.to_vec(),
            }
        };
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Some(answer)
}

fn read_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let start = end + 2;
        body.extend_from_slice(rest.get(start..start.checked_add(size)?)?);
        rest = rest.get(start + size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_to_this_machine_is_called() {
        for (url, authority) in [
            ("http://127.0.0.1:8080/x", Some("127.0.0.1:8080")),
            ("http://localhost/", Some("localhost:80")),
            ("http://[::1]:9/", Some("[::1]:9")),
            ("https://127.0.0.1/", None),
            ("http://slack.com/", None),
            ("http://10.0.0.1/", None),
        ] {
            assert_eq!(loopback_authority(&url.parse().unwrap()).as_deref(), authority, "{url}");
        }
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

        let answer = read_answer(bytes).unwrap();

        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "abcde"));
    }

    #[test]
    fn a_body_shorter_than_it_says_is_no_answer() {
        assert_eq!(read_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), None);
        assert_eq!(read_answer(b"hello"), None);
    }
}
