//! Workspaces that have rows in every table, with a word of their own in whatever can hold one.

mod records;
mod stored;

pub(super) use records::{Maker, backwards};
pub(super) use stored::{Rows, stored};

use crate::records::Claiming;
use crate::tests::bench::at;
use crate::{GivenUp, SentDelivery, Store, Tx};
use domain::ids::{DeliveryId, InboxId, TeamId, WorkspaceId};
use domain::note::NoteText;
use secrecy::SecretString;
use uuid::Uuid;

/// A workspace with its word. Its rows come twice: under ids of its own, and under ids that every tenant has.
#[derive(Clone)]
pub(super) struct Tenant {
    pub(super) id: WorkspaceId,
    pub(super) team: TeamId,
    pub(super) word: &'static str,
    /// Rows whose ids no other tenant has.
    pub(super) own: Maker,
    /// Rows of which every tenant has one with the same id.
    pub(super) twin: Maker,
    pub(super) deliveries: Vec<DeliveryId>,
    pub(super) inbox: Vec<InboxId>,
}

impl Tenant {
    /// Describes a workspace that is not filled yet.
    pub(super) fn new(team: &str, word: &'static str, tag: &'static str) -> Self {
        let team = TeamId::new(team);
        Self {
            id: WorkspaceId::of_team(&team),
            team,
            word,
            own: Maker { word, tag },
            twin: Maker { word, tag: "twin" },
            deliveries: Vec::new(),
            inbox: Vec::new(),
        }
    }
}

/// Fills a workspace through the writes of the store, and returns it with the ids of its queues.
pub(super) async fn fill(store: &Store, tenant: &Tenant) -> Tenant {
    let mut tenant = tenant.clone();
    let mut tx = store.write(tenant.id).await.unwrap();
    people(&mut tx, &tenant).await;
    for maker in [&tenant.own, &tenant.twin] {
        rotations(&mut tx, maker).await;
        passing_on(&mut tx, maker).await;
        tx.record_event(&maker.event()).await.unwrap();
        let key = maker.said("key");
        tx.record_outcome(&key, &maker.outcome(), at(0)).await.unwrap();
        tx.record_limit(&maker.code("call"), at(9_000)).await.unwrap();
    }
    tx.record_outcome("key", &tenant.own.outcome(), at(0)).await.unwrap();
    tx.record_limit("chat.postMessage", at(9_000)).await.unwrap();
    tx.commit().await.unwrap();
    said_long_ago(store, &tenant).await;
    tenant.deliveries = outbox(store, &tenant).await;
    tenant.inbox = inbox(store, &tenant).await;
    let maker = Maker { word: tenant.word, tag: "entered" };
    store.enter(tenant.id, &maker.entry()).await.unwrap();
    let worker = tenant.own.said("worker");
    let claimed = store.system().claim_syncs(&worker, at(11), at(60), 10).await.unwrap();
    assert!(claimed.iter().any(|claim| claim.workspace == tenant.id), "its sources are asked");
    let claimed = store.system().claim_subscriptions(&worker, at(11), at(60), 10).await.unwrap();
    assert!(claimed.iter().any(|claim| claim.workspace == tenant.id), "Stripe is asked of it");
    store.chain_audit().await.unwrap();
    tenant
}

async fn people(tx: &mut Tx, tenant: &Tenant) {
    let maker = &tenant.own;
    tx.upsert_workspace(&maker.install(&tenant.team)).await.unwrap();
    for user in maker.users().into_iter().chain([maker.who("boss")]) {
        tx.upsert_person(&maker.person(&user)).await.unwrap();
        tx.record_preferences(&user, &maker.preferences()).await.unwrap();
        let direct = maker.channel("direct");
        tx.record_direct(&user, Some(&direct)).await.unwrap();
    }
    tx.record_workspace_settings(&domain::settings::WorkspaceSettings::default()).await.unwrap();
    tx.upsert_subscription(&maker.subscription()).await.unwrap();
    assert!(tx.insert_billing_event(&maker.said("billing-event"), at(0)).await.unwrap());
    for source in ["hibob", "calendar"] {
        let opens = SecretString::from(maker.said("opens"));
        tx.upsert_source(&maker.source(source), &opens).await.unwrap();
    }
}

async fn rotations(tx: &mut Tx, maker: &Maker) {
    tx.insert_rotation(&maker.rotation()).await.unwrap();
    tx.record_standing(maker.rotation_id(), &maker.standing(), None).await.unwrap();
    tx.insert_rotation(&maker.deleted_rotation()).await.unwrap();
    tx.record_rotation_deleted(maker.deleted_id(), at(5)).await.unwrap();
    assert!(tx.insert_turn(&maker.turn()).await.unwrap());
    assert!(tx.insert_stretch(&maker.stretch()).await.unwrap());
    for absence in maker.absences() {
        tx.insert_absence(&absence).await.unwrap();
    }
}

