//! Notices: sealed for their row, and one for the same words.

use super::bench::at;
use super::{Bench, both_engines};
use domain::story::notice::Breach;
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

const WHAT: &str = "A backup of the harbour lay open";

fn breach() -> Breach {
    Breach {
        what: String::from(WHAT),
        when: String::from("on 1 June"),
        next_steps: String::from("It is closed."),
        contact: Some(String::from("mailto:security@bot.example")),
    }
}

async fn behind(bench: &Bench, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    if let Some(url) = bench.database.superuser_url() {
        PgConnection::connect(&url).await.unwrap().execute(statement).await.unwrap();
    } else {
        let url = bench.database.settings().url.expose_secret();
        SqliteConnection::connect(url).await.unwrap().execute(statement).await.unwrap();
    }
}

both_engines! {
    async fn a_notice_comes_back_as_it_was_is_one_and_is_stored_sealed(bench) {
        let mut tx = bench.write().await;
        assert!(tx.insert_breach(&breach(), at(0)).await.unwrap());
        assert!(!tx.insert_breach(&breach(), at(1)).await.unwrap(), "the same words are one notice");
        tx.commit().await.unwrap();

        let mut tx = bench.write().await;
        assert_eq!(tx.find_breach(breach().id()).await.unwrap(), Some(breach()));
        drop(tx);
        for (place, bytes) in bench.database.dump().await {
            let bytes = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!bytes.contains(WHAT), "{place}");
        }
    }

    async fn a_notice_that_was_moved_to_another_row_does_not_open(bench) {
        let other = Breach { when: String::from("on 2 June"), ..breach() };
        let mut tx = bench.write().await;
        tx.insert_breach(&breach(), at(0)).await.unwrap();
        tx.insert_breach(&other, at(1)).await.unwrap();
        tx.commit().await.unwrap();

        behind(&bench, "update notices set sealed = (select sealed from notices order by created_at limit 1)").await;

        let mut tx = bench.write().await;
        assert_eq!(tx.find_breach(breach().id()).await.unwrap(), Some(breach()));
        let fault = tx.find_breach(other.id()).await.unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("harbour"), "{fault}");
    }
}
