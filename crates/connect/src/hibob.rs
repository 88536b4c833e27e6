//! HiBob: time off from `timeoff/whosout`, for people who are found by their addresses.

mod amount;
mod employee;
mod entry;
mod people;
mod poke;
mod when;
mod whosout;

pub use whosout::read_whosout;

use crate::source::{AbsenceSource, Answer, Checked, Poke, SourcePerson};
use crate::wire::{Ask, Wire};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use domain::source::{
    Credentials, DateRange, SourceBatch, SourceCode, SourceFault, SourceField, SourceInfo,
};
use people::Known;
use secrecy::{ExposeSecret, SecretString};
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// What is needed to see when somebody is away.
const GRANT_WHOSOUT: &str = "People's data > Time off > See who's out today > See who's out";

/// What is wanted to see it where the reason is private; without it those absences are missing and the rest is there.
const GRANT_PRIVATE: &str = "People's data > Time off > See who's out today > \
     See who's out because of a private policy or policies with a custom name (recommended)";

/// What is needed to find people by their addresses.
const GRANT_PEOPLE: &str =
    "People's data > Basic info > View (the category that holds the e-mail address)";

/// What is known about HiBob.
static INFO: LazyLock<SourceInfo> = LazyLock::new(|| SourceInfo {
    code: SourceCode::new("hibob").expect("the code is short and plain"),
    name: "HiBob",
    how: "In Bob, an admin makes a service user under Settings > Integrations > Service users; its token is shown once. \
          A new service user may see nothing: put it into a permission group with what is listed, for everybody who \
          takes part in rotations.",
    grants: &[GRANT_WHOSOUT, GRANT_PRIVATE, GRANT_PEOPLE],
    fields: &[
        SourceField { code: "service_user", label: "Service user ID", is_secret: false },
        SourceField { code: "token", label: "Token", is_secret: true },
    ],
    hosts: &[("production", "Production"), ("sandbox", "Sandbox")],
    webhook: Some(
        "In Bob, an admin adds it under Settings > Integrations > Webhooks, with the events of time off. Its address:",
    ),
});

/// Where its hosts are.
const HOSTS: [(&str, &str); 2] =
    [("production", "https://api.hibob.com/v1"), ("sandbox", "https://api.sandbox.hibob.com/v1")];

/// HiBob.
#[derive(Clone, Copy, Debug)]
pub struct HiBob;

impl AbsenceSource for HiBob {
    fn info(&self) -> &SourceInfo {
        &INFO
    }

    fn check<'a>(
        &'a self,
        wire: &'a Wire,
        with: &'a Credentials,
        today: NaiveDate,
    ) -> Answer<'a, Checked> {
        Box::pin(async move {
            let door = Door::open(wire, with)?;
            let day = DateRange { first: today, last: today };
            let told = whosout::ask(&door, day).await?;
            whosout::check(&told.body)?;
            people::check(&door).await?;
            Ok(Checked { lacks: told.lacks })
        })
    }

    fn fetch<'a>(
        &'a self,
        wire: &'a Wire,
        with: &'a Credentials,
        people: &'a [SourcePerson],
        window: DateRange,
    ) -> Answer<'a, SourceBatch> {
        Box::pin(async move {
            let asked = u32::try_from(people.len()).unwrap_or(u32::MAX);
            if people.is_empty() {
                return Ok(SourceBatch {
                    absences: Vec::new(),
                    complete_for: window,
                    matched: 0,
                    asked,
                    lacks: None,
                });
            }
            let door = Door::open(wire, with)?;
            let known = Known::ask(&door, people).await?;
            let matched = known.matched();
            if matched == 0 {
                return Err(SourceFault::NobodyMatched);
            }
            let told = whosout::ask(&door, window).await?;
            let absences = whosout::read(&told.body, window, &|employee| known.of(employee))?;
            Ok(SourceBatch { absences, complete_for: window, matched, asked, lacks: told.lacks })
        })
    }

    fn read_poke(
        &self,
        body: &[u8],
        header: &dyn Fn(&str) -> Option<String>,
        secret: Option<&SecretString>,
    ) -> Poke {
        poke::read(body, header("Bob-Signature").as_deref(), secret)
    }
}

/// HiBob with what opens it.
struct Door<'a> {
    wire: &'a Wire,
    usual: &'static str,
    service_user: &'a str,
    authorization: Zeroizing<String>,
}

impl<'a> Door<'a> {
    fn open(wire: &'a Wire, with: &'a Credentials) -> Result<Self, SourceFault> {
        let host = HOSTS.iter().find(|(code, _)| *code == with.host);
        let (_, usual) = host.ok_or(SourceFault::Unreachable)?;
        let value = |code| with.values.get(code).map_or("", |value| value.expose_secret().trim());
        let (service_user, token) = (value("service_user"), value("token"));
        // What cannot be right is not tried: refusals are counted against all of us.
        if service_user.is_empty() || service_user.contains(':') || token.is_empty() {
            return Err(SourceFault::Unauthorized);
        }
        let plain = Zeroizing::new(format!("{service_user}:{token}"));
        let encoded = Zeroizing::new(STANDARD.encode(plain.as_bytes()));
        let authorization = Zeroizing::new(format!("Basic {}", encoded.as_str()));
        Ok(Self { wire, usual, service_user, authorization })
    }

    /// Asks what is at `path`, with JSON or without.
    async fn ask(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        grant: &str,
        budget: Option<(&str, usize)>,
    ) -> Result<Zeroizing<Vec<u8>>, SourceFault> {
        let url = self.wire.url(&INFO.code, self.usual, path)?;
        let authorization = self.authorization.clone();
        self.wire.ask(Ask { url, body, authorization, grant, budget }).await
    }
}
