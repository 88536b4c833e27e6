//! What an answer means before anybody reads its body.

use chrono::{DateTime, TimeDelta, Utc};
use domain::source::SourceFault;
use http::{HeaderMap, StatusCode};
use zeroize::Zeroizing;

/// How long is waited where a source does not say how long.
const USUAL_WAIT: TimeDelta = TimeDelta::minutes(1);

/// The longest that is waited, whatever a source says.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// The shortest: a limit that is over already is not asked again at the same instant.
const SHORTEST_WAIT: TimeDelta = TimeDelta::seconds(1);

/// The earliest that counts as an instant in seconds of the epoch (2001); a smaller number means something else.
const EARLIEST_EPOCH: i64 = 1_000_000_000;

/// The header with the instant at which a limit ends, in seconds of the epoch.
const RESET: &str = "x-ratelimit-reset";

/// The header with the seconds or the instant until a limit ends.
const RETRY_AFTER: &str = "retry-after";

/// Within how many bytes a page says that it is one.
const PAGE_HEAD: usize = 1024;

/// An answer as it came.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Answered {
    /// Returns the body of a yes, else what went wrong.
    pub(crate) fn sort(
        self,
        grant: &str,
        now: DateTime<Utc>,
    ) -> Result<Zeroizing<Vec<u8>>, SourceFault> {
        Err(match self.status.as_u16() {
            200 => return Ok(self.body),
            401 => SourceFault::Unauthorized,
            // Who says for how long is no firewall, whatever else it says.
            429 if self.names_an_end() || !is_page(&self.body) => {
                SourceFault::Limited { until: self.limited_until(now) }
            }
            // A firewall stops everybody, so less than its page is not taken for one.
            403 if !is_page(&self.body) => SourceFault::Forbidden { grant: grant.to_owned() },
            403 | 429 => SourceFault::Blocked,
            408 | 425 | 500.. => SourceFault::Unreachable,
            _ => SourceFault::Unreadable,
        })
    }

    /// Returns whether a header says when the source answers again, readable or not.
    fn names_an_end(&self) -> bool {
        [RESET, RETRY_AFTER].iter().any(|name| self.headers.contains_key(*name))
    }

    /// Returns when the source answers again, by its headers.
    fn limited_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = self.reset().or_else(|| self.retry_after(now)).unwrap_or(now + USUAL_WAIT);
        until.clamp(now + SHORTEST_WAIT, now + LONGEST_WAIT)
    }

    fn reset(&self) -> Option<DateTime<Utc>> {
        let seconds: f64 = self.header(RESET)?.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "a cast of floats stops at the ends")]
        let seconds = seconds.ceil() as i64;
        DateTime::from_timestamp(seconds, 0).filter(|_| seconds >= EARLIEST_EPOCH)
    }

    fn retry_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let text = self.header(RETRY_AFTER)?;
        match text.parse::<u32>() {
            Ok(seconds) => now.checked_add_signed(TimeDelta::seconds(seconds.into())),
            Err(_) => DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc()),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }
}

/// Returns whether a body is a page for people, as a firewall sends it: markup that says that it is HTML.
///
/// A source itself answers in JSON or in plain text, and either may quote markup.
fn is_page(body: &[u8]) -> bool {
    let head = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let head = head[..head.len().min(PAGE_HEAD)].to_ascii_lowercase();
    let has = |tag: &[u8]| head.windows(tag.len()).any(|part| part == tag);
    head.starts_with(b"<") && (has(b"<html") || has(b"<!doctype"))
}
