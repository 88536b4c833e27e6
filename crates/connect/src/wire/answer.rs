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
        is_own_refusal: fn(&[u8]) -> bool,
        now: DateTime<Utc>,
    ) -> Result<Zeroizing<Vec<u8>>, SourceFault> {
        // An empty refusal can be anybody's; a firewall's has a page or a text of its own.
        let is_own = self.body.is_empty() || is_own_refusal(&self.body);
        Err(match self.status.as_u16() {
            200 => return Ok(self.body),
            401 => SourceFault::Unauthorized,
            403 if is_own => SourceFault::Forbidden { grant: grant.to_owned() },
            429 if is_own => SourceFault::Limited { until: self.limited_until(now) },
            403 | 429 => SourceFault::Blocked,
            408 | 425 | 500.. => SourceFault::Unreachable,
            _ => SourceFault::Unreadable,
        })
    }

    /// Returns when the source answers again, by its headers.
    fn limited_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = self.reset().or_else(|| self.retry_after(now)).unwrap_or(now + USUAL_WAIT);
        until.clamp(now + SHORTEST_WAIT, now + LONGEST_WAIT)
    }

    fn reset(&self) -> Option<DateTime<Utc>> {
        let seconds: f64 = self.header("x-ratelimit-reset")?.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "a cast of floats stops at the ends")]
        let seconds = seconds.ceil() as i64;
        DateTime::from_timestamp(seconds, 0).filter(|_| seconds >= EARLIEST_EPOCH)
    }

    fn retry_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let text = self.header("retry-after")?;
        match text.parse::<u32>() {
            Ok(seconds) => now.checked_add_signed(TimeDelta::seconds(seconds.into())),
            Err(_) => DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc()),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }
}
