//! Whoever wants to be forgotten is: nothing that is stored names them any more, and the duty goes on without them.

use stories::{Play, both_engines};

/// Presses the button in the last answer that somebody alone sees in `#support`, and returns the next such answer.
async fn presses_last(play: &Play, who: &str, action: &str) -> String {
    let last = answers(play, who).await.pop().expect("an answer");
    play.presses(who, &last, action).await;
    answers(play, who).await.pop().expect("an answer").text
}

async fn answers(play: &Play, who: &str) -> Vec<stories::Seen> {
    let mut seen = play.messages("support", who).await;
    seen.retain(|seen| seen.ephemeral_to.is_some());
    seen
}

/// Returns the places of the database in which a word stands.
async fn finds(play: &Play, word: &str) -> Vec<String> {
    let dump = play.database().dump().await;
    let is_in = |bytes: &[u8]| bytes.windows(word.len()).any(|part| part == word.as_bytes());
    dump.into_iter().filter(|(_, bytes)| is_in(bytes)).map(|(place, _)| place.clone()).collect()
}

both_engines! {
    async fn who_asks_to_be_erased_is_named_nowhere_and_the_duty_goes_on(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-15T08:00:00Z").await;
        play.types("ben", "/rotation ooo add 2026-08-10 to 2026-08-14").await;
        play.types("ben", "/rotation export me").await;
        assert!(!finds(&play, "U0BEN").await.is_empty());

        let asked = play.types("ben", "/rotation erase me").await;
        let done = presses_last(&play, "ben", "data_erase").await;
        play.waits("10m").await;

        assert!(asked.contains("at once and for good") && asked.contains("[Erase me]"), "{asked}");
        assert!(done.contains("nothing that I keep names you any more"), "{done}");
        assert_eq!(finds(&play, "U0BEN").await, Vec::<String>::new());
        let history = play.types("ana", "/rotation history").await;
        assert!(history.contains("former member") && !history.contains("U0BEN"), "{history}");
        let next = play.types("ana", "/rotation next support 6").await;
        assert!(next.contains("Cho") && next.contains("Dee") && !next.contains("Ben"), "{next}");
        play.waits_until("2026-06-29T08:00:00Z").await;
        let who = play.types("ana", "/rotation who").await;
        assert!(who.contains("Cho is on duty"), "{who}");
    }

    async fn a_guest_is_erased_as_well_and_nobody_erases_somebody_else(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "eli"]).await;
        play.makes_guest("eli", true).await;
        play.waits("1m").await;

        let other = play.types("ben", "/rotation erase <@U0ELI>").await;
        play.types("eli", "/rotation erase me").await;
        let done = presses_last(&play, "eli", "data_erase").await;
        play.waits("10m").await;

        assert!(other.contains("/rotation erase me"), "{other}");
        assert!(done.contains("nothing that I keep names you"), "{done}");
        assert_eq!(finds(&play, "U0ELI").await, Vec::<String>::new());
    }
}
