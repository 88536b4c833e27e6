//! Which plan follows from what, as tables and for any input.

use super::*;
use proptest::prelude::*;

/// Stripe's words and the plan that each gives by itself.
const WORDS: [(&str, Plan); 8] = [
    ("incomplete", Plan::Free),
    ("incomplete_expired", Plan::Free),
    ("trialing", Plan::Pro),
    ("active", Plan::Pro),
    ("past_due", Plan::Pro),
    ("canceled", Plan::Free),
    ("unpaid", Plan::Free),
    ("paused", Plan::Free),
];

fn at(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap() + TimeDelta::days(days)
}

fn subscription(id: &str, word: &str, created: i64) -> Subscription {
    Subscription {
        id: id.to_owned(),
        customer: String::from("cus_1"),
        status: SubscriptionStatus::of_code(word),
        price: None,
        period_end: None,
        cancel_at: None,
        created: at(created),
        workspace: None,
    }
}

#[test]
fn each_plan_allows_what_its_page_says() {
    let free = Plan::Free.entitlements();
    let pro = Plan::Pro.entitlements();

    assert_eq!((free.active_rotations, pro.active_rotations), (Some(3), None));
    assert_eq!((free.event_log_kept.num_days(), pro.event_log_kept.num_days()), (30, 365));
    assert_eq!((free.absence_sources, pro.absence_sources), (false, true));
    assert_eq!((free.has_room(2), free.has_room(3), pro.has_room(1_000)), (true, false, true));
    assert_eq!(Plan::default(), Plan::Pro, "whoever does not bill has everything");
}

#[test]
fn a_plan_is_stored_as_a_word() {
    for plan in Plan::ALL {
        assert_eq!(Plan::parse(plan.code()), Some(plan));
    }
    assert_eq!(Plan::parse("gold"), None);
}

#[test]
fn each_word_of_stripes_gives_a_plan_and_comes_back_as_it_was() {
    for (word, plan) in WORDS {
        for was in Plan::ALL {
            let status = SubscriptionStatus::of_code(word);
            let verdict = decide(Some(&status), None, was, at(0));

            assert_eq!(status.as_str(), word);
            assert_eq!((verdict.plan, verdict.is_unknown), (plan, false), "{word}");
        }
    }
}

#[test]
fn no_subscription_is_the_free_plan() {
    let expected = Verdict { plan: Plan::Free, until: None, is_unknown: false };

    assert_eq!(decide(None, None, Plan::Pro, at(0)), expected);
}

#[test]
fn a_word_that_nobody_knows_changes_nothing_and_says_so() {
    let status = SubscriptionStatus::of_code("on_hold");

    for was in Plan::ALL {
        let verdict = decide(Some(&status), None, was, at(0));

        assert_eq!(verdict, Verdict { plan: was, until: None, is_unknown: true });
    }
    assert_eq!(status.as_str(), "on_hold");
}

#[test]
fn pro_stays_for_fourteen_days_after_a_payment_failed() {
    let check = |days, plan, until| {
        let verdict = decide(Some(&SubscriptionStatus::PastDue), Some(at(0)), Plan::Pro, at(days));
        assert_eq!((verdict.plan, verdict.until), (plan, until), "after {days} days");
    };

    check(0, Plan::Pro, Some(at(14)));
    check(13, Plan::Pro, Some(at(14)));
    check(14, Plan::Free, None);
    check(400, Plan::Free, None);
}

