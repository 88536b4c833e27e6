//! Records of every kind with the word of a workspace in them, under ids that a tag makes.

use super::id;
use crate::records::SourceStatus;
use crate::tests::bench;
use crate::tests::bench::{at, channel, user};
use crate::{
    AbsenceRecord, AbsenceSource, AbsenceSourceRecord, AuditEvent, CalendarLink, CoverAnswer,
    CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverWord, CoverageKind,
    CoverageRecord, Entry, ExportLink, InboxItem, NewInstall, NoteReceiver, NoteRecord, Outcome,
    PersonRecord, RotationRecord, SkipCode, SkipRecord, StretchRecord, SubscriptionRecord,
    SwapRecord, SwapSide, SwapState, TurnRecord, TurnState,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::Span;
use domain::billing::{Plan, SubscriptionStatus};
use domain::calendar::Published;
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::engine::{Seat, SeatedBy, Seating, Stretch};
use domain::ids::{
    AbsenceId, ChannelId, CoverRequestId, CoverageId, EventId, NoteId, RotationId, SwapId, TeamId,
    UserId,
};
use domain::interval::Interval;
use domain::settings::{Preferences, RotationSettings};
use domain::source::{SourceCode, SourceFault};
use domain::story::calendar::Opens;
use domain::story::data::Scope;
use domain::story::notice::Breach;
use domain::timeline::Standing;
use secrecy::SecretString;

/// Returns the word that stands in the codes of a workspace.
pub(in super::super) fn backwards(word: &str) -> String {
    word.chars().rev().collect()
}

/// Makes records: the word says whose they are, and the tag which they are.
///
/// What is asked by (people, instants, codes of sources) is the same in all workspaces, so that a statement that forgot
/// the workspace meets the rows of another.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Maker {
    pub(in super::super) word: &'static str,
    pub(in super::super) tag: &'static str,
}

impl Maker {
    /// Returns a text that nobody else has.
    pub(in super::super) fn said(&self, what: &str) -> String {
        format!("{}-{what}-{}", self.word, self.tag)
    }

    /// Returns a code that nobody else has: codes are no content, and work over many workspaces may see them.
    pub(in super::super) fn code(&self, what: &str) -> String {
        format!("{}-{what}", backwards(self.word))
    }

    /// Returns a person whom the workspace alone has.
    pub(in super::super) fn who(&self, what: &str) -> UserId {
        user(&format!("U-{}-{what}", self.word))
    }

    pub(in super::super) fn channel(&self, what: &str) -> ChannelId {
        channel(&format!("C-{}-{what}", self.word))
    }

    /// Returns the people by whom things are asked for, who are called the same everywhere.
    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(in super::super) fn users(&self) -> Vec<UserId> {
        ["UANA", "UBEN"].map(user).into()
    }

    pub(in super::super) fn rotation_id(&self) -> RotationId {
        RotationId::new(id(self.tag, "rotation"))
    }

    pub(in super::super) fn deleted_id(&self) -> RotationId {
        RotationId::new(id(self.tag, "deleted"))
    }

    pub(in super::super) fn request_id(&self) -> CoverRequestId {
        CoverRequestId::new(id(self.tag, "request"))
    }

    pub(in super::super) fn coverage_id(&self) -> CoverageId {
        CoverageId::new(id(self.tag, "coverage"))
    }

    pub(in super::super) fn swap_id(&self) -> SwapId {
        SwapId::new(id(self.tag, "swap"))
    }

    pub(in super::super) fn note_id(&self) -> NoteId {
        NoteId::new(id(self.tag, "note"))
    }

    pub(in super::super) fn absence_id(&self) -> AbsenceId {
        AbsenceId::new(id(self.tag, "manual"))
    }

    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(in super::super) fn window(&self) -> Interval {
        Interval::new(at(0), at(1_000)).expect("it ends after it begins")
    }

    pub(in super::super) fn install(&self, team: &TeamId) -> NewInstall {
        NewInstall {
            team: team.clone(),
            name: self.said("workspace"),
            app_id: self.said("app"),
            bot_user: self.who("bot"),
            scopes: vec![self.said("scope")],
            installer: self.who("installer"),
            bot_token: SecretString::from(self.said("token")),
            at: at(0),
        }
    }

    pub(in super::super) fn person(&self, user: &UserId) -> PersonRecord {
        PersonRecord {
            user: user.clone(),
            display_name: self.said("name"),
            zone: Some(self.said("zone")),
            is_deactivated: false,
            is_admin: true,
            is_bot: false,
            is_guest: false,
            is_foreign: false,
            refreshed_at: at(0),
        }
    }

    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(in super::super) fn preferences(&self) -> Preferences {
        Preferences { has_quiet_nights: true, home_opened_at: Some(at(1)), home_page: 2 }
    }

