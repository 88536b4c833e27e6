//! A bucket of an object store, as far as backups need one: objects are put, read, listed and deleted over HTTP, and each
//! request must be signed by its key (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The id of its access key.
pub(crate) const KEY_ID: &str = "backups";

/// Its access key.
pub(crate) const KEY: &str = "hush-bucket";

/// The one region that there is.
pub(crate) const REGION: &str = "eu-test-1";

/// A bucket that is named `asyncbot`.
#[derive(Clone, Default)]
pub(crate) struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
    /// Whether it spoils what is put into it from now on.
    is_failing: Arc<AtomicBool>,
}

impl Bucket {
    /// Serves it until the test ends, and returns where.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().fallback(answer).with_state(self.clone());
        // A thread of its own, which ends with the process of the tests.
        let listener = listener.into_std().unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, routes).await.unwrap();
            });
        });
        address
    }

    /// Returns the names of what is in it.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Changes one byte of an object.
    pub(crate) fn damage(&self, key: &str) {
        let mut objects = self.objects.lock().unwrap();
        let damaged = damaged(&objects[key]);
        objects.insert(key.to_owned(), damaged);
    }

    /// Lets it spoil what is put into it from now on, and say nothing of it.
    pub(crate) fn fails(&self, is_failing: bool) {
        self.is_failing.store(is_failing, Ordering::Relaxed);
    }
}

async fn answer(State(bucket): State<Bucket>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 24).await.unwrap();
    if !is_signed(&parts.method, &parts.uri, &parts.headers, &body) {
        return (StatusCode::FORBIDDEN, error("SignatureDoesNotMatch")).into_response();
    }
    let Some(key) = parts.uri.path().strip_prefix("/asyncbot") else {
        return (StatusCode::NOT_FOUND, error("NoSuchBucket")).into_response();
    };
    let key = key.trim_start_matches('/').to_owned();
    let query = parts.uri.query().unwrap_or_default();
    let mut objects = bucket.objects.lock().unwrap();
    match (parts.method.as_str(), key.is_empty()) {
        ("GET", true) => list(&objects, query).into_response(),
        ("POST", true) if query.starts_with("delete") => {
            let text = String::from_utf8(body.to_vec()).unwrap();
            let mut deleted = String::new();
            for rest in text.split("<Key>").skip(1) {
                let key = rest.split("</Key>").next().unwrap();
                objects.remove(key);
                let _ = write!(deleted, "<Deleted><Key>{key}</Key></Deleted>");
            }
            format!("<DeleteResult>{deleted}</DeleteResult>").into_response()
        }
        ("PUT", false) => {
            let is_failing = bucket.is_failing.load(Ordering::Relaxed);
            objects.insert(key, if is_failing { damaged(&body) } else { body });
            [("etag", "\"1\"")].into_response()
        }
        ("GET", false) => match objects.get(&key) {
            Some(bytes) => {
                ([("etag", "\"1\""), ("last-modified", WHEN)], bytes.clone()).into_response()
            }
            None => (StatusCode::NOT_FOUND, error("NoSuchKey")).into_response(),
        },
        ("DELETE", false) => {
            objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => (StatusCode::NOT_IMPLEMENTED, error("NotImplemented")).into_response(),
    }
}

fn damaged(bytes: &[u8]) -> Bytes {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes.into()
}

/// When everything was written.
const WHEN: &str = "Mon, 01 Jun 2026 07:00:00 GMT";

fn error(code: &str) -> String {
    format!("<Error><Code>{code}</Code></Error>")
}

fn list(objects: &BTreeMap<String, Bytes>, query: &str) -> String {
    let prefix = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "prefix");
    let prefix = prefix.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let mut listed = String::from("<ListBucketResult><IsTruncated>false</IsTruncated>");
    let direct = |key: &&String| key.starts_with(&prefix) && !key[prefix.len()..].contains('/');
    for key in objects.keys().filter(direct) {
        let size = objects[key].len();
        let _ = write!(
            listed,
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>2026-06-01T07:00:00.000Z</LastModified><ETag>\"1\"</ETag></Contents>"
        );
    }
    listed + "</ListBucketResult>"
}

fn is_signed(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    let part = |name: &str| {
        let given = header("authorization");
        let rest = given.split(name).nth(1).unwrap_or_default();
        rest.split(',').next().unwrap_or_default().to_owned()
    };
    let scope = part("Credential=").replacen(&format!("{KEY_ID}/"), "", 1);
    let date = scope.split('/').next().unwrap_or_default().to_owned();
    if scope != format!("{date}/{REGION}/s3/aws4_request") {
        return false;
    }
    let hash = header("x-amz-content-sha256");
    if hash != "UNSIGNED-PAYLOAD" && hash != hex(&Sha256::digest(body)) {
        return false;
    }
    let mut query: Vec<String> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    query.sort();
    let names = part("SignedHeaders=");
    let lines = names.split(';').map(|name| format!("{name}:{}\n", header(name).trim()));
    let canonical = format!(
        "{method}\n{}\n{}\n{}\n{names}\n{hash}",
        uri.path(),
        query.join("&"),
        lines.collect::<String>()
    );
    let signed = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-amz-date"),
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = format!("AWS4{KEY}").into_bytes();
    for word in [date.as_str(), REGION, "s3", "aws4_request"] {
        key = mac(&key, word);
    }
    part("Signature=") == hex(&mac(&key, &signed))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
