//! Handoff notes.

use super::Bench;
use super::bench::{at, user};
use super::both_engines;
use crate::{NoteFault, NoteReceiver, NoteRecord, Store, StoreError, Tx, new_id};
use crypto::KeyRing;
use domain::ids::{NoteId, RotationId};
use domain::note::NoteText;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::sync::Arc;

const TEXT: &str = "the spare key is behind the \"blue\" door\n\u{1f511}";

pub(super) fn note(rotation: RotationId, planned_at: i64) -> NoteRecord {
    NoteRecord {
        id: NoteId::new(new_id(at(0))),
        rotation,
        planned_at: at(planned_at),
        author: user("UANA"),
        is_for_channel: false,
        created_at: at(1),
        edited_at: None,
    }
}

fn text(text: &str) -> NoteText {
    NoteText::new(text.to_owned())
}

fn receiver(note: &NoteRecord, who: &str, planned_at: i64) -> NoteReceiver {
    NoteReceiver {
        note: note.id,
        user: user(who),
        planned_at: at(planned_at),
        assigned_at: at(100),
        told_at: None,
    }
}

/// Stores a note and returns it.
async fn written(tx: &mut Tx, note: NoteRecord) -> NoteRecord {
    tx.insert_note(&note, &text(TEXT)).await.expect("its rotation is there");
    note
}

/// Stores that a note goes to somebody and that they were told at that second.
async fn told(tx: &mut Tx, note: &NoteRecord, who: &str, at_second: i64) {
    assert!(tx.insert_note_receiver(&receiver(note, who, 100)).await.unwrap());
    assert!(tx.record_note_told(note.id, &user(who), at(at_second)).await.unwrap());
}

