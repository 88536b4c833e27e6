//! Looks for words that must not be anywhere: whatever a story left behind, byte for byte and as it may be encoded.

use crate::{Play, reported};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use server::cli::log_silence;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The routes of the public address, each with a method that it takes; that none is missing is a test.
pub const ROUTES: [(&str, &str); 21] = [
    ("POST", "/slack/commands"),
    ("POST", "/slack/interactions"),
    ("POST", "/slack/options"),
    ("POST", "/slack/events"),
    ("GET", "/slack/install"),
    ("GET", "/slack/oauth/callback"),
    ("POST", "/{source}/webhook/{token}"),
    ("POST", "/stripe/webhook"),
    ("GET", "/billing/return"),
    ("GET", "/billing/left"),
    ("GET", "/calendar/{token}"),
    ("GET", "/schedule/{token}"),
    ("GET", "/exports/{token}"),
    ("POST", "/exports/{token}"),
    ("GET", "/"),
    ("GET", "/security"),
    ("GET", "/privacy"),
    ("GET", "/.well-known/security.txt"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/nowhere/{token}"),
];

/// All that a story left behind, each part with its name.
#[derive(Debug, Default)]
pub struct Haul {
    /// The name and the bytes, each byte as a character, because the library's search in texts is the quick one.
    places: Vec<(String, String)>,
}

/// Keeps what is logged, for a [`Haul`].
#[derive(Clone, Debug, Default)]
pub struct Logged {
    bytes: Arc<Mutex<Vec<u8>>>,
}

/// Takes one event of the log.
#[derive(Debug)]
pub struct Line(Logged);

impl Haul {
    /// Takes what the database of a story holds, files and rows.
    pub async fn of(play: &Play) -> Self {
        let mut haul = Self::default();
        for (name, bytes) in play.database().dump().await {
            haul.add(&name, &bytes);
        }
        haul
    }

    /// Takes all that a story left behind: its database, our log and the bot's pages.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn of_all(play: &Play) -> Self {
        let mut haul = Self::of(play).await;
        haul.add("the log", &logged().bytes());
        let browser = reqwest::Client::builder().timeout(Duration::from_secs(10)).build();
        let browser = browser.expect("a client for loopback");
        for page in ["", "livez", "readyz"] {
            let url = play.stage().bot_url().join(page).expect("a page of the bot's");
            let shown = browser.get(url).send().await.expect("the bot answers").bytes().await;
            haul.add(page, &shown.expect("the page is read"));
        }
        haul
    }

    /// Takes everything of [`Haul::of_all`], and what those who watch the bot see: its metrics, its health in detail, what
    /// was reported of it, and what it answers to requests that are none.
    ///
    /// # Panics
    ///
    /// When the bot does not answer, or nobody watches it.
    pub async fn of_everything(play: &Play, words: &[&str]) -> Self {
        let mut haul = Self::of_all(play).await;
        for page in ["metrics", "health/detail", "livez", "readyz", "nowhere"] {
            haul.add(&format!("admin {page}"), play.asks_admin(page).await.as_bytes());
        }
        haul.add("the reports", &reported().bytes());
        let browser = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client for loopback");
        let all = words.join(" ");
        for (method, route) in ROUTES {
            let path = route.replace("{source}", "hibob").replace("{token}", words[0]);
            let mut url = play.stage().bot_url().join(&path).expect("a path of the bot's");
            url.query_pairs_mut().append_pair("state", &all).append_pair("code", &all);
            let method = method.parse().expect("a method");
            let asked =
                browser.request(method, url).header("cookie", format!("state={}", words[0]));
            let answer = asked.body(all.clone()).send().await.expect("the bot answers");
            let mut bytes = format!("{:?}", answer.headers()).into_bytes();
            // Slack's page is asked for the state that was made just now, and with nothing of what we were asked.
            bytes.extend(answer.bytes().await.expect("the whole answer"));
            haul.add(&format!("answer of {route}"), &bytes);
        }
        haul
    }

    /// Returns the names of the places that were looked at.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        self.places.iter().map(|(place, _)| place.clone()).collect()
    }

    /// Keeps of each place no more than its last kilobyte.
    pub fn shrinks(&mut self) {
        for (_, bytes) in &mut self.places {
            let kept: Vec<char> = bytes.chars().rev().take(1024).collect();
            *bytes = kept.into_iter().rev().collect();
        }
    }

    /// Leaks a word in one place, to see it found.
    ///
    /// # Panics
    ///
    /// Where there is no such place.
    pub fn leaks(&mut self, place: &str, word: &str) {
        let found = self.places.iter_mut().find(|(name, _)| name == place);
        let (_, bytes) = found.unwrap_or_else(|| panic!("there is no place {place}"));
        bytes.push_str(&searched(word.as_bytes()));
    }

    /// Takes something else: a log, a page, a report.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        self.places.push((String::from(name), searched(bytes)));
    }

    /// Returns where a word is found, plain or encoded, in capitals or not: empty where it is nowhere.
    ///
    /// The encodings are those in which bytes get into rows and logs: JSON's and the URL's escapes, hexadecimal digits,
    /// lists of numbers, Base64 at each of its three offsets, and UTF-16.
    ///
    /// # Panics
    ///
    /// When the word is so short that it would be found by chance.
    #[must_use]
    pub fn finds(&self, word: &str) -> Vec<String> {
        assert!(word.len() >= 8, "a word of eight bytes or more is not met by chance: {word}");
        let wanted: Vec<(&str, String)> =
            spellings(word).iter().map(|(how, spelling)| (*how, searched(spelling))).collect();
        let mut found = Vec::new();
        for (place, bytes) in &self.places {
            for (how, spelling) in &wanted {
                if bytes.contains(spelling) {
                    found.push(format!("{place}, {how}"));
                }
            }
        }
        found
    }

    /// Returns how many bytes there are to look at.
    #[must_use]
    pub fn size(&self) -> usize {
        self.places.iter().map(|(_, bytes)| bytes.len()).sum()
    }
}

