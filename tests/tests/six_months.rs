//! Six months in the life of a workspace: people come and go, are away and cover, a channel is archived, the app is removed
//! and installed again. Every message that anybody reads is in the snapshot.

use insta::assert_snapshot;
use stories::{Diary, Seen, both_engines};

both_engines! {
    async fn a_workspace_lives_through_six_months(play at "2026-01-02T10:00:00Z") {
        let mut diary = Diary::begin(&play, &["support", "general"]);

        diary.notes("January: a rotation of four");
        play.makes_support("2026-01-05", &["ana", "ben", "cho", "dee"]).await;
        diary.looks().await;
        diary.types("ben", "/rotation ooo add 12 Jan to 16 Jan").await;
        diary.waits_until("2026-01-13T10:00:00Z").await;
        diary.types("dee", "/rotation who").await;
        diary.types("dee", "/rotation").await;
        diary.types("ben", "/rotation next 4").await;

        diary.notes("Eli joins, and the order is changed");
        diary.types("ana", "/rotation add <@U0ELI>").await;
        diary.looks().await;
        diary.types("ben", "/rotation order <@U0BEN> <@U0ELI>").await;
        diary.types("ana", "/rotation order <@U0BEN> <@U0ELI> <@U0ANA> <@U0CHO> <@U0DEE>").await;
        diary.waits_until("2026-01-27T10:00:00Z").await;

        diary.notes("February: the one on duty hands over");
        diary.waits_until("2026-02-04T09:00:00Z").await;
        diary.types("dee", "/rotation show").await;
        diary.confirms("eli", "/rotation handover to <@U0DEE>").await;
        diary.types("dee", "/rotation who").await;
        diary.waits_until("2026-02-10T10:00:00Z").await;

        diary.notes("Everybody is away for a week, and one of them takes the turn");
        for who in ["ana", "ben", "cho", "dee", "eli"] {
            diary.types(who, "/rotation ooo add 16 Feb to 20 Feb").await;
        }
        diary.waits_until("2026-02-16T09:00:00Z").await;
        let asked = play.channel("support").await;
        let asks = |seen: &&Seen| seen.buttons.iter().any(|button| button == "take_turn");
        let asked = asked.iter().rfind(asks).expect("the channel is asked").clone();
        play.presses("cho", &asked, "take_turn").await;
        diary.looks().await;
        diary.waits_until("2026-02-23T10:00:00Z").await;

        diary.notes("March: Ben leaves Slack while he is on duty, or not");
        diary.waits_until("2026-03-03T10:00:00Z").await;
        play.deactivates("ben").await;
        diary.looks().await;
        diary.waits_until("2026-03-10T10:00:00Z").await;
        diary.types("ana", "/rotation list").await;

        diary.notes("Easter: the team rests");
        diary.types("ana", "/rotation pause until 7 Apr").await;
        diary.waits_until("2026-03-31T10:00:00Z").await;
        diary.types("cho", "/rotation who").await;
        diary.waits_until("2026-04-08T10:00:00Z").await;
        diary.types("cho", "/rotation who").await;
        diary.waits_until("2026-04-14T10:00:00Z").await;

        diary.notes("April: the channel is archived, and the rotation moves");
        play.archives("#support").await;
        diary.waits_until("2026-04-21T10:00:00Z").await;
        play.unarchives("#support").await;
        diary.waits_until("2026-04-28T10:00:00Z").await;

        diary.notes("May: the app is removed, and installed again a week later");
        play.uninstalls().await;
        diary.waits_until("2026-05-12T10:00:00Z").await;
        play.installs().await;
        diary.waits_until("2026-05-19T10:00:00Z").await;

        diary.notes("Dee leaves the rotation at the next handoff, and Cho gets a new name");
        diary.types("ana", "/rotation remove <@U0DEE> at the next handoff").await;
        play.renames_person("cho", "Cho (she/her)").await;
        diary.waits_until("2026-05-26T10:00:00Z").await;

        diary.notes("June: the bot is down for two weeks");
        play.ends_bot("kill").await;
        play.waits_until("2026-06-12T10:00:00Z").await;
        play.starts_bot().await;
        diary.looks().await;
        diary.types("ana", "/rotation history").await;
        diary.types("ana", "/rotation stats").await;

        diary.notes("The rotation is deleted by mistake, and brought back");
        diary.confirms("ana", "/rotation delete").await;
        play.waits("1m").await;
        diary.looks().await;
        diary.waits_until("2026-06-16T10:00:00Z").await;
        diary.types("ana", "/rotation undelete support").await;
        diary.waits_until("2026-06-23T10:00:00Z").await;
        diary.waits_until("2026-07-01T10:00:00Z").await;
        diary.types("eli", "/rotation next 5").await;

        assert_snapshot!("six_months", diary.text());
    }
}
