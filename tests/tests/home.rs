//! The App Home: what each person sees there, and that it stays true.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, both_engines, plain_view};

both_engines! {
    async fn somebody_without_a_rotation_sees_what_they_can_do(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;

        let home = play.opens_home("eli").await;

        assert_snapshot!("the_home_of_nobody", plain_view(&home));
    }

    async fn a_member_on_duty_sees_duties_rotations_and_absences(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("cho", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
        play.waits_until("2026-06-08T07:00:10Z").await;

        let ben = play.opens_home("ben").await;
        let cho = play.opens_home("cho").await;

        assert_snapshot!("the_home_of_a_member_on_duty", plain_view(&ben));
        assert_snapshot!("the_home_of_a_member_who_is_away", plain_view(&cho));
    }

    async fn an_admin_sees_the_workspace_and_what_is_wrong(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_admin("dee", true).await;

        let ana = play.opens_home("ana").await;
        let dee = play.opens_home("dee").await;

        assert_snapshot!("the_home_of_an_admin", plain_view(&ana));
        assert!(plain_view(&dee).contains("This workspace"), "an admin by Slack's word: {dee}");
    }

    async fn a_guest_looks_only(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_guest("eli", true).await;

        let home = play.opens_home("eli").await;
        let pressed = play.clicks_in_view("eli", &home, "show_next").await;

        assert_snapshot!("the_home_of_a_guest", plain_view(&home));
        assert_eq!(pressed["views_opened"][0]["title"]["text"], "Who is next", "{pressed}");
    }

    async fn a_person_in_thirty_rotations_turns_pages(play at "2026-06-05T10:00:00Z") {
        for number in 1..=30 {
            makes(&play, &format!("team {number:02}"), &["U0BEN", "U0CHO"]).await;
        }

        let first = play.opens_home("ben").await;
        play.clicks_in_view("ben", &first, "home_page_after").await;
        let second = play.home("ben").await.expect("a home");
        play.clicks_in_view("ben", &second, "home_page_after").await;
        let third = play.home("ben").await.expect("a home");

        for (place, home) in [&first, &second, &third].into_iter().enumerate() {
            assert_eq!(home["private_metadata"], place.to_string());
            assert!(home["blocks"].as_array().expect("blocks").len() <= 100);
        }
        let headers: Vec<String> = [&first, &second, &third].map(rotations_title).into();
        assert_eq!(headers, ["Your rotations, page 1 of 3", "Your rotations, page 2 of 3", "Your rotations, page 3 of 3"]);
        assert!(plain_view(&first).contains("*team 12*") && !plain_view(&first).contains("*team 13* in"));
        assert!(plain_view(&third).contains("*team 30* in"));
        assert!(!has_button(&first, "home_page_before") && !has_button(&third, "home_page_after"));

        // What changes meanwhile is shown on the page that the person has before them.
        play.types("ben", "/rotation ooo add 2026-07-01 to 2026-07-03").await;
        play.waits("5s").await;
        assert_eq!(rotations_title(&play.home("ben").await.expect("a home")), "Your rotations, page 3 of 3");
    }

    async fn names_with_every_trick_stay_names(play at "2026-06-05T10:00:00Z") {
        play.renames_person("cho", "<!channel> *Cho* `x` <https://evil.example|Slack>").await;
        play.renames_person("dee", "\u{202e}nimda\u{202c} & נעמי").await;
        makes(&play, "<!here> ~*_`rota`_*~ & <@U0ELI>", &["U0BEN", "U0CHO", "U0DEE"]).await;
        play.waits("5s").await;

        let home = play.opens_home("ben").await;

        assert_snapshot!("a_home_with_tricky_names", plain_view(&home));
        // What a button is called by ear is plain text, which Slack does not parse.
        let raw = parsed(&home).join("\n");
        assert!(!raw.contains("<!channel>") && !raw.contains("<!here>") && !raw.contains("<https:"), "{raw}");
    }

    async fn a_home_follows_what_changes_for_whoever_opened_it(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.opens_home("ben").await;
        let before = published(&play).await;

        // Two changes within a second are shown at once.
        play.types("cho", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
        play.types("dee", "/rotation ooo add 2026-07-15 to 2026-07-19").await;
        play.waits("5s").await;

        assert_eq!(published(&play).await, before + 1, "one view for both changes, and none for cho and dee");
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("passes over Cho"), "{home}");

        play.waits_until("2026-06-08T07:00:10Z").await;
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.starts_with("Your duties\nYou are on duty for *support*"), "{home}");
        assert_eq!(play.home("cho").await, None, "who never opened it is shown nothing");
    }

    async fn who_manages_a_rotation_changes_it_from_the_home(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let home = play.opens_home("ana").await;
        let menu = options(&home, "menu");
        assert_eq!(menu.len(), 5, "{menu:?}");

        let mut opened = Vec::new();
        for choice in &menu {
            let done = play.chooses_in_view("ana", &home, "menu", choice).await;
            opened.push(done["views_opened"][0]["callback_id"].clone());
            play.closes("ana").await;
        }

        assert_eq!(
            opened,
            ["roster_order", "roster_add", "roster_remove", "lifecycle_edit", "settings_rotation"]
        );
        let of_member = play.opens_home("ben").await;
        assert!(!has_button(&of_member, "menu"), "{of_member}");
    }

    async fn who_is_in_no_rotation_finds_all_with_a_button(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let home = play.opens_home("eli").await;

        let pressed = play.clicks_in_view("eli", &home, "home_all").await;

        let view = &pressed["views_opened"][0];
        assert_eq!(view["title"]["text"], "All rotations", "{pressed}");
        assert!(plain_view(view).contains("*support* in"), "{view}");
    }

    async fn a_duty_is_left_from_the_card_that_opens_in_the_home(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ben", "cho"]).await;
        let home = play.opens_home("ben").await;
        let card = play.clicks_in_view("ben", &home, "lifecycle_show").await["views_opened"][0].clone();

        let asked = play.clicks_in_view("ben", &card, "roster_leave_myself").await["views_opened"][0].clone();
        let left = play.clicks_in_view("ben", &asked, "roster_leave_now").await;

        assert_eq!(asked["title"]["text"], "One question", "{asked}");
        assert_eq!(left["views_opened"][0]["title"]["text"], "Done", "{left}");
        assert!(play.types("ana", "/rotation who").await.contains("Cho is on duty"));
    }

    async fn a_home_follows_names_and_standings(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.opens_home("ben").await;
        let now = async |play: &Play| {
            play.waits("5s").await;
            plain_view(&play.home("ben").await.expect("a home"))
        };

        play.renames_person("cho", "Choana").await;
        let named = now(&play).await;
        play.makes_admin("ben", true).await;
        let as_admin = now(&play).await;
        play.makes_admin("ben", false).await;
        play.makes_guest("ben", true).await;
        let as_guest = now(&play).await;
        let before = published(&play).await;
        play.waits("10m").await;

        assert!(named.contains(": Choana"), "{named}");
        assert!(as_admin.contains("This workspace"), "{as_admin}");
        assert!(as_guest.starts_with("Rotations\nGuests"), "{as_guest}");
        assert_eq!(published(&play).await, before, "nothing changed any more");
    }

    async fn the_home_of_an_admin_follows_channels_and_rotations(play at "2026-06-05T10:00:00Z") {
        play.makes_admin("dee", true).await;
        play.opens_home("dee").await;
        let now = async |play: &Play| {
            play.waits("5s").await;
            plain_view(&play.home("dee").await.expect("a home"))
        };

        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let made = now(&play).await;
        play.archives("#support").await;
        let archived = now(&play).await;
        play.unarchives("#support").await;
        let back = now(&play).await;
        play.types("ana", "/rotation remove <@U0BEN> <@U0CHO>").await;
        let mut said = play.messages("support", "ana").await.into_iter();
        let question = said.rfind(|seen| seen.ephemeral_to.is_some()).expect("it is asked");
        play.presses("ana", &question, "roster_leave_now").await;
        let empty = now(&play).await;

        assert!(made.contains("There is one rotation, and nothing is wrong with it."), "{made}");
        assert!(archived.contains("is archived."), "{archived}");
        assert!(back.contains("nothing is wrong with it."), "{back}");
        assert!(empty.contains("nobody is in it."), "{empty}");
    }

    async fn what_time_alone_changes_is_shown_when_it_does(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_guest("eli", true).await;
        let form = play.opens("ana", "/rotation edit").await;
        play.submits("ana", form["id"].as_str().expect("an id"), &json!({"duty_hours": "Mon-Fri 09:00-17:00"})).await;
        let confirm = play.modals("ana").await.pop().expect("the turns before and after");
        play.submits("ana", confirm["id"].as_str().expect("an id"), &json!({})).await;
        play.closes("ana").await;
        play.types("ben", "/rotation ooo add 2026-06-12").await;
        play.opens_home("ben").await;
        play.opens_home("eli").await;
        let now = async |play: &Play, who: &str| plain_view(&play.home(who).await.expect("a home"));

        // In Berlin it is nine on Monday, then five, and nine on the next day.
        play.waits_until("2026-06-08T07:00:10Z").await;
        let (on_duty, seen) = (now(&play, "ben").await, now(&play, "eli").await);
        play.waits_until("2026-06-08T15:00:10Z").await;
        let (in_the_evening, seen_in_the_evening) = (now(&play, "ben").await, now(&play, "eli").await);
        play.waits_until("2026-06-09T07:00:10Z").await;
        let in_the_morning = now(&play, "ben").await;
        play.waits_until("2026-06-12T22:00:10Z").await;
        let back = now(&play, "ben").await;

        assert!(on_duty.contains("You are on duty for *support*") && seen.contains("Ben is on duty"), "{on_duty}\n{seen}");
        assert!(in_the_evening.contains("You are not on duty now."), "{in_the_evening}");
        assert!(seen_in_the_evening.contains("Nobody needs to be on duty"), "{seen_in_the_evening}");
        assert!(in_the_morning.contains("You are on duty for *support*"), "{in_the_morning}");
        assert!(in_the_morning.contains("Away on "), "{in_the_morning}");
        assert!(back.contains("You have no absence ahead."), "{back}");
    }

    async fn an_absence_is_taken_back_in_the_home(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
        let home = play.opens_home("ben").await;

        let pressed = play.clicks_in_view("ben", &home, "remove_absence").await;
        play.waits("5s").await;
        let again = play.clicks_in_view("ben", &home_or_old(&play, &home).await, "enter_absence").await;

        assert_snapshot!("what_became_of_the_press", plain_view(&pressed["views_opened"][0]));
        assert_eq!(again["views_opened"][0]["callback_id"], "enter_absence", "{again}");
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("You have no absence ahead."), "{home}");
        assert!(play.types("ben", "/rotation ooo list").await.contains("no absence"));
    }

    async fn an_outcome_whose_window_does_not_open_is_told_directly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-19").await;
        let home = play.opens_home("ben").await;

        play.breaks(&json!({"method": "views.open", "kind": "500"})).await;
        play.clicks_in_view("ben", &home, "remove_absence").await;
        play.waits("5s").await;

        let told = play.dms("ben").await;
        assert!(told.iter().any(|dm| dm.text.contains("Taken back")), "{told:#?}");
    }

    async fn a_home_that_slack_does_not_take_delays_no_message(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.opens_home("ben").await;

        play.breaks(&json!({"method": "views.publish", "kind": "429", "times": 1, "retry_after_s": 120})).await;
        play.types("ben", "/rotation ooo add 2026-07-15 to 2026-07-19").await;
        play.waits_until("2026-06-08T07:00:10Z").await;

        assert_eq!(play.dms("ben").await.len(), 1, "the on-duty message came");
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("You are on duty for *support*"), "{home}");
    }

    async fn a_view_of_which_slack_says_nothing_is_published_again(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.opens_home("ben").await;

        play.breaks(&json!({"method": "views.publish", "kind": "500", "times": 2})).await;
        play.types("ben", "/rotation ooo add 2026-07-15 to 2026-07-19").await;
        play.waits("2m").await;

        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("[Take it back]"), "{home}");
    }

    async fn a_home_that_is_switched_off_is_asked_for_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let home = play.opens_home("ben").await;
        play.act(&json!({"team": play.team(), "user": "U0BEN", "home_tab": "off"})).await;
        let before = published(&play).await;

        play.types("ben", "/rotation ooo add 2026-07-15 to 2026-07-19").await;
        play.waits("1h").await;
        play.types("ben", "/rotation ooo add 2026-08-15 to 2026-08-19").await;
        play.waits("1h").await;

        assert_eq!(published(&play).await, before + 1, "it is not tried again and again");
        play.act(&json!({"team": play.team(), "user": "U0BEN", "home_tab": "on"})).await;
        assert_ne!(play.opens_home("ben").await["hash"], home["hash"], "a visit shows it again");
    }

    async fn the_messages_tab_publishes_nothing(play at "2026-06-05T10:00:00Z") {
        let event = json!({"type": "app_home_opened", "user": "U0BEN", "channel": "D0BEN", "tab": "messages"});
        play.happens(&event).await;
        play.waits("5s").await;

        assert_eq!(published(&play).await, 0);
    }
}

