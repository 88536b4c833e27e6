//! A sealed note opens in its own row alone, and not when a single bit of it is otherwise.

use super::Bench;
use super::bench::{at, rotation, user};
use super::both_engines;
use super::notes::two_keys;
use crate::{NoteFault, NoteRecord, RotationRecord, Store, new_id};
use domain::ids::{NoteId, WorkspaceId};
use domain::note::NoteText;
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

const TEXT: &str = "the spare key is behind the blue door";

/// A hand in the database, past the store.
enum Hand {
    Postgres(Box<PgConnection>),
    Sqlite(Box<SqliteConnection>),
}

impl Hand {
    async fn of(bench: &Bench) -> Self {
        if let Some(url) = bench.database.superuser_url() {
            return Self::Postgres(Box::new(PgConnection::connect(&url).await.unwrap()));
        }
        let url = bench.database.settings().url.expose_secret();
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        // Hundreds of writes that nobody needs after the test.
        connection.execute("pragma synchronous = off").await.unwrap();
        Self::Sqlite(Box::new(connection))
    }

    /// Returns what is stored for a note of a workspace.
    async fn take(&mut self, (workspace, note): (WorkspaceId, NoteId)) -> Vec<u8> {
        const SQL: &str = "select sealed from notes where workspace_id = $1 and note_id = $2";
        let (workspace, note) = (workspace.as_uuid(), note.as_uuid());
        match self {
            Self::Postgres(connection) => {
                let query = sqlx::query_scalar(SQL).bind(workspace).bind(note);
                query.fetch_one(&mut **connection).await.unwrap()
            }
            Self::Sqlite(connection) => {
                let query = sqlx::query_scalar(SQL).bind(workspace).bind(note);
                query.fetch_one(&mut **connection).await.unwrap()
            }
        }
    }

    /// Stores other bytes for a note of a workspace.
    async fn put(&mut self, (workspace, note): (WorkspaceId, NoteId), sealed: &[u8]) {
        const SQL: &str = "update notes set sealed = $3 where workspace_id = $1 and note_id = $2";
        let (workspace, note) = (workspace.as_uuid(), note.as_uuid());
        let changed = match self {
            Self::Postgres(connection) => {
                let query = sqlx::query(SQL).bind(workspace).bind(note).bind(sealed);
                query.execute(&mut **connection).await.unwrap().rows_affected()
            }
            Self::Sqlite(connection) => {
                let query = sqlx::query(SQL).bind(workspace).bind(note).bind(sealed);
                query.execute(&mut **connection).await.unwrap().rows_affected()
            }
        };
        assert_eq!(changed, 1, "the row is there");
    }
}

fn note(rotation: &RotationRecord) -> NoteRecord {
    NoteRecord {
        id: NoteId::new(new_id(at(0))),
        rotation: rotation.id,
        planned_at: at(0),
        author: user("UANA"),
        is_for_channel: false,
        created_at: at(1),
        edited_at: None,
    }
}

/// Writes a note, and its rotation too.
async fn writes(store: &Store, workspace: WorkspaceId, of: &RotationRecord, note: &NoteRecord) {
    let mut tx = store.write(workspace).await.unwrap();
    if tx.find_rotation(of.id).await.unwrap().is_none() {
        tx.insert_rotation(of).await.unwrap();
    }
    tx.insert_note(note, &NoteText::new(TEXT.to_owned())).await.unwrap();
    tx.commit().await.unwrap();
}

async fn opens(store: &Store, workspace: WorkspaceId, note: NoteId) -> Result<String, NoteFault> {
    let mut tx = store.read(workspace).await.unwrap();
    tx.open_note(note).await.map(|text| text.reveal().to_owned())
}

both_engines! {
    async fn no_single_bit_of_a_note_can_be_changed(bench) {
        let (workspace, of) = (bench.workspace, rotation("support"));
        let note = note(&of);
        writes(&bench.store, workspace, &of, &note).await;
        let mut hand = Hand::of(&bench).await;
        let sealed = hand.take((workspace, note.id)).await;
        assert!(sealed.len() > 33 + TEXT.len());

        for bit in 0..sealed.len() * 8 {
            let mut bent = sealed.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            hand.put((workspace, note.id), &bent).await;
            let fault = opens(&bench.store, workspace, note.id).await.expect_err("it does not open");
            assert!(fault.is_unreadable(), "bit {bit}: {fault}");
        }

        hand.put((workspace, note.id), &sealed).await;
        assert_eq!(opens(&bench.store, workspace, note.id).await.as_deref(), Ok(TEXT));
        for shorter in [0, 1, 5, 17, 32, sealed.len() - 1] {
            hand.put((workspace, note.id), &sealed[..shorter]).await;
            let fault = opens(&bench.store, workspace, note.id).await.expect_err("it does not open");
            assert_eq!(fault, NoteFault::Closed, "{shorter} bytes");
        }
    }

    async fn a_note_opens_in_no_other_row_and_in_no_other_workspace(bench) {
        let (here, of) = (bench.workspace, rotation("support"));
        let there = bench.install("T2").await;
        let (one, other) = (note(&of), note(&of));
        // The same ids in both workspaces: nothing but the workspace tells them apart.
        for workspace in [here, there] {
            writes(&bench.store, workspace, &of, &one).await;
        }
        writes(&bench.store, here, &of, &other).await;
        let mut hand = Hand::of(&bench).await;
        let (at_home, elsewhere) = (hand.take((here, one.id)).await, hand.take((there, one.id)).await);
        let of_another = hand.take((here, other.id)).await;

        for (place, sealed) in [
            ((here, one.id), &elsewhere),
            ((there, one.id), &at_home),
            ((here, one.id), &of_another),
            ((here, other.id), &at_home),
        ] {
            hand.put(place, sealed).await;
            let (workspace, note) = place;
            let fault = opens(&bench.store, workspace, note).await.expect_err("it does not open");
            assert_eq!(fault, NoteFault::Closed);
        }
        for (place, sealed) in
            [((here, one.id), &at_home), ((there, one.id), &elsewhere), ((here, other.id), &of_another)]
        {
            hand.put(place, sealed).await;
            let (workspace, note) = place;
            assert_eq!(opens(&bench.store, workspace, note).await.as_deref(), Ok(TEXT));
        }
    }

    async fn a_note_opens_under_no_other_key_id(bench) {
        let (workspace, of) = (bench.workspace, rotation("support"));
        let note = note(&of);
        writes(&bench.store, workspace, &of, &note).await;
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();
        assert_eq!(opens(&both, workspace, note.id).await.as_deref(), Ok(TEXT));
        let mut hand = Hand::of(&bench).await;
        let sealed = hand.take((workspace, note.id)).await;
        let with_id = |id: u32| [&sealed[..1], &id.to_be_bytes(), &sealed[5..]].concat();

        hand.put((workspace, note.id), &with_id(2)).await;
        assert_eq!(opens(&both, workspace, note.id).await, Err(NoteFault::Closed));
        hand.put((workspace, note.id), &with_id(3)).await;
        assert_eq!(opens(&both, workspace, note.id).await, Err(NoteFault::UnknownKey { id: 3 }));
        hand.put((workspace, note.id), &with_id(1)).await;
        assert_eq!(opens(&both, workspace, note.id).await.as_deref(), Ok(TEXT));
    }
}
