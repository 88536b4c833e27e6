//! Workspaces and people.

use super::bench::{at, install, team, user};
use super::both_engines;
use crate::tx::run;
use crate::{PersonRecord, StoreError, TurnState, Tx};
use domain::ids::WorkspaceId;
use domain::settings::Preferences;
use secrecy::ExposeSecret;

pub(super) fn person(name: &str) -> PersonRecord {
    PersonRecord {
        user: user(name),
        display_name: format!("{name} <&> ünï"),
        zone: Some(String::from("Europe/Berlin")),
        is_deactivated: false,
        is_admin: true,
        is_bot: false,
        is_guest: true,
        is_foreign: true,
        refreshed_at: at(0),
    }
}

async fn stored_token(tx: &mut Tx) -> Result<Option<Vec<u8>>, StoreError> {
    let workspace = tx.workspace();
    run!(tx, workspaces::find_bot_token(workspace))
}

both_engines! {
    async fn an_installation_is_found_again_with_its_token(bench) {
        let mut tx = bench.read().await;

        let found = tx.find_workspace().await.unwrap().unwrap();
        let token = tx.find_bot_token().await.unwrap().unwrap();

        assert_eq!(found.team, team("T1"));
        assert_eq!(found.id, bench.workspace);
        assert_eq!(found.scopes, ["chat:write", "commands"]);
        assert!(found.is_active);
        assert_eq!(found.installed_at, at(0));
        assert_eq!(token.expose_secret(), "xoxb-secret");
    }

    async fn a_workspace_that_was_never_installed_is_not_there(bench) {
        let other = WorkspaceId::of_team(&team("T9"));
        let mut tx = bench.store.read(other).await.unwrap();

        assert_eq!(tx.find_workspace().await.unwrap(), None);
        assert!(tx.find_bot_token().await.unwrap().is_none());
    }

    async fn an_installation_of_another_team_is_refused(bench) {
        let mut tx = bench.write().await;

        let error = tx.upsert_workspace(&install("T2", "xoxb-2", at(0))).await.unwrap_err();

        assert!(matches!(error, StoreError::Settings(_)));
    }

    async fn an_uninstallation_deletes_the_token(bench) {
        let mut tx = bench.write().await;
        assert!(tx.deactivate_workspace(at(60)).await.unwrap());
        tx.commit().await.unwrap();

        let mut tx = bench.read().await;
        assert!(!tx.find_workspace().await.unwrap().unwrap().is_active);
        assert!(tx.find_bot_token().await.unwrap().is_none());
        let sealed = bench.store.count_by_key(bench.workspace).await.unwrap();
        assert!(sealed.is_empty(), "nothing sealed is left in the row: {sealed:?}");
    }

    async fn an_old_uninstallation_does_not_end_a_newer_installation(bench) {
        let mut tx = bench.write().await;
        tx.upsert_workspace(&install("T1", "xoxb-new", at(100))).await.unwrap();

        assert!(!tx.deactivate_workspace(at(60)).await.unwrap());

        assert_eq!(tx.find_bot_token().await.unwrap().unwrap().expose_secret(), "xoxb-new");
    }

    async fn an_uninstallation_of_the_second_of_the_installation_is_of_the_one_before(bench) {
        let mut tx = bench.write().await;

        assert!(!tx.deactivate_workspace(at(0)).await.unwrap());
        assert!(tx.deactivate_workspace(at(1)).await.unwrap());
        assert!(!tx.deactivate_workspace(at(2)).await.unwrap(), "it is gone already");
    }

    async fn only_the_installation_that_is_meant_is_ended(bench) {
        let mut tx = bench.write().await;
        tx.upsert_workspace(&install("T1", "xoxb-new", at(100))).await.unwrap();

        assert!(!tx.end_install(at(0), at(200)).await.unwrap(), "that one was replaced");
        assert!(tx.find_bot_token().await.unwrap().is_some());

        assert!(tx.end_install(at(100), at(200)).await.unwrap());
        assert!(!tx.find_workspace().await.unwrap().unwrap().is_active);
        assert!(tx.find_bot_token().await.unwrap().is_none());
        assert!(!tx.end_install(at(100), at(201)).await.unwrap(), "it is gone already");
    }

    async fn an_installation_after_an_uninstallation_works_again(bench) {
        let mut tx = bench.write().await;
        tx.deactivate_workspace(at(60)).await.unwrap();

        tx.upsert_workspace(&install("T1", "xoxb-again", at(120))).await.unwrap();

        assert!(tx.find_workspace().await.unwrap().unwrap().is_active);
        assert_eq!(tx.find_bot_token().await.unwrap().unwrap().expose_secret(), "xoxb-again");
    }

    async fn people_are_found_by_their_ids_and_only_those_who_are_known(bench) {
        let mut tx = bench.write().await;
        tx.upsert_person(&person("UANA")).await.unwrap();
        tx.upsert_person(&person("UBEN")).await.unwrap();

        let mut found =
            tx.find_people(&[user("UBEN"), user("UANA"), user("UNOBODY\"'")]).await.unwrap();

        found.sort_by(|a, b| a.user.cmp(&b.user));
        assert_eq!(found, [person("UANA"), person("UBEN")]);
        assert!(tx.find_people(&[]).await.unwrap().is_empty());
    }

    async fn an_older_description_of_a_person_does_not_replace_a_newer_one(bench) {
        let mut tx = bench.write().await;
        let newer = PersonRecord { refreshed_at: at(10), is_admin: false, ..person("UANA") };
        tx.upsert_person(&newer).await.unwrap();

        tx.upsert_person(&person("UANA")).await.unwrap();

        assert_eq!(tx.find_people(&[user("UANA")]).await.unwrap(), [newer]);
    }

    async fn what_a_person_chose_is_held_and_found_again(bench) {
        let mut tx = bench.write().await;
        let usual = tx.lock_preferences(&user("UANA")).await.unwrap();
        let chosen = Preferences { has_quiet_nights: true, home_page: 2, ..usual.clone() };

        tx.record_preferences(&user("UANA"), &chosen).await.unwrap();

        assert_eq!(usual, Preferences::default());
        assert_eq!(tx.lock_preferences(&user("UANA")).await.unwrap(), chosen);
        let asked = [user("UANA"), user("UBEN")];
        assert_eq!(tx.find_preferences_of(&asked).await.unwrap(), [(user("UANA"), chosen)]);
        assert!(tx.find_preferences_of(&[]).await.unwrap().is_empty());
    }

    async fn the_token_is_nowhere_in_the_database_as_it_is(bench) {
        let mut tx = bench.read().await;

        let bytes = stored_token(&mut tx).await.unwrap().unwrap();

        assert!(!bytes.windows(5).any(|window| window == b"xoxb-"));
    }
}

#[test]
fn stored_words_come_back() {
    assert_eq!(TurnState::parse(TurnState::Missed.as_str()), Some(TurnState::Missed));
    assert_eq!(TurnState::parse("other"), None);
}