/// Changes the stored notes behind the store's back.
async fn tamper(bench: &Bench, assignment: &str) {
    let statement = AssertSqlSafe(format!("update notes set {assignment}"));
    if let Some(url) = bench.database.superuser_url() {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    } else {
        let url = bench.database.settings().url.expose_secret();
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
}

fn ids(notes: &[NoteRecord]) -> Vec<NoteId> {
    notes.iter().map(|note| note.id).collect()
}

both_engines! {
    async fn a_note_comes_back_and_its_text_opens(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        let note = written(&mut tx, note(rotation, 0)).await;

        assert_eq!(tx.find_note(note.id).await.unwrap().as_ref(), Some(&note));
        assert_eq!(tx.open_note(note.id).await.unwrap().reveal(), TEXT);
        let nobody_wrote = NoteId::new(new_id(at(0)));
        assert_eq!(tx.open_note(nobody_wrote).await.unwrap_err(), NoteFault::NotThere);
    }

    async fn a_note_is_changed_and_deleted_until_somebody_was_told(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        let note = written(&mut tx, note(rotation, 0)).await;
        let gone = written(&mut tx, NoteRecord { id: NoteId::new(new_id(at(0))), ..note.clone() }).await;
        assert!(tx.insert_note_receiver(&receiver(&note, "UBEN", 100)).await.unwrap());

        assert!(tx.update_note(note.id, &text("another"), true, at(9)).await.unwrap());
        assert!(tx.delete_note(gone.id).await.unwrap());
        assert!(!tx.delete_note(gone.id).await.unwrap());
        assert!(!tx.update_note(gone.id, &text("gone"), true, at(9)).await.unwrap());
        assert!(tx.record_note_told(note.id, &user("UBEN"), at(10)).await.unwrap());
        assert!(!tx.update_note(note.id, &text("too late"), false, at(11)).await.unwrap());
        assert!(!tx.delete_note(note.id).await.unwrap());

        let changed = NoteRecord { is_for_channel: true, edited_at: Some(at(9)), ..note.clone() };
        assert_eq!(tx.find_note(note.id).await.unwrap(), Some(changed));
        assert_eq!(tx.open_note(note.id).await.unwrap().reveal(), "another");
    }

    async fn a_note_goes_to_each_person_once_and_cannot_be_taken_back_when_told(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        let note = written(&mut tx, note(rotation, 0)).await;
        let (ben, cho) = (receiver(&note, "UBEN", 100), receiver(&note, "UCHO", 100));

        assert!(tx.insert_note_receiver(&ben).await.unwrap());
        assert!(!tx.insert_note_receiver(&receiver(&note, "UBEN", 200)).await.unwrap());
        assert!(tx.insert_note_receiver(&cho).await.unwrap());
        assert!(tx.record_note_told(note.id, &ben.user, at(110)).await.unwrap());
        assert!(!tx.record_note_told(note.id, &ben.user, at(120)).await.unwrap());
        assert!(!tx.record_note_told(note.id, &user("UDAN"), at(120)).await.unwrap());
        assert!(!tx.delete_note_receiver(note.id, &ben.user).await.unwrap());
        assert!(tx.delete_note_receiver(note.id, &cho.user).await.unwrap());

        let ben = NoteReceiver { told_at: Some(at(110)), ..ben };
        assert_eq!(tx.list_note_receivers(note.id).await.unwrap(), std::slice::from_ref(&ben));
        assert_eq!(tx.list_note_receivers_in(rotation, at(100)).await.unwrap(), [ben]);
        assert!(tx.list_note_receivers_in(rotation, at(200)).await.unwrap().is_empty());
    }

    async fn a_note_waits_until_somebody_was_told(bench) {
        let rotation = bench.rotation("support").await.id;
        let other = bench.rotation("pizza").await.id;
        let mut tx = bench.write().await;
        let first = written(&mut tx, note(rotation, 0)).await;
        let second = written(&mut tx, note(rotation, 100)).await;
        written(&mut tx, note(other, 0)).await;
        assert!(tx.insert_note_receiver(&receiver(&first, "UBEN", 100)).await.unwrap());

        let waiting = tx.list_waiting_notes(rotation).await.unwrap();
        assert!(tx.record_note_told(first.id, &user("UBEN"), at(110)).await.unwrap());

        assert_eq!(ids(&waiting), [first.id, second.id]);
        assert_eq!(ids(&tx.list_waiting_notes(rotation).await.unwrap()), [second.id]);
        assert_eq!(ids(&tx.list_notes(rotation, at(0)).await.unwrap()), [first.id]);
        let of_ben = tx.list_notes_for(rotation, at(100), &user("UBEN")).await.unwrap();
        assert_eq!(ids(&of_ben), [first.id]);
        assert!(tx.list_notes_for(rotation, at(100), &user("UCHO")).await.unwrap().is_empty());
        assert!(tx.list_notes_for(rotation, at(200), &user("UBEN")).await.unwrap().is_empty());
    }

    async fn a_person_sees_the_notes_they_wrote_or_were_told_the_newest_first(bench) {
        let rotation = bench.rotation("support").await.id;
        let other = bench.rotation("pizza").await.id;
        let by = |who: &str, created_at, rotation| NoteRecord {
            author: user(who),
            created_at: at(created_at),
            ..note(rotation, 0)
        };
        let mut tx = bench.write().await;
        let own = written(&mut tx, by("UBEN", 1, rotation)).await;
        let told_them = written(&mut tx, by("UANA", 2, other)).await;
        told(&mut tx, &told_them, "UBEN", 50).await;
        let not_told_yet = written(&mut tx, by("UANA", 3, rotation)).await;
        assert!(tx.insert_note_receiver(&receiver(&not_told_yet, "UBEN", 100)).await.unwrap());
        written(&mut tx, by("UCHO", 4, rotation)).await;

        let mut listed = async |rotation, passed, most| {
            ids(&tx.list_notes_of(&user("UBEN"), rotation, passed, most).await.unwrap())
        };

        assert_eq!(listed(None, 0, 10).await, [told_them.id, own.id]);
        assert_eq!(listed(None, 1, 10).await, [own.id]);
        assert_eq!(listed(None, 0, 1).await, [told_them.id]);
        assert_eq!(listed(Some(rotation), 0, 10).await, [own.id]);
    }

    async fn notes_are_deleted_when_everybody_was_told_long_ago(bench) {
        let rotation = bench.rotation("support").await.id;
        let other = bench.rotation("pizza").await.id;
        let mut tx = bench.write().await;
        let old = written(&mut tx, note(rotation, 0)).await;
        told(&mut tx, &old, "UBEN", 150).await;
        // Assigned at 100, and no message ever reached Cho.
        assert!(tx.insert_note_receiver(&receiver(&old, "UCHO", 100)).await.unwrap());
        let told_again = written(&mut tx, note(rotation, 0)).await;
        told(&mut tx, &told_again, "UBEN", 150).await;
        told(&mut tx, &told_again, "UCHO", 200).await;
        let told_nobody = written(&mut tx, note(rotation, 0)).await;
        assert!(tx.insert_note_receiver(&receiver(&told_nobody, "UBEN", 100)).await.unwrap());
        let elsewhere = written(&mut tx, note(other, 0)).await;
        told(&mut tx, &elsewhere, "UBEN", 150).await;

        assert_eq!(tx.delete_notes_told_before(rotation, at(150)).await.unwrap(), 0);
        assert_eq!(tx.delete_notes_told_before(rotation, at(151)).await.unwrap(), 1);

        let left = tx.list_notes(rotation, at(0)).await.unwrap();
        assert_eq!(ids(&left), [told_again.id, told_nobody.id]);
        assert!(tx.list_note_receivers(old.id).await.unwrap().is_empty());
        assert!(tx.find_note(elsewhere.id).await.unwrap().is_some());
        assert_eq!(tx.delete_notes_told_before(rotation, at(201)).await.unwrap(), 1);
    }

    async fn a_row_that_was_given_another_turn_or_rotation_is_not_read_for_it(bench) {
        let rotation = bench.rotation("support").await.id;
        bench.rotation("pizza").await;
        let mut tx = bench.write().await;
        let note = written(&mut tx, note(rotation, 0)).await;
        tx.commit().await.unwrap();

        for assignment in [
            "rotation_id = (select rotation_id from rotations where name = 'pizza')",
            "rotation_id = (select rotation_id from rotations where name = 'support'),
             planned_at = '2026-06-01T00:00:00+00:00'",
        ] {
            tamper(&bench, assignment).await;
            let mut tx = bench.read().await;
            assert_eq!(tx.open_note(note.id).await.unwrap_err(), NoteFault::OtherTurn);
            assert!(tx.find_note(note.id).await.is_ok(), "the transaction stands");
        }
    }

    async fn what_was_sealed_for_another_row_does_not_open(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        let ana = written(&mut tx, note(rotation, 0)).await;
        let ben = written(&mut tx, NoteRecord { author: user("UBEN"), ..note(rotation, 0) }).await;
        tx.commit().await.unwrap();

        tamper(&bench, "sealed = (select n.sealed from notes n where n.author = 'UBEN')").await;

        let mut tx = bench.read().await;
        let fault = tx.open_note(ana.id).await.unwrap_err();
        assert!(fault.is_unreadable());
        assert_eq!(fault, NoteFault::Closed);
        assert_eq!(tx.open_note(ben.id).await.unwrap().reveal(), TEXT);
    }

    async fn a_note_whose_key_was_lost_names_the_key_and_the_others_open(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        let readable = written(&mut tx, note(rotation, 0)).await;
        tx.commit().await.unwrap();
        let rotated = Store::open(bench.database.settings(), two_keys()).await.unwrap();
        let mut tx = rotated.write(bench.workspace).await.unwrap();
        let lost = written(&mut tx, note(rotation, 0)).await;
        assert_eq!(tx.open_note(readable.id).await.unwrap().reveal(), TEXT);
        tx.commit().await.unwrap();

        let mut tx = bench.read().await;

        let fault = tx.open_note(lost.id).await.unwrap_err();
        assert_eq!(fault, NoteFault::UnknownKey { id: 2 });
        assert_eq!(tx.open_note(readable.id).await.unwrap().reveal(), TEXT);
    }

    async fn a_note_cannot_be_written_or_received_in_another_workspace(bench) {
        let rotation = bench.rotation("support").await.id;
        let mut tx = bench.write().await;
        let stored = written(&mut tx, note(rotation, 0)).await;
        tx.commit().await.unwrap();
        let other = bench.install("T2").await;

        let mut tx = bench.store.write(other).await.unwrap();
        assert_eq!(tx.open_note(stored.id).await.unwrap_err(), NoteFault::NotThere);
        let error = tx.insert_note(&note(rotation, 0), &text(TEXT)).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        drop(tx);
        let mut tx = bench.store.write(other).await.unwrap();
        let error = tx.insert_note_receiver(&receiver(&stored, "UBEN", 100)).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }
}

/// A key that is not the one of all tests.
pub(super) const SECOND_KEY: &str = "2:czzeTimlBoYDdqe2v+n98ft0c3ruzWLx4IS8E6hJkbY=";

/// Returns a new key in front of the one of all tests.
pub(super) fn two_keys() -> Arc<KeyRing> {
    let entries = format!("{SECOND_KEY},1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=");
    Arc::new(KeyRing::parse(&SecretString::from(entries)).expect("these are keys"))
}
