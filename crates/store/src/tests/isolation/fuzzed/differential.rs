//! From within one workspace nothing of another is seen or changed, whatever is called with whatever ids, in any order.

use super::super::filled::{Rows, Tenant, backwards, fill, stored};
use super::super::{Bench, both_engines, run, superuser};
use super::{Aim, all_calls, calls, shown};
use crate::tests::bench::at;
use crate::{Heard, Store};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fmt::Write as _;

/// Whose ids are used: one's own, the other's, and those that both have.
const TAGS: [&str; 3] = ["one", "two", "twin"];

/// A workspace that asks, and one that must not notice.
struct Pair {
    bench: Bench,
    here: Tenant,
    there: Tenant,
    before: Rows,
}

impl Pair {
    async fn on(bench: Bench) -> Self {
        let here = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
        let there = fill(&bench.store, &Tenant::new("TT", "finch", "two")).await;
        let before = stored(&bench.database, there.id).await;
        Self { bench, here, there, before }
    }

    fn store(&self) -> &Store {
        &self.bench.store
    }

    fn aim(&self, tag: &'static str) -> Aim {
        let target = if tag == "one" { &self.here } else { &self.there };
        Aim::at(&self.here, target, tag)
    }

    /// Fails where a text holds a word of the other workspace.
    fn check_text(&self, text: &str, what: &str) {
        for word in [self.there.word, &backwards(self.there.word)] {
            assert!(!text.contains(word), "{what} shows what is another's: {text}");
        }
    }

    /// Fails where anything of the other workspace is not as it was.
    async fn check_rows(&self, what: &str) {
        let after = stored(&self.bench.database, self.there.id).await;
        for (table, rows) in &self.before.tables {
            assert_eq!(Some(rows), after.tables.get(table), "{what} changed {table} of another");
        }
        assert_eq!(self.before.tables.len(), after.tables.len());
    }