#[test]
fn the_best_subscription_counts_and_then_the_newest() {
    let check = |of_customer: &[Subscription], id: &str| {
        let mut turned = of_customer.to_vec();
        for _ in 0..turned.len() {
            turned.rotate_left(1);
            assert_eq!(choose(&turned).map(|one| one.id.as_str()), Some(id));
        }
    };
    let [active, trial, due, odd, ended] =
        [("active", 1), ("trialing", 2), ("past_due", 3), ("on_hold", 4), ("canceled", 5)]
            .map(|(word, created)| subscription(word, word, created));

    check(&[active.clone(), trial.clone(), due.clone(), odd.clone(), ended.clone()], "trialing");
    check(&[active, due.clone(), odd.clone(), ended.clone()], "active");
    check(&[due, odd.clone(), ended.clone()], "past_due");
    check(&[odd, ended.clone()], "on_hold");
    check(&[ended, subscription("older", "incomplete", 4)], "canceled");
    check(&[subscription("b", "active", 1), subscription("a", "active", 1)], "a");
    assert_eq!(choose(&[]), None);
}

#[test]
fn events_are_spared_for_thirty_days_after_a_fall() {
    let free = Plan::Free.entitlements();
    let check = |fell: Option<i64>, now, since| {
        assert_eq!(free.events_kept_since(fell.map(at), at(now)), at(since), "{fell:?} {now}");
    };

    check(None, 0, -30);
    check(Some(0), 0, -365);
    check(Some(0), 29, 29 - 365);
    check(Some(0), 30, 0);
    check(Some(0), 90, 60);
    assert_eq!(Plan::Pro.entitlements().events_kept_since(None, at(0)), at(-365));
    assert_eq!(
        free.events_kept_since(None, DateTime::<Utc>::MIN_UTC),
        DateTime::<Utc>::MIN_UTC,
        "the calendar has a beginning"
    );
}

fn any_status() -> impl Strategy<Value = Option<SubscriptionStatus>> {
    let known = prop::sample::select(WORDS.map(|(word, _)| word).to_vec()).prop_map(String::from);
    prop::option::of(
        prop_oneof![known, "[a-z_]{0,12}"].prop_map(|word| SubscriptionStatus::of_code(&word)),
    )
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let (first, last) =
        (DateTime::<Utc>::MIN_UTC.timestamp(), DateTime::<Utc>::MAX_UTC.timestamp());
    prop_oneof![first..=last, 1_780_000_000_i64..1_784_000_000]
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

proptest! {
    #[test]
    fn for_anything_there_is_a_verdict_and_unknown_words_alone_keep_the_plan(
        status in any_status(),
        since in prop::option::of(any_instant()),
        was in prop::sample::select(Plan::ALL.to_vec()),
        now in any_instant(),
    ) {
        let verdict = decide(status.as_ref(), since, was, now);

        let is_unknown = matches!(status, Some(SubscriptionStatus::Unknown(_)));
        prop_assert_eq!(verdict.is_unknown, is_unknown);
        if is_unknown {
            prop_assert_eq!(verdict.plan, was);
        } else {
            let otherwise = if was == Plan::Free { Plan::Pro } else { Plan::Free };
            prop_assert_eq!(decide(status.as_ref(), since, otherwise, now), verdict);
        }
        if let Some(until) = verdict.until {
            prop_assert!(until > now, "what is to be decided again lies ahead");
        }
    }

    #[test]
    fn time_alone_takes_pro_away_once_and_never_before_fourteen_days(
        status in any_status(),
        since in any_instant(),
        was in prop::sample::select(Plan::ALL.to_vec()),
        (first, second) in (0_i64..40 * 86_400, 0_i64..40 * 86_400),
    ) {
        let after = |seconds| since.checked_add_signed(TimeDelta::seconds(seconds));
        let (Some(early), Some(late)) = (after(first.min(second)), after(first.max(second))) else {
            return Ok(());
        };

        let before = decide(status.as_ref(), Some(since), was, early);
        let later = decide(status.as_ref(), Some(since), was, late);

        prop_assert!(later.plan <= before.plan, "what fell does not come back by itself");
        if before.plan != later.plan {
            prop_assert_eq!(before.until, Some(since + PAST_DUE_GRACE));
            prop_assert!(late >= since + PAST_DUE_GRACE && early < since + PAST_DUE_GRACE);
        }
    }
}