/// Returns the texts in which Slack looks for mentions and links.
fn parsed(view: &Value) -> Vec<&str> {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    let texts = blocks.map(|block| &block["text"]).filter(|text| text["type"] == "mrkdwn");
    texts.filter_map(|text| text["text"].as_str()).collect()
}

async fn home_or_old(play: &Play, old: &Value) -> Value {
    play.home("ben").await.unwrap_or_else(|| old.clone())
}

async fn published(play: &Play) -> usize {
    play.calls("views.publish").await.len()
}

async fn makes(play: &Play, name: &str, members: &[&str]) {
    let form = json!({"name": name, "members": members, "cadence": "week", "first_day": "2026-06-08",
        "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
    let answer = play.creates("ana", &form).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
}

fn rotations_title(home: &Value) -> String {
    let blocks = home["blocks"].as_array().into_iter().flatten();
    let mut headers = blocks.filter(|block| block["type"] == "header");
    let found = headers.find_map(|header| {
        header["text"]["text"].as_str().filter(|text| text.starts_with("Your rotations"))
    });
    found.expect("a header").to_owned()
}

/// Returns the values that a menu offers.
fn options(home: &Value, action: &str) -> Vec<Value> {
    let blocks = home["blocks"].as_array().into_iter().flatten();
    let mut menus = blocks.map(|block| &block["accessory"]).filter(|it| it["action_id"] == action);
    let options = menus.next().and_then(|menu| menu["options"].as_array());
    options.into_iter().flatten().map(|option| option["value"].clone()).collect()
}

fn has_button(home: &Value, action: &str) -> bool {
    home.to_string().contains(&format!("\"{action}\""))
}