async fn passing_on(tx: &mut Tx, maker: &Maker) {
    tx.insert_cover_request(&maker.request()).await.unwrap();
    for user in maker.users() {
        assert!(tx.insert_cover_answer(&maker.answer(&user)).await.unwrap());
    }
    tx.insert_coverage(&maker.coverage()).await.unwrap();
    let undone = maker.undone_coverage();
    tx.insert_coverage(&undone).await.unwrap();
    let by = maker.who("undoer");
    assert!(tx.undo_coverage(undone.id, &by, at(5)).await.unwrap());
    tx.insert_swap(&maker.swap()).await.unwrap();
    tx.insert_calendar_link(&maker.calendar_link(&maker.who("asker")), &maker.export_hash())
        .await
        .unwrap();
    tx.set_export_link(&maker.export_link(&maker.who("asker")), &maker.export_hash())
        .await
        .unwrap();
    assert!(tx.insert_breach(&maker.breach(), at(0)).await.unwrap());
    let text = NoteText::new(maker.said("note"));
    tx.insert_note(&maker.note(), &text).await.unwrap();
    for user in maker.users() {
        assert!(tx.insert_note_receiver(&maker.receiver(&user)).await.unwrap());
    }
}

/// Puts a delivery where those are that left the outbox.
async fn said_long_ago(store: &Store, tenant: &Tenant) {
    let maker = Maker { word: tenant.word, tag: "said" };
    let mut tx = store.write(tenant.id).await.unwrap();
    assert!(tx.insert_delivery(&maker.envelopes()[0], at(-900), at(-900)).await.unwrap());
    let worker = maker.said("worker");
    let claiming = Claiming {
        by: &worker,
        until: at(-800),
        limit: 1,
        alone: false,
        leave_out: &[],
        new_only: false,
    };
    let claimed = tx.claim_deliveries(&claiming, at(-900)).await.unwrap();
    tx.record_sending(&worker, at(-900)).await.unwrap();
    let (claim, channel, ts) = (claimed[0].claim, maker.channel("sent"), maker.said("ts"));
    assert_eq!(
        tx.record_all_sent(&[SentDelivery { claim, channel, ts }], at(-900)).await.unwrap(),
        1
    );
    assert_eq!(tx.move_said(at(-800), at(-800), 10).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

/// Puts deliveries into every state, and returns their ids.
async fn outbox(store: &Store, tenant: &Tenant) -> Vec<DeliveryId> {
    let envelopes = tenant.own.envelopes();
    let mut tx = store.write(tenant.id).await.unwrap();
    for envelope in &envelopes {
        assert!(tx.insert_delivery(envelope, at(0), at(0)).await.unwrap());
    }
    let worker = tenant.own.said("worker");
    let claiming = Claiming {
        by: &worker,
        until: at(60),
        limit: 100,
        alone: false,
        leave_out: &[],
        new_only: false,
    };
    let claimed = tx.claim_deliveries(&claiming, at(1)).await.unwrap();
    assert_eq!(claimed.len(), envelopes.len(), "each stands in a line of its own");
    tx.record_sending(&worker, at(1)).await.unwrap();
    let code = tenant.own.code("code");
    let mut ids = Vec::new();
    for (place, delivery) in claimed.iter().enumerate() {
        let (id, fence) = (delivery.record.id, delivery.claim.fence);
        ids.push(id);
        let is_done = match place {
            0 => {
                let channel = tenant.own.channel("sent");
                let sent =
                    SentDelivery { claim: delivery.claim, channel, ts: tenant.own.said("ts") };
                tx.record_all_sent(&[sent], at(2)).await.unwrap() == 1
            }
            1 => tx.record_not_sent(id, fence, at(3), &code, at(2)).await.unwrap(),
            2 => tx.record_ambiguous(id, fence, at(9_000), &code, at(2)).await.unwrap(),
            3 => tx.record_given_up(id, fence, GivenUp::Failed, &code, at(2)).await.unwrap(),
            4 => tx.record_given_up(id, fence, GivenUp::Unconfirmed, &code, at(2)).await.unwrap(),
            _ => true,
        };
        assert!(is_done, "delivery {place}");
    }
    tx.commit().await.unwrap();
    ids
}

/// Puts work into the inbox, done, waiting, leased and in quarantine, and returns its ids.
async fn inbox(store: &Store, tenant: &Tenant) -> Vec<InboxId> {
    let maker = &tenant.own;
    let mut tx = store.write(tenant.id).await.unwrap();
    for number in 0..4 {
        let dedupe = maker.said(&format!("event{number}"));
        assert!(tx.insert_inbox(&maker.item(), &dedupe, at(0)).await.unwrap());
    }
    assert!(tx.insert_inbox(&maker.item(), "event", at(0)).await.unwrap());
    let text = SecretString::from(maker.said("typed"));
    assert!(tx.insert_inbox_sealed(&maker.item(), &text, "sealed", at(0)).await.unwrap());
    tx.commit().await.unwrap();
    let worker = maker.said("worker");
    let claims = store.system().claim_inbox(tenant.id, &worker, at(1), at(60), 100).await.unwrap();
    assert_eq!(claims.len(), 6, "all of them are leased");
    let mut tx = store.write(tenant.id).await.unwrap();
    assert!(tx.finish_inbox(claims[0].inbox, claims[0].fence, at(2)).await.unwrap());
    assert!(tx.retry_inbox(claims[1].inbox, claims[1].fence, at(3)).await.unwrap());
    for crash in 0..3 {
        let fence = claims[2].fence;
        let _ = tx.record_inbox_crash(claims[2].inbox, fence, at(3 + crash), at(2)).await.unwrap();
    }
    tx.commit().await.unwrap();
    claims.iter().map(|claim| claim.inbox).collect()
}

/// Returns an id that is the same for the same tag and kind.
fn id(tag: &str, kind: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{tag}/{kind}").as_bytes())
}
