//! A workspace on a fresh database.

use app::Request;
use chrono::{DateTime, Utc};
use domain::absence::Span;
use domain::ids::{AbsenceId, ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use domain::rules::Rules;
use secrecy::SecretString;
use store::testing::TestDatabase;
use store::{AbsenceRecord, AbsenceSource, NewInstall, RotationRecord, Store, TurnRecord};

/// A store with one workspace that has the app installed.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceId,
    pub(crate) database: TestDatabase,
}

impl Bench {
    pub(crate) async fn sqlite() -> Self {
        Self::on(TestDatabase::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::on(TestDatabase::postgres().await).await
    }

    async fn on(database: TestDatabase) -> Self {
        let store = database.open().await;
        let install = NewInstall {
            team: TeamId::new("T1"),
            name: "Harbour".to_owned(),
            app_id: "A1".to_owned(),
            bot_user: user("UBOT"),
            scopes: Vec::new(),
            installer: user("UANA"),
            bot_token: SecretString::from("xoxb-test"),
            at: at("2020-01-01T00:00:00Z"),
        };
        let workspace = app::install::install(&store, &install).await.expect("it installs");
        Self { store, workspace, database }
    }

    /// Stores a rotation whose next handoff is turn `next_turn` of its grid, at `next_handoff_at`.
    pub(crate) async fn rotation(
        &self,
        name: &str,
        members: &[UserId],
        rules: &Rules,
        next: (u64, DateTime<Utc>),
    ) -> RotationId {
        let record = RotationRecord {
            id: RotationId::new(store::new_id(next.1)),
            name: name.to_owned(),
            channel: ChannelId::new("C1"),
            rules: rules.clone(),
            members: members.to_vec(),
            last_turn: None,
            next_turn: next.0,
            next_handoff_at: Some(next.1),
            kept: None,
            settings: domain::settings::RotationSettings::default(),
            rest: None,
            channel_fault: None,
            deleted_at: None,
            revision: 0,
            created_by: user("UANA"),
            created_at: next.1,
        };
        let mut tx = self.store.write(self.workspace).await.expect("a transaction");
        tx.insert_rotation(&record).await.expect("the rotation is new");
        tx.commit().await.expect("it is saved");
        record.id
    }

    /// Stores an absence `[from, until)`.
    pub(crate) async fn absence(&self, of: &UserId, from: DateTime<Utc>, until: DateTime<Utc>) {
        let mut tx = self.store.write(self.workspace).await.expect("a transaction");
        tx.insert_absence(&AbsenceRecord {
            id: AbsenceId::new(store::new_id(from)),
            user: of.clone(),
            source: AbsenceSource::Manual,
            rotation: None,
            span: Span::Clock { start: from, end: Some(until) },
            zone: "UTC".to_owned(),
            is_available: false,
            label: None,
            is_flagged: false,
            starts_at: from,
            ends_at: Some(until),
            entered_by: Some(of.clone()),
            created_at: from,
        })
        .await
        .expect("the absence is new");
        tx.commit().await.expect("it is saved");
    }

    pub(crate) async fn hand_over(&self, rotation: RotationId, now: DateTime<Utc>) -> bool {
        app::hand_over::hand_over(&self.store, self.workspace, rotation, now)
            .await
            .expect("the handoff is carried out")
            .is_some()
    }

    /// Hands over as many rotations together as are due.
    pub(crate) async fn hand_over_together(
        &self,
        rotations: &[RotationId],
        now: DateTime<Utc>,
    ) -> usize {
        app::hand_over::hand_over_together(&self.store, self.workspace, rotations, now)
            .await
            .expect("the handoffs are carried out")
            .len()
    }

    pub(crate) async fn find_rotation(&self, rotation: RotationId) -> RotationRecord {
        let mut tx = self.store.read(self.workspace).await.expect("a transaction");
        tx.find_rotation(rotation).await.expect("it reads").expect("the rotation is there")
    }

    pub(crate) async fn turns(&self, rotation: RotationId) -> Vec<TurnRecord> {
        let mut tx = self.store.read(self.workspace).await.expect("a transaction");
        let (from, until) = (at("1990-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z"));
        tx.list_turns(rotation, from, until).await.expect("it reads")
    }

    pub(crate) fn request(&self, actor: &str, key: &str, now: DateTime<Utc>) -> Request {
        Request {
            workspace: self.workspace,
            actor: user(actor),
            channel: None,
            key: key.to_owned(),
            now,
        }
    }
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::new(id)
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant such as 2026-06-05T12:00:00Z")
}

/// Returns rules from the zone and the JSON form of the cadence.
pub(crate) fn rules(zone: &str, cadence: &str) -> Rules {
    let text = format!(r#"{{"zone": "{zone}", "cadence": {cadence}}}"#);
    serde_json::from_str(&text).expect("rules as they are stored")
}