    /// Makes calls in one transaction, looks at what comes back, and returns what was called.
    async fn make(&self, calls: &[(usize, &'static str)], is_kept: bool) -> String {
        let all = all_calls();
        let mut tx = self.store().write(self.here.id).await.unwrap();
        let mut made = String::new();
        for (call, tag) in calls {
            let (file, name) = all[*call % all.len()];
            let _ = write!(made, "{file}::{name} with ids of {tag}; ");
            let text = calls::call(file, name, &mut tx, &self.aim(tag)).await;
            self.check_text(&text, &made);
        }
        if is_kept {
            // What failed before cannot be kept, which is no matter here.
            let _ = tx.commit().await;
        } else {
            drop(tx);
        }
        made
    }

    /// Returns what a call answers with another's ids, and with ids that nobody has.
    async fn answers(&self, file: &str, name: &str) -> [String; 2] {
        let mut answers = [String::new(), String::new()];
        let aims = [self.aim("two"), Aim::at_nothing(&self.here)];
        for (answer, aim) in answers.iter_mut().zip(aims) {
            let mut tx = self.store().write(self.here.id).await.unwrap();
            *answer = calls::call(file, name, &mut tx, &aim).await;
        }
        answers
    }

    async fn make_each(&self) {
        for tag in TAGS {
            // First each by itself, while all rows are there, and then one after the other.
            for is_kept in [false, true] {
                let mut made = String::new();
                for call in 0..all_calls().len() {
                    made.push_str(&self.make(&[(call, tag)], is_kept).await);
                    if is_kept && call % 16 == 15 {
                        self.check_rows(&std::mem::take(&mut made)).await;
                    }
                }
                self.check_rows(&made).await;
            }
        }
    }
}

/// Returns how many calls show the word of the workspace that makes them: the words are where they can be found.
async fn telling(pair: &Pair) -> usize {
    let mut count = 0;
    for (file, name) in all_calls() {
        let mut tx = pair.store().write(pair.there.id).await.unwrap();
        let aim = Aim::at(&pair.there, &pair.there, "two");
        let text = calls::call(file, name, &mut tx, &aim).await;
        count += usize::from(text.contains(pair.there.word));
    }
    count
}

both_engines! {
    async fn no_call_shows_or_changes_anything_of_another_workspace(bench) {
        let pair = Pair::on(bench).await;
        let telling = telling(&pair).await;
        assert!(telling >= 45, "{telling} calls show the words of their own workspace");
        pair.check_rows("looking").await;

        pair.make_each().await;
    }

    async fn another_workspaces_row_is_no_different_from_one_that_nobody_has(bench) {
        let pair = Pair::on(bench).await;

        for (file, name) in all_calls() {
            let mut answers = pair.answers(file, name).await;
            // What was dropped is rolled back a moment later, and passed over as long as it is locked.
            for _ in 0..50 {
                if answers[0] == answers[1] {
                    break;
                }
                answers = pair.answers(file, name).await;
            }

            assert_eq!(answers[0], answers[1], "{file}::{name} tells that there is such a row elsewhere");
        }
    }

    async fn nothing_that_is_done_without_a_transaction_of_ones_own_does_either(bench) {
        let pair = Pair::on(bench).await;

        for tag in TAGS {
            let aim = pair.aim(tag);
            let entry = shown(&pair.store().enter(pair.here.id, &aim.maker.entry()).await);
            pair.check_text(&entry, "enter");
            for delivery in &aim.deliveries {
                let channel = aim.maker.channel("heard");
                let told = aim.maker.users().into_iter().map(|user| (aim.maker.note_id(), user));
                let told: Vec<_> = told.collect();
                let heard = Heard { delivery: *delivery, channel: &channel, ts: "1.3", told: &told };
                let said = pair.store().record_heard(pair.here.id, &heard, at(9)).await;
                pair.check_text(&shown(&said), "record_heard");
            }
            let version = shown(&pair.store().version(pair.here.id).await);
            pair.check_text(&version, "version");
            pair.check_rows("without a transaction of one's own").await;
        }
        let (store, here) = (pair.store(), pair.here.id);
        let (ana, nobody) = (pair.aim(TAGS[0]).maker.users().remove(0), domain::ids::UserId::new("UNOBODY"));
        for (name, text) in [
            ("chain_audit", shown(&store.chain_audit().await)),
            ("verify_audit", shown(&store.verify_audit(here, None, at(20)).await)),
            ("find_audit_end", shown(&store.find_audit_end(here).await)),
            ("count_by_key", shown(&store.count_by_key(here).await)),
            ("count_rows", shown(&store.count_rows(here).await)),
            ("canary_key", shown(&store.canary_key().await)),
            ("erase_from_audit", shown(&store.erase_from_audit(here, &ana, &nobody).await)),
            ("erase_from_answered", shown(&store.erase_from_answered(here, &ana).await)),
            ("sign_audit_anew", shown(&store.sign_audit_anew(here).await)),
            ("reseal", shown(&store.reseal(here).await)),
            ("reseal_canary", shown(&store.reseal_canary().await)),
            ("prune_audit", shown(&store.prune_audit(here, at(9_000)).await)),
            ("purge", shown(&store.purge(here).await)),
        ] {
            assert!(text.starts_with("Ok"), "{name}: {text}");
            pair.check_text(&text, name);
            pair.check_rows(name).await;
        }
    }
}

/// The statements alone keep workspaces apart: the policies are the second line, and here they let everything through.
#[tokio::test]
async fn without_any_policy_the_statements_alone_show_and_change_nothing_of_another() {
    let pair = Pair::on(Bench::postgres().await).await;
    let mut connection = superuser(&pair.bench.database).await;
    let policies: Vec<(String, String)> = sqlx::query_as(
        "select policyname::text, tablename::text from pg_policies where 'asyncbot_app' = any(roles::text[])",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(policies.len() >= 18);
    for (name, table) in policies {
        let loosen = format!("alter policy {name} on {table} using (true) with check (true)");
        run(&mut connection, &loosen).await;
    }

    pair.make_each().await;
}

fn mixed(bench: impl Future<Output = Bench>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let pair = runtime.block_on(async { Pair::on(bench.await).await });
    let call = (0..all_calls().len(), 0..TAGS.len()).prop_map(|(call, tag)| (call, TAGS[tag]));
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);

    let outcome = runner.run(&(vec(call, 1..10), any::<bool>()), |(calls, is_kept)| {
        runtime.block_on(async {
            let made = pair.make(&calls, is_kept).await;
            if is_kept {
                pair.check_rows(&made).await;
            }
        });
        Ok(())
    });

    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    runtime.block_on(pair.bench.store.close());
}

#[test]
fn on_sqlite_no_mix_of_calls_shows_or_changes_anything_of_another_workspace() {
    mixed(Bench::sqlite());
}

#[test]
fn on_postgres_no_mix_of_calls_shows_or_changes_anything_of_another_workspace() {
    mixed(Bench::postgres());
}