    pub(in super::super) fn source(&self, code: &str) -> AbsenceSourceRecord {
        AbsenceSourceRecord {
            source: SourceCode::new(code).expect("a code"),
            name: self.said("source"),
            webhook_hash: Some(vec![1, 2, 3]),
            connected_by: self.who("admin"),
            connected_at: at(0),
            status: SourceStatus {
                lacks: Some(self.said("lacks")),
                fault: Some(SourceFault::Forbidden { grant: self.said("grant") }),
                asked_by: Some(self.who("asker")),
                ..SourceStatus::default()
            },
            next_at: Some(at(10)),
        }
    }

    pub(in super::super) fn rotation(&self) -> RotationRecord {
        RotationRecord {
            id: self.rotation_id(),
            channel: self.channel("home"),
            members: vec![self.who("a"), self.who("b")],
            last_turn: Some(self.who("last")),
            created_by: self.who("maker"),
            settings: RotationSettings {
                managers: vec![self.who("manager")],
                announcement: Some(self.said("announcement")),
                cover_channel: Some(self.channel("cover")),
                former_name: Some(self.said("former")),
                ..RotationSettings::default()
            },
            ..bench::rotation(&self.said("rotation"))
        }
    }

    pub(in super::super) fn deleted_rotation(&self) -> RotationRecord {
        RotationRecord { id: self.deleted_id(), name: self.said("deleted"), ..self.rotation() }
    }

    pub(in super::super) fn standing(&self) -> Standing {
        bench::standing(&self.rotation(), 7)
    }

    pub(in super::super) fn turn(&self) -> TurnRecord {
        TurnRecord {
            rotation: self.rotation_id(),
            planned_at: at(0),
            ends_at: at(100),
            number: 3,
            seats: vec![Seat { user: self.who("seat"), by: SeatedBy::Order }],
            state: TurnState::Served,
            skips: vec![SkipRecord {
                user: self.who("skipped"),
                reason: SkipCode::Away,
                share: Some(0.6),
                until: Some(at(500)),
            }],
            seen_at: None,
        }
    }

    pub(in super::super) fn stretch(&self) -> StretchRecord {
        let window = self.window();
        let seat = Seat { user: self.who("stretch"), by: SeatedBy::Order };
        StretchRecord {
            rotation: self.rotation_id(),
            planned_at: at(0),
            stretch: Stretch {
                turn: 3,
                window,
                active: vec![window],
                seating: Seating::On(vec![seat]),
                skipped: Vec::new(),
                is_first: true,
            },
        }
    }

    /// Returns an absence of each kind of source.
    pub(in super::super) fn absences(&self) -> Vec<AbsenceRecord> {
        let hibob = SourceCode::new("hibob").expect("a code");
        [AbsenceSource::Manual, AbsenceSource::Skip, AbsenceSource::Synced(hibob)]
            .map(|source| self.absence(source))
            .into()
    }

