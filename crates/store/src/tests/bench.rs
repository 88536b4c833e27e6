//! What a test needs: a database of one engine with a workspace, and the words to fill it.

use crate::testing::TestDatabase;
use crate::{InboxClaim, NewInstall, RotationRecord, Store, Tx, new_id};
use chrono::{DateTime, TimeDelta, Utc};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::ids::{ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use domain::roster::Member;
use domain::timeline::{Kept, Standing};
use secrecy::SecretString;

/// Makes two tests of each body, one for each engine.
macro_rules! both_engines {
    ($(async fn $name:ident($bench:ident) $body:block)+) => {
        $(async fn $name($bench: $crate::tests::Bench) $body)+

        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::tests::Bench::sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::tests::Bench::postgres().await).await;
            })+
        }
    };
}
pub(super) use both_engines;

/// An opened database with one installed workspace.
pub(super) struct Bench {
    pub(super) store: Store,
    pub(super) workspace: WorkspaceId,
    pub(super) database: TestDatabase,
}

impl Bench {
    pub(super) async fn sqlite() -> Self {
        Self::on(TestDatabase::sqlite()).await
    }

    pub(super) async fn postgres() -> Self {
        Self::on(TestDatabase::postgres().await).await
    }

    async fn on(database: TestDatabase) -> Self {
        let store = database.open().await;
        let bench = Self { store, workspace: WorkspaceId::of_team(&team("T1")), database };
        bench.install("T1").await;
        bench
    }

    /// Installs a team's workspace and returns it.
    pub(super) async fn install(&self, name: &str) -> WorkspaceId {
        let workspace = WorkspaceId::of_team(&team(name));
        let mut tx = self.store.write(workspace).await.unwrap();
        tx.upsert_workspace(&install(name, "xoxb-secret", at(0))).await.unwrap();
        tx.commit().await.unwrap();
        workspace
    }

    pub(super) async fn read(&self) -> Tx {
        self.store.read(self.workspace).await.unwrap()
    }

    pub(super) async fn write(&self) -> Tx {
        self.store.write(self.workspace).await.unwrap()
    }

    /// Stores a rotation of this workspace and returns it.
    pub(super) async fn rotation(&self, name: &str) -> RotationRecord {
        let rotation = rotation(name);
        let mut tx = self.write().await;
        tx.insert_rotation(&rotation).await.unwrap();
        tx.commit().await.unwrap();
        rotation
    }

    /// Stores a delivery to a channel, due at once, in a workspace.
    pub(super) async fn say_in(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        now: DateTime<Utc>,
    ) -> Envelope {
        let envelope = envelope(channel);
        let mut tx = self.store.write(workspace).await.unwrap();
        assert!(tx.insert_delivery(&envelope, now, now).await.unwrap());
        tx.commit().await.unwrap();
        envelope
    }

    /// Leases what is due of this workspace's inbox, as a worker does: what a worker died over alone, before the rest.
    pub(super) async fn claim_inbox(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Vec<InboxClaim> {
        let system = self.store.system();
        system.count_inbox_crashes(now).await.unwrap();
        if let Some(lone) = system.claim_lone_inbox("w", now, until).await.unwrap() {
            return vec![lone];
        }
        system.claim_inbox(self.workspace, "w", now, until, limit).await.unwrap()
    }

    pub(super) async fn say(&self, channel: &str, now: DateTime<Utc>) -> Envelope {
        self.say_in(self.workspace, channel, now).await
    }
}

/// Returns an instant so many seconds after the tests' zero.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(super) fn team(name: &str) -> TeamId {
    TeamId::new(name)
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name)
}

pub(super) fn channel(name: &str) -> ChannelId {
    ChannelId::new(name)
}

pub(super) fn install(team_name: &str, token: &str, at: DateTime<Utc>) -> NewInstall {
    NewInstall {
        team: team(team_name),
        name: String::from("Harbour"),
        app_id: String::from("A1"),
        bot_user: user("UBOT"),
        scopes: vec![String::from("chat:write"), String::from("commands")],
        installer: user("UANA"),
        bot_token: SecretString::from(token),
        at,
    }
}

pub(super) fn rotation(name: &str) -> RotationRecord {
    let rules = serde_json::json!({
        "zone": "Europe/Berlin",
        "cadence": {"every": 1, "unit": "week", "anchor": "2026-01-05T09:00"},
    });
    RotationRecord {
        id: RotationId::new(new_id(at(0))),
        name: name.to_owned(),
        channel: channel("C1"),
        rules: serde_json::from_value(rules).unwrap(),
        members: vec![user("UANA"), user("UBEN"), user("UCHO")],
        last_turn: None,
        next_turn: 7,
        next_handoff_at: Some(at(3600)),
        kept: None,
        settings: domain::settings::RotationSettings::default(),
        rest: None,
        channel_fault: None,
        deleted_at: None,
        revision: 0,
        created_by: user("UANA"),
        created_at: at(0),
    }
}

/// Returns something new to say in a channel.
pub(super) fn envelope(to: &str) -> Envelope {
    let rotation = RotationId::new(new_id(at(0)));
    Envelope::new(StartEffect::RotationCreated { rotation }, Recipient::Channel(channel(to)))
}

/// Returns where a rotation stands whose next turn has that number.
pub(super) fn standing(rotation: &RotationRecord, next_turn: u64) -> Standing {
    let members = rotation.members.iter().cloned().map(Member::present).collect();
    let next = rotation.next_handoff_at.map(|at| (next_turn, at));
    let kept = Kept::beginning(next_turn, None);
    Standing::of_kept(rotation.rules.clone(), members, rotation.last_turn.clone(), next, kept)
}
