//! A workspace pays for Pro, goes on paying, fails to, stops, and pays again.

use domain::billing::{Plan, SubscriptionStatus};
use serde_json::json;
use stories::{Haul, Play, both_engines, logged, plain_view};

/// Returns the plan and the state that are written down, and the state that Stripe has.
async fn stands(play: &Play) -> (Plan, String, String) {
    let is = play.subscription().await;
    let status = is.status.as_ref().map_or("", SubscriptionStatus::as_str).to_owned();
    let at_stripe = play.stripe().await["subscriptions"]
        .as_array()
        .and_then(|all| Some(all.last()?["status"].as_str()?.to_owned()));
    (is.plan, status, at_stripe.unwrap_or_default())
}

/// Returns what ana is told directly by what happens meanwhile.
async fn told(play: &Play, meanwhile: impl Future<Output = ()>) -> String {
    let before = play.dms("ana").await.len();
    meanwhile.await;
    let told = play.dms("ana").await.split_off(before);
    told.iter().map(|seen| seen.text.as_str()).collect::<Vec<_>>().join("\n---\n")
}

fn pro(status: &str) -> (Plan, String, String) {
    (Plan::Pro, status.to_owned(), status.to_owned())
}

fn free(status: &str) -> (Plan, String, String) {
    (Plan::Free, status.to_owned(), status.to_owned())
}