    pub(in super::super) fn absence(&self, source: AbsenceSource) -> AbsenceRecord {
        let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).expect("a day");
        AbsenceRecord {
            id: AbsenceId::new(id(self.tag, source.as_str())),
            user: user("UANA"),
            rotation: (source == AbsenceSource::Skip).then(|| self.rotation_id()),
            source,
            span: Span::days(day(8), day(12)),
            zone: self.said("zone"),
            is_available: false,
            label: Some(self.said("label")),
            is_flagged: false,
            starts_at: at(100),
            ends_at: Some(at(200)),
            entered_by: Some(self.who("enterer")),
            created_at: at(0),
        }
    }

    pub(in super::super) fn request(&self) -> CoverRequestRecord {
        CoverRequestRecord {
            id: self.request_id(),
            rotation: self.rotation_id(),
            of: user("UANA"),
            planned_at: at(0),
            starts_at: at(100),
            ends_at: at(200),
            state: CoverRequestState::Open,
            origin: CoverRequestOrigin::Asked,
            occasion: 0,
            made_by: self.who("asker"),
            made_at: at(1),
            closed_by: Some(self.who("closer")),
            closed_at: None,
            channel: self.channel("request"),
        }
    }

    pub(in super::super) fn answer(&self, user: &UserId) -> CoverAnswer {
        CoverAnswer {
            request: self.request_id(),
            user: user.clone(),
            word: CoverWord::Cannot,
            answered_at: at(2),
        }
    }

    pub(in super::super) fn coverage(&self) -> CoverageRecord {
        CoverageRecord {
            id: self.coverage_id(),
            rotation: self.rotation_id(),
            planned_at: at(0),
            of: Some(self.who("covered")),
            user: self.who("coverer"),
            kind: CoverageKind::Claim,
            request: Some(self.request_id()),
            starts_at: at(100),
            ends_at: at(200),
            by: self.who("arranger"),
            created_at: at(1),
            undone: None,
        }
    }

    pub(in super::super) fn undone_coverage(&self) -> CoverageRecord {
        CoverageRecord {
            id: CoverageId::new(id(self.tag, "undone")),
            starts_at: at(300),
            ends_at: at(400),
            ..self.coverage()
        }
    }

    pub(in super::super) fn subscription(&self) -> SubscriptionRecord {
        SubscriptionRecord {
            customer: Some(self.said("customer")),
            subscription: Some(self.said("subscription")),
            status: Some(SubscriptionStatus::Unknown(self.said("status"))),
            price: Some(self.said("price")),
            next_at: Some(at(10)),
            ..SubscriptionRecord::new(Plan::Free)
        }
    }

    pub(in super::super) fn swap(&self) -> SwapRecord {
        let side = |what: &str, planned: i64| SwapSide {
            user: self.who(what),
            planned_at: at(planned),
            agreed_at: None,
        };
        SwapRecord {
            id: self.swap_id(),
            rotation: self.rotation_id(),
            asked_by: self.who("swapper"),
            a: side("side-a", 200),
            b: side("side-b", 300),
            state: SwapState::Asked,
            created_at: at(5),
            closed_by: Some(self.who("ender")),
            closed_at: None,
        }
    }

    pub(in super::super) fn note(&self) -> NoteRecord {
        NoteRecord {
            id: self.note_id(),
            rotation: self.rotation_id(),
            planned_at: at(0),
            author: self.who("author"),
            is_for_channel: false,
            created_at: at(1),
            edited_at: None,
        }
    }

    pub(in super::super) fn breach(&self) -> Breach {
        Breach {
            what: self.said("what"),
            when: self.said("when"),
            next_steps: self.said("next"),
            contact: Some(self.said("contact")),
        }
    }

    pub(in super::super) fn calendar_link(&self, user: &UserId) -> CalendarLink {
        CalendarLink {
            user: user.clone(),
            opens: Opens::Rotation(self.rotation_id()),
            published: Published::default(),
            created_at: at(0),
        }
    }

    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(in super::super) fn export_link(&self, user: &UserId) -> ExportLink {
        ExportLink { user: user.clone(), scope: Scope::Person, expires_at: at(9_999) }
    }

    /// Returns a hash that nobody else has.
    pub(in super::super) fn export_hash(&self) -> Vec<u8> {
        self.said("link").into_bytes()
    }

    pub(in super::super) fn receiver(&self, user: &UserId) -> NoteReceiver {
        NoteReceiver {
            note: self.note_id(),
            user: user.clone(),
            planned_at: at(0),
            assigned_at: at(2),
            told_at: None,
        }
    }

    pub(in super::super) fn event(&self) -> AuditEvent {
        AuditEvent {
            id: EventId::new(id(self.tag, "event")),
            at: at(0),
            actor: Some(self.who("actor")),
            action: "rotation_created",
            rotation: Some(self.rotation_id()),
            subject: Some(self.who("subject")),
            details: serde_json::json!({"name": self.said("detail")}),
        }
    }

    pub(in super::super) fn outcome(&self) -> Outcome {
        Outcome { facts: serde_json::json!({"code": self.said("outcome")}) }
    }

    /// Returns messages to several channels, each a line of its own.
    pub(in super::super) fn envelopes(&self) -> Vec<Envelope> {
        let to = |number: usize| Recipient::Channel(self.channel(&format!("line-{number}")));
        let effect = || StartEffect::RotationCreated { rotation: self.rotation_id() };
        (0..7).map(|number| Envelope::new(effect(), to(number))).collect()
    }

    pub(in super::super) fn item(&self) -> InboxItem {
        InboxItem::JoinedChannel { channel: self.channel("joined"), user: self.who("joiner") }
    }

    pub(in super::super) fn entry(&self) -> Entry {
        let deliveries: Vec<(Envelope, DateTime<Utc>)> =
            self.envelopes().into_iter().take(1).map(|it| (it, at(0))).collect();
        Entry {
            absence: self.absence(AbsenceSource::Manual),
            event: self.event(),
            deliveries,
            key: self.said("entry"),
            outcome: self.outcome(),
            now: at(0),
        }
    }
}