impl Logged {
    /// Returns what was logged up to now.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns what takes the next event.
    #[must_use]
    pub fn line(&self) -> Line {
        Line(self.clone())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.bytes.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Starts a log that leaves out nothing but what is never logged, once for all stories of a program.
#[must_use]
pub fn logged() -> &'static Logged {
    static LOGGED: OnceLock<Logged> = OnceLock::new();
    LOGGED.get_or_init(|| {
        let logged = Logged::default();
        let lines = logged.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || lines.line())
            .finish()
            .with(log_silence())
            .with(server::reports::layer())
            .init();
        logged
    })
}

/// Returns how a word may be written, all in small letters, as hauls are.
fn spellings(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = word.as_bytes();
    let mut all = vec![
        ("plain", bytes.to_vec()),
        ("hexadecimal", text(bytes, |text, byte| write!(text, "{byte:02x}"))),
        ("a list of numbers", list(bytes, ", ")),
        ("a short list of numbers", list(bytes, ",")),
        ("UTF-16", word.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    if !word.is_ascii() {
        let escaped = word.encode_utf16().fold(String::new(), |mut text, unit| {
            match u8::try_from(unit).ok().filter(u8::is_ascii) {
                Some(ascii) => text.push(char::from(ascii)),
                None => _ = write!(text, "\\u{unit:04x}"),
            }
            text
        });
        all.push(("JSON", escaped.into_bytes()));
    }
    let form: String = url::form_urlencoded::byte_serialize(bytes).collect();
    if form != word {
        all.push(("a URL", form.replace('+', "%20").into_bytes()));
        all.push(("a form", form.into_bytes()));
    }
    for offset in 0..3 {
        all.push(("Base64", base64_at(bytes, offset)));
    }
    all.into_iter().map(|(how, spelling)| (how, spelling.to_ascii_lowercase())).collect()
}

/// Returns the characters that stand for nothing but these bytes where they begin so far into a group of three.
fn base64_at(bytes: &[u8], offset: usize) -> Vec<u8> {
    let shifted: Vec<u8> = vec![0; offset].into_iter().chain(bytes.iter().copied()).collect();
    let text = STANDARD.encode(&shifted).into_bytes();
    let first = (offset * 8).div_ceil(6);
    let last = shifted.len() * 8 / 6;
    text.get(first..last).unwrap_or_default().to_vec()
}

fn text(bytes: &[u8], mut each: impl FnMut(&mut String, u8) -> std::fmt::Result) -> Vec<u8> {
    let mut text = String::new();
    for byte in bytes {
        let _ = each(&mut text, *byte);
    }
    text.into_bytes()
}

fn list(bytes: &[u8], between: &str) -> Vec<u8> {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    numbers.join(between).into_bytes()
}

/// Returns bytes as what is searched: small letters, and a character for each byte.
fn searched(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Haul, STANDARD};
    use base64::Engine as _;

    const WORD: &str = "größe of a sparrow";

    /// Returns where the word is found in these bytes.
    fn found(bytes: &[u8]) -> Vec<String> {
        let mut haul = Haul::default();
        haul.add("the place", b"nothing to see");
        haul.add("that one", bytes);
        haul.finds(WORD)
    }

    #[test]
    fn a_word_that_leaked_is_found_however_it_is_written() {
        let hex: Vec<String> = WORD.bytes().map(|byte| format!("{byte:02X}")).collect();
        let hex = hex.concat();
        let in_base64 = |before: &str| STANDARD.encode(format!("{before}{WORD} and more"));
        let utf16: Vec<u8> = WORD.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (how, leak) in [
            ("plain", format!("so: {WORD}!").into_bytes()),
            ("plain", WORD.to_ascii_uppercase().into_bytes()),
            ("hexadecimal", format!("\\x00{hex}").into_bytes()),
            ("a list of numbers", format!("{:?}", WORD.as_bytes()).into_bytes()),
            ("JSON", br#"{"text": "gr\u00f6\u00dfe of a sparrow"}"#.to_vec()),
            ("a form", b"text=gr%C3%B6%C3%9Fe+of+a+sparrow&x".to_vec()),
            ("a URL", b"?text=gr%C3%B6%C3%9Fe%20of%20a%20sparrow".to_vec()),
            ("Base64", in_base64("").into_bytes()),
            ("Base64", in_base64("a").into_bytes()),
            ("Base64", in_base64("ab").into_bytes()),
            ("UTF-16", utf16),
        ] {
            assert_eq!(found(&leak), [format!("that one, {how}")], "{leak:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert!(found("size of a sparrow".as_bytes()).is_empty());
        assert!(found(&[]).is_empty());
    }
}
