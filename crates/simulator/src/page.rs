//! The page in which people see the workspace, act as anybody in it and move the clock.
//!
//! Its files are part of the binary, so the page needs no folder at run time and no other server. The policy that goes with it
//! allows scripts and styles from this address only, none of them inline.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// A file of the page.
struct Asset {
    /// Where it is asked for, below `/assets/`; empty for the page itself.
    path: &'static str,
    content_type: &'static str,
    body: &'static str,
}

/// Lists files of the page by their path below the folder `page`.
macro_rules! assets {
    ($($path:literal as $content_type:expr),+ $(,)?) => {
        [$(Asset { path: $path, content_type: $content_type, body: include_str!(concat!("../page/", $path)) }),+]
    };
}

static INDEX: Asset =
    Asset { path: "", content_type: HTML, body: include_str!("../page/index.html") };

static ASSETS: [Asset; 32] = assets![
    "mark.svg" as PICTURE,
    "layout.css" as CSS,
    "chat.css" as CSS,
    "forms.css" as CSS,
    "stripe.css" as CSS,
    "js/api.js" as SCRIPT,
    "js/avatar.js" as SCRIPT,
    "js/bar.js" as SCRIPT,
    "js/blocks.js" as SCRIPT,
    "js/composer.js" as SCRIPT,
    "js/confirm.js" as SCRIPT,
    "js/deeds.js" as SCRIPT,
    "js/dom.js" as SCRIPT,
    "js/elements.js" as SCRIPT,
    "js/emoji.js" as SCRIPT,
    "js/hints.js" as SCRIPT,
    "js/home.js" as SCRIPT,
    "js/jump.js" as SCRIPT,
    "js/main.js" as SCRIPT,
    "js/menu.js" as SCRIPT,
    "js/messages.js" as SCRIPT,
    "js/modal.js" as SCRIPT,
    "js/mrkdwn.js" as SCRIPT,
    "js/picker.js" as SCRIPT,
    "js/place.js" as SCRIPT,
    "js/rail.js" as SCRIPT,
    "js/richtext.js" as SCRIPT,
    "js/state.js" as SCRIPT,
    "js/story.js" as SCRIPT,
    "js/time.js" as SCRIPT,
    "js/toast.js" as SCRIPT,
    "js/typed.js" as SCRIPT,
];

/// Returns the routes of the page: `/` and `/assets/`.
pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new().route("/", get(show_page)).route("/assets/{*path}", get(show_asset))
}

async fn show_page(request: HeaderMap) -> Response<axum::body::Body> {
    answer(&INDEX, &request)
}

async fn show_asset(Path(path): Path<String>, request: HeaderMap) -> Response<axum::body::Body> {
    match ASSETS.iter().find(|asset| asset.path == path) {
        Some(asset) => answer(asset, &request),
        None => (StatusCode::NOT_FOUND, "The page has no such file.").into_response(),
    }
}

/// Returns the file, or 304 to a browser that has this version of it.
///
/// Browsers keep the files but ask each time, so that a newer binary never meets the scripts of an older one.
fn answer(asset: &Asset, request: &HeaderMap) -> Response<axum::body::Body> {
    let tag = version_tag(asset.body);
    let is_known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|each| each.trim() == tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.content_type)], asset.body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("a quoted hexadecimal number"));
    for (name, value) in protection() {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn protection() -> [(HeaderName, &'static str); 5] {
    [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ]
}

/// Returns the entity tag of a file: the beginning of its digest, in quotes.
fn version_tag(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    let mut tag = String::from("\"");
    for byte in digest.iter().take(12) {
        write!(tag, "{byte:02x}").expect("a string takes everything");
    }
    tag.push('"');
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Simulator, SimulatorSettings, SlackApp};
    use clock::Clock;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    /// Returns the answer to a request for `path`, its body apart.
    async fn fetch(
        at: SocketAddr,
        path: &str,
        known: Option<&str>,
    ) -> (StatusCode, HeaderMap, String) {
        let known = known.map(|tag| format!("if-none-match: {tag}\r\n")).unwrap_or_default();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n{known}\r\n");
        let mut stream = TcpStream::connect(at).await.expect("the page listens");
        stream.write_all(request.as_bytes()).await.expect("the page reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("the page answers with text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| {
            (name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value"))
        });
        (status.parse().expect("a status"), headers.collect(), body.to_owned())
    }

    async fn serve() -> Simulator {
        let app = SlackApp {
            client_id: "1.2".into(),
            client_secret: "secret".into(),
            signing_secret: "secret".into(),
        };
        let at = "2026-06-01T06:50:00Z".parse().unwrap();
        let settings = SimulatorSettings {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            clock: Clock::manual(at),
            bot_url: None,
            app,
            host: None,
        };
        crate::start(settings).await.expect("a free port")
    }

    #[tokio::test]
    async fn the_page_and_every_file_arrive_with_their_type_and_protection() {
        let simulator = serve().await;
        let all = ASSETS.iter().map(|asset| (format!("/assets/{}", asset.path), asset));

        for (path, asset) in all.chain([(String::from("/"), &INDEX)]) {
            let (status, headers, body) = fetch(simulator.address(), &path, None).await;

            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert_eq!(status, StatusCode::OK, "{path}");
            assert_eq!(headers[header::CONTENT_TYPE], asset.content_type, "{path}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
            assert_eq!(headers[header::CACHE_CONTROL], "no-cache", "{path}");
            assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(body, asset.body, "{path}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_has_the_file_is_told_so() {
        let simulator = serve().await;
        let tag = version_tag(INDEX.body);

        let (status, headers, body) = fetch(simulator.address(), "/", Some(&tag)).await;

        assert_eq!(status, StatusCode::NOT_MODIFIED);
        assert_eq!(headers[header::ETAG], tag.as_str());
        assert_eq!(body, "");
    }

    #[tokio::test]
    async fn a_file_that_is_not_of_the_page_is_not_found() {
        let simulator = serve().await;

        for path in ["/assets/js/none.js", "/assets/%2e%2e/src/page.rs", "/assets/index.html"] {
            let (status, _, _) = fetch(simulator.address(), path, None).await;

            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn every_file_in_the_folder_is_served() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let mut names: Vec<String> = list(&folder, "");
        names.retain(|name| name != "index.html");
        names.sort();

        let mut served: Vec<_> = ASSETS.iter().map(|asset| asset.path.to_owned()).collect();
        served.sort();

        assert_eq!(served, names);
    }

    #[test]
    fn nothing_in_the_page_is_inline_or_becomes_markup() {
        for asset in ASSETS.iter().chain([&INDEX]) {
            for banned in
                [" style=\"", "onclick=", "<style", "innerHTML", "insertAdjacentHTML", "eval("]
            {
                assert!(!asset.body.contains(banned), "{} has {banned}", asset.path);
            }
        }
    }

    fn list(folder: &std::path::Path, prefix: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("the folder of the page");
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                names.extend(list(&entry.path(), &format!("{name}/")));
            } else {
                names.push(name);
            }
        }
        names
    }
}