both_engines! {
    async fn a_workspace_upgrades_and_renews(play billed at "2026-06-08T07:00:00Z") {
        assert_eq!(stands(&play).await, free(""), "it begins on Free");
        let admin = plain_view(&play.opens("ana", "/rotation admin").await);
        assert!(admin.contains("Plan: Free") && admin.contains("removed from Slack"), "{admin}");
        play.closes("ana").await;

        let link = play.presses_billing("ana", "checkout_upgrade").await.text;
        assert!(link.contains("Pay at Stripe") && link.contains("removed from Slack"), "{link}");
        let session = play.begins_checkout("ana").await;
        assert_eq!(play.stripe().await["sessions"].as_array().map(Vec::len), Some(1), "one intent");
        assert_eq!(stands(&play).await.0, Plan::Free, "nothing is paid yet");
        let said = told(&play, async {
            play.at_stripe("pay", &json!({"session": session})).await;
        }).await;

        assert_eq!(stands(&play).await, pro("active"));
        assert!(said.contains("Pro"), "{said}");
        let is = play.subscription().await;
        let end = is.period_end.expect("it is paid until then");
        let admin = plain_view(&play.opens("ana", "/rotation admin").await);
        assert!(admin.contains("Plan: Pro") && admin.contains("renews by itself"), "{admin}");
        play.closes("ana").await;
        let again = play.presses_billing("ana", "checkout_manage").await.text;
        assert!(again.contains("Manage what this workspace pays"), "{again}");

        play.waits("32d").await;
        assert_eq!(stands(&play).await, pro("active"));
        let is = play.subscription().await;
        assert!(end < is.period_end.expect("it is paid for longer"), "it renewed");
    }

    async fn a_payment_that_fails_leaves_pro_for_14_days_and_one_that_works_brings_it_back(play billed at "2026-06-08T07:00:00Z") {
        play.at_stripe("account", &json!({"after_retries": "past_due"})).await;
        play.upgrades().await;
        play.in_portal("card_declines").await;

        let said = told(&play, play.waits("31d")).await;

        assert_eq!(stands(&play).await, pro("past_due"));
        assert!(said.contains("payment for Asyncbot failed"), "{said}");
        assert_eq!(said.matches("failed").count(), 1, "it is said once: {said}");
        let since = play.subscription().await.past_due_since.expect("it failed");
        let admin = plain_view(&play.opens("ana", "/rotation admin").await);
        assert!(admin.contains("last payment failed"), "{admin}");
        play.closes("ana").await;

        play.waits_until(&(since + chrono::TimeDelta::days(14) - chrono::TimeDelta::minutes(1)).to_rfc3339()).await;
        assert_eq!(stands(&play).await, pro("past_due"), "until the last minute");
        let said = told(&play, play.waits("1d")).await;
        assert_eq!(stands(&play).await, free("past_due"));
        assert!(said.contains("Free"), "{said}");

        let said = told(&play, async {
            play.in_portal("card_works").await;
            play.in_portal("pay_now").await;
        }).await;
        assert_eq!(stands(&play).await, pro("active"));
        assert_eq!(play.subscription().await.past_due_since, None);
        assert!(said.contains("Pro"), "{said}");
    }

    async fn a_payment_that_works_again_in_time_is_told_and_nothing_changes(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;
        play.in_portal("card_declines").await;
        play.waits("31d").await;
        assert_eq!(stands(&play).await, pro("past_due"));

        let said = told(&play, async {
            play.in_portal("card_works").await;
            play.waits("8d").await;
        }).await;

        assert_eq!(stands(&play).await, pro("active"), "Stripe tried again");
        assert!(said.contains("went through"), "{said}");
        assert!(!said.contains("Free"), "{said}");
    }

    async fn whoever_cancels_keeps_pro_until_the_period_ends_and_can_come_back(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;

        play.in_portal("cancel_at_period_end").await;

        assert_eq!(stands(&play).await, pro("active"));
        let is = play.subscription().await;
        assert!(is.cancel_at.is_some() && is.cancel_at == is.period_end, "{is:?}");
        assert!(!is.is_ended_by_us, "it was them");
        let admin = plain_view(&play.opens("ana", "/rotation admin").await);
        assert!(admin.contains("is cancelled and ends"), "{admin}");
        play.closes("ana").await;
        play.waits("32d").await;
        assert_eq!(stands(&play).await, free("canceled"));

        play.upgrades().await;
        assert_eq!(stands(&play).await, pro("active"));
        let all = play.stripe().await;
        assert_eq!(all["customers"].as_array().map(Vec::len), Some(1), "it is the same customer");
        assert_eq!(all["subscriptions"].as_array().map(Vec::len), Some(2));
    }

    async fn when_the_last_try_fails_the_plan_ends_whatever_stripe_makes_of_it(play billed at "2026-06-08T07:00:00Z") {
        for (after, status) in [("canceled", "canceled"), ("unpaid", "unpaid")] {
            play.at_stripe("account", &json!({"after_retries": after})).await;
            play.upgrades().await;
            assert_eq!(stands(&play).await, pro("active"));
            play.in_portal("card_declines").await;
            play.waits("50d").await;
            assert_eq!(stands(&play).await, free(status));
            let last = play.stripes_subscription().await["id"].clone();
            play.at_stripe(&format!("subscriptions/{}", last.as_str().unwrap_or_default()), &json!({"status": "canceled"})).await;
            play.in_portal("card_works").await;
        }
    }

    async fn what_no_webhook_tells_for_three_days_is_found_in_the_night(play billed at "2026-06-08T07:00:00Z") {
        play.at_stripe("webhooks", &json!({"lose": true})).await;
        let session = play.begins_checkout("ana").await;
        play.at_stripe("pay", &json!({"session": session})).await;
        assert_eq!(stands(&play).await, (Plan::Free, String::new(), String::from("active")), "nobody said so");

        play.waits("3d").await;

        assert_eq!(stands(&play).await, pro("active"));
        let id = play.stripes_subscription().await["id"].as_str().unwrap_or_default().to_owned();
        play.at_stripe(&format!("subscriptions/{id}"), &json!({"status": "canceled"})).await;
        play.waits("3d").await;
        assert_eq!(stands(&play).await, free("canceled"));
        play.at_stripe("webhooks", &json!({"lose": false})).await;
    }

    async fn webhooks_that_waited_while_the_bot_was_down_change_nothing_any_more(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;
        play.ends_bot("kill").await;
        let id = play.stripes_subscription().await["id"].as_str().unwrap_or_default().to_owned();
        for status in ["past_due", "active", "unpaid", "active"] {
            play.at_stripe(&format!("subscriptions/{id}"), &json!({"status": status})).await;
        }
        play.waits("2h").await;

        play.starts_bot().await;
        play.waits("3d").await;

        assert_eq!(stands(&play).await, pro("active"));
    }

    async fn a_state_that_is_not_known_keeps_the_plan(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;
        let id = play.stripes_subscription().await["id"].as_str().unwrap_or_default().to_owned();
        let becomes = async |status: &str| {
            play.at_stripe(&format!("subscriptions/{id}"), &json!({"status": status})).await;
            stands(&play).await
        };

        assert_eq!(becomes("brandnew").await, pro("brandnew"));
        let census = play.database().open().await.system().take_census(play.stage().clock().now()).await;
        assert_eq!(census.expect("a look").strange_subscriptions, 1, "somebody is told");
        assert_eq!(becomes("paused").await, free("paused"));
        assert_eq!(becomes("brandnew").await, free("brandnew"), "it brings nothing back either");
        assert_eq!(becomes("active").await, pro("active"));
        let census = play.database().open().await.system().take_census(play.stage().clock().now()).await;
        assert_eq!(census.expect("a look").strange_subscriptions, 0);
    }

    async fn when_the_app_goes_the_subscription_ends_with_its_period_and_goes_on_when_it_is_back(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;

        play.uninstalls().await;
        play.waits("1m").await;
        assert_eq!(play.stripes_subscription().await["cancel_at_period_end"], true);
        let is = play.subscription().await;
        assert!(is.is_ended_by_us && is.cancel_at.is_some(), "{is:?}");
        play.waits("2d").await;
        play.installs().await;
        play.waits("1m").await;

        assert_eq!(play.stripes_subscription().await["cancel_at_period_end"], false);
        let is = play.subscription().await;
        assert!(!is.is_ended_by_us && is.cancel_at.is_none(), "{is:?}");
        assert_eq!(stands(&play).await, pro("active"));

        // What somebody decided at Stripe stays as they decided.
        play.in_portal("cancel_at_period_end").await;
        play.uninstalls().await;
        play.waits("1m").await;
        play.installs().await;
        play.waits("1m").await;
        assert_eq!(play.stripes_subscription().await["cancel_at_period_end"], true);
        assert!(!play.subscription().await.is_ended_by_us);
    }

    async fn nothing_that_is_left_is_deleted_while_it_would_go_on_being_charged(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;
        play.breaks(&json!({"service": "stripe", "kind": "500", "times": 1_000_000})).await;
        play.uninstalls().await;
        play.waits("31d").await;
        assert!(!play.database().tables_of(play.workspace()).await.is_empty(), "it still pays");

        play.mends().await;
        play.waits("2d").await;

        assert_eq!(play.stripes_subscription().await["cancel_at_period_end"], true);
        assert_eq!(play.database().tables_of(play.workspace()).await, Vec::<String>::new());
    }

    async fn while_stripe_does_not_answer_plans_stay_and_people_are_told(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;
        play.breaks(&json!({"service": "stripe", "kind": "500", "times": 1_000_000})).await;

        let answer = play.presses_billing("ana", "checkout_manage").await.text;
        play.waits("2d").await;

        assert!(answer.contains("Stripe does not answer just now"), "{answer}");
        assert_eq!(stands(&play).await, pro("active"));
        let is = play.subscription().await;
        assert!(is.failures >= 3, "{is:?}");
        let census = play.database().open().await.system().take_census(play.stage().clock().now()).await;
        assert_eq!(census.expect("a look").unanswered_subscriptions, 1);
        play.mends().await;
        play.waits("2h").await;
        assert_eq!(play.subscription().await.failures, 0);
    }

    async fn the_home_leads_to_the_checkout_as_well(play billed at "2026-06-08T07:00:00Z") {
        let home = play.opens_home("ana").await;
        assert!(plain_view(&home).contains("Plan: Free"), "{home}");
        let told = play.dms("ana").await.len();

        play.clicks_in_view("ana", &home, "checkout_upgrade").await;
        play.waits("10s").await;

        let said = play.dms("ana").await.split_off(told);
        assert!(said.last().is_some_and(|said| said.text.contains("Pay at Stripe")), "{said:?}");
        play.upgrades().await;
        let home = plain_view(&play.home("ana").await.expect("her home"));
        assert!(home.contains("Plan: Pro") && home.contains("Manage billing"), "it follows: {home}");
        let home = plain_view(&play.opens_home("ben").await);
        assert!(!home.contains("Plan:"), "it is for admins: {home}");
    }

    async fn two_admins_who_press_at_once_get_one_checkout(play billed at "2026-06-08T07:00:00Z") {
        play.makes_admin("ben", true).await;
        play.becomes_known("ben").await;
        let sessions = [play.begins_checkout("ana").await, play.begins_checkout("ben").await];
        assert_eq!(sessions[0], sessions[1], "it is the same intent");

        play.waits("24h").await;
        let next = play.begins_checkout("ana").await;
        assert_ne!(sessions[0], next, "its day is over");
        play.at_stripe("pay", &json!({"session": next})).await;

        assert_eq!(stands(&play).await, pro("active"));
        let answer = play.presses_old("ben", "checkout_upgrade", "-").await;
        assert!(answer.contains("pays for Pro already"), "{answer}");
        assert_eq!(play.stripe().await["customers"].as_array().map(Vec::len), Some(1));
    }

    async fn only_admins_are_led_to_stripe(play billed at "2026-06-08T07:00:00Z") {
        for action in ["checkout_upgrade", "checkout_manage"] {
            play.becomes_known("ben").await;
            let answer = play.presses_old("ben", action, "-").await;
            assert!(answer.contains("admin"), "{answer}");
        }
        let all = play.stripe().await;
        assert_eq!(all["customers"].as_array().map(Vec::len), Some(0), "nobody was made");
        let answer = play.presses_old("ana", "checkout_manage", "-").await;
        assert!(answer.contains("never paid anything"), "{answer}");
    }

    async fn nothing_of_a_card_or_an_address_is_anywhere(play billed at "2026-06-08T07:00:00Z") {
        let _ = logged();
        play.upgrades().await;
        play.presses_billing("ana", "checkout_manage").await;
        play.in_portal("card_declines").await;
        play.waits("35d").await;
        play.in_portal("card_works").await;
        play.in_portal("pay_now").await;
        play.uninstalls().await;
        play.installs().await;
        play.waits("1d").await;

        let events = play.get("sim/stripe/events").await.to_string();
        assert!(events.contains(simulator::STRIPE_CANARIES[0]), "Stripe tells of them");
        let mut haul = Haul::of(&play).await;
        haul.add("log", &logged().bytes());
        for word in simulator::STRIPE_CANARIES.iter().filter(|word| word.len() >= 8) {
            assert_eq!(haul.finds(word), Vec::<String>::new(), "{word}");
        }
        for place in ["/pay/cs_", "/portal/bps_", "sk_test_simulator", "whsec_simulator"] {
            assert_eq!(haul.finds(place), Vec::<String>::new(), "no link and no key: {place}");
        }
    }

    async fn a_webhook_is_refused_ignored_or_heard_once(play billed at "2026-06-08T07:00:00Z") {
        play.upgrades().await;
        let customer = play.subscription().await.customer.expect("a customer");
        let event = |id: &str, customer: &str| json!({"id": id, "type": "customer.subscription.updated",
            "data": {"object": {"object": "subscription", "customer": customer}}}).to_string();
        let asked = async || {
            let calls = play.get("sim/calls").await;
            let calls = calls["calls"].as_array().cloned().unwrap_or_default();
            calls.iter().filter(|call| call["service"] == "stripe").count()
        };
        let before = asked().await;
        let is = play.subscription().await;

        let mine = event("evt_a", &customer);
        for signature in ["", "t=1,v1=aa", "nonsense"] {
            assert_eq!(play.hears_signed(&mine, signature).await, 401);
        }
        assert_eq!(play.hears(&event("evt_b", "cus_of_somebody_else")).await, 200);
        assert_eq!(play.hears("no json").await, 200);
        play.waits("1m").await;
        assert_eq!(asked().await, before, "nobody is asked for any of that");

        for _ in 0..3 {
            assert_eq!(play.hears(&mine).await, 200);
            play.waits("10s").await;
        }
        assert_eq!(asked().await, before + 1, "it is heard once");
        assert_eq!(play.subscription().await.status, is.status);
    }

    async fn a_checkout_of_somebody_else_opens_nothing(play billed at "2026-06-08T07:00:00Z") {
        let came_back = async |session: &str| play.visits(&format!("billing/return?session={session}")).await;
        assert_eq!(came_back("cs_test_none").await.0, 404);
        assert_eq!(came_back("../customers").await.0, 404);

        play.at_stripe("webhooks", &json!({"lose": true})).await;
        // Of another customer, with our workspace in both places: whoever made it knew our id.
        let other = play.calls_stripe("customers", &[("metadata[workspace]", "somebody")]).await;
        let (other, workspace) = (other["id"].as_str().unwrap_or_default(), play.workspace().to_string());
        let forged = play.calls_stripe("checkout/sessions", &[
            ("mode", "subscription"),
            ("customer", other),
            ("client_reference_id", &workspace),
            ("metadata[workspace]", &workspace),
            ("line_items[0][price]", "price_pro_monthly"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://elsewhere.example/"),
        ]).await;
        let forged = forged["id"].as_str().expect("a checkout").to_owned();
        play.at_stripe("pay", &json!({"session": forged})).await;
        assert_eq!(came_back(&forged).await.0, 404);
        play.waits("2d").await;
        assert_eq!(stands(&play).await.0, Plan::Free, "it is not ours");
        let session = play.begins_checkout("ana").await;
        // Of our customer, in the name of somebody else.
        let customer = play.subscription().await.customer.expect("a customer");
        let bent = play.calls_stripe("checkout/sessions", &[
            ("mode", "subscription"),
            ("customer", &customer),
            ("client_reference_id", "another"),
            ("metadata[workspace]", "another"),
            ("line_items[0][price]", "price_pro_monthly"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://elsewhere.example/"),
        ]).await;
        assert_eq!(came_back(bent["id"].as_str().unwrap_or_default()).await.0, 404);
        let (status, page) = came_back(&session).await;
        assert!(status == 200 && page.contains("Nothing was paid yet"), "{page}");
        play.at_stripe("pay", &json!({"session": session})).await;
        assert_eq!(stands(&play).await.0, Plan::Free, "no webhook came");
        let (status, page) = came_back(&session).await;
        assert!(status == 200 && page.contains("Pro begins"), "{page}");
        play.waits("10s").await;
        assert_eq!(stands(&play).await, pro("active"), "coming back is enough");
    }
}
