//! When somebody is away, in words, as tables.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::absence::{Half, Span};
use domain::date_words::parse_span;
use domain::form::check_absence;
use domain::refusal::Refusal;
use domain::zone::Zone;
use proptest::prelude::*;

/// A Friday noon in Berlin.
const NOW: &str = "2026-06-05T10:00:00Z";

#[test]
fn whole_days_are_read_as_ranges_are() {
    for (text, first, last) in [
        ("tomorrow", "2026-06-06", "2026-06-06"),
        ("24 Dec to 2 Jan", "2026-12-24", "2027-01-02"),
        ("from Monday to Friday", "2026-06-08", "2026-06-12"),
        ("tomorrow morning to tomorrow afternoon", "2026-06-06", "2026-06-06"),
        ("tomorrow morning to Monday", "2026-06-06", "2026-06-08"),
    ] {
        check(text, Span::days(day(first), day(last)));
    }
}

#[test]
fn halves_of_a_day_are_read() {
    use Half::{Afternoon, Morning};
    for (text, date, half) in [
        ("tomorrow morning", "2026-06-06", Morning),
        ("Tomorrow, in the morning", "2026-06-06", Morning),
        ("this afternoon", "2026-06-05", Afternoon),
        ("afternoon", "2026-06-05", Afternoon),
        ("24 Dec afternoon", "2026-12-24", Afternoon),
        ("in the afternoon of 24 Dec", "2026-12-24", Afternoon),
        ("on 24 Dec in the afternoon", "2026-12-24", Afternoon),
        ("Thu 24 Dec am", "2026-12-24", Morning),
        ("next monday pm", "2026-06-08", Afternoon),
        ("2026-12-24 morning", "2026-12-24", Morning),
        ("tomorrow until tomorrow morning", "2026-06-06", Morning),
    ] {
        check(text, Span::half(day(date), half));
    }
}

#[test]
fn a_range_begins_and_ends_at_noon_where_that_is_said() {
    for (text, first, last, from_noon, until_noon) in [
        ("from 24 Dec afternoon to 2 Jan morning", "2026-12-24", "2027-01-02", true, true),
        ("24 Dec afternoon - 2 Jan", "2026-12-24", "2027-01-02", true, false),
        ("24 Dec - 2 Jan morning", "2026-12-24", "2027-01-02", false, true),
        ("Monday to Friday morning", "2026-06-08", "2026-06-12", false, true),
        ("until Monday morning", "2026-06-05", "2026-06-08", false, true),
        ("24 afternoon to 28 Dec", "2026-12-24", "2026-12-28", true, false),
    ] {
        let (first, last) = (day(first), Some(day(last)));
        check(text, Span::Days { first, last, from_noon, until_noon });
    }
}

#[test]
fn the_same_half_of_each_day_is_read() {
    use Half::{Afternoon, Morning};
    for (text, first, last, half) in [
        ("mornings 9 Mar to 13 Mar", "2027-03-09", "2027-03-13", Morning),
        ("every morning from 9 Mar to 13 Mar", "2027-03-09", "2027-03-13", Morning),
        ("each afternoon next week", "2026-06-08", "2026-06-14", Afternoon),
        ("9 Mar to 13 Mar, mornings", "2027-03-09", "2027-03-13", Morning),
        ("Monday to Wednesday in the afternoons", "2026-06-08", "2026-06-10", Afternoon),
    ] {
        check(text, Span::Halves { first: day(first), last: day(last), half });
    }
}

#[test]
fn clock_times_are_those_of_the_zone() {
    for (text, start, end) in [
        ("today 14:00-16:00", "2026-06-05T12:00Z", "2026-06-05T14:00Z"),
        ("14:00 to 16:00", "2026-06-05T12:00Z", "2026-06-05T14:00Z"),
        ("tomorrow 2pm to 4pm", "2026-06-06T12:00Z", "2026-06-06T14:00Z"),
        ("tomorrow, 2-4pm", "2026-06-06T12:00Z", "2026-06-06T14:00Z"),
        ("2-4pm tomorrow", "2026-06-06T12:00Z", "2026-06-06T14:00Z"),
        ("2pm to 4 tomorrow", "2026-06-06T12:00Z", "2026-06-06T14:00Z"),
        ("tomorrow 11-2pm", "2026-06-06T09:00Z", "2026-06-06T12:00Z"),
        ("tomorrow between 2 pm and 4 pm", "2026-06-06T12:00Z", "2026-06-06T14:00Z"),
        ("tomorrow from 14:00 to 16:00", "2026-06-06T12:00Z", "2026-06-06T14:00Z"),
        ("from 14:00 to 16:00 on Monday", "2026-06-08T12:00Z", "2026-06-08T14:00Z"),
        ("24 Dec 14:00 – 16:00", "2026-12-24T13:00Z", "2026-12-24T15:00Z"),
        ("2026-12-24 14:00-16:00", "2026-12-24T13:00Z", "2026-12-24T15:00Z"),
        ("from 24 Dec 14:00 to 27 Dec 09:00", "2026-12-24T13:00Z", "2026-12-27T08:00Z"),
        ("24 Dec 14:00 until 27 Dec", "2026-12-24T13:00Z", "2026-12-27T23:00Z"),
        ("24 Dec to 27 Dec 09:00", "2026-12-23T23:00Z", "2026-12-27T08:00Z"),
        ("24 Dec afternoon to 25 Dec 09:00", "2026-12-24T11:00Z", "2026-12-25T08:00Z"),
        ("tomorrow until noon", "2026-06-05T22:00Z", "2026-06-06T10:00Z"),
        ("today before 3pm", "2026-06-04T22:00Z", "2026-06-05T13:00Z"),
        ("until 14:00", "2026-06-04T22:00Z", "2026-06-05T12:00Z"),
        ("tomorrow from 14:00", "2026-06-06T12:00Z", "2026-06-06T22:00Z"),
        ("tomorrow from 2pm on", "2026-06-06T12:00Z", "2026-06-06T22:00Z"),
        ("today after 3pm", "2026-06-05T13:00Z", "2026-06-05T22:00Z"),
        ("after 3pm", "2026-06-05T13:00Z", "2026-06-05T22:00Z"),
        ("today 22:00 to 02:00", "2026-06-05T20:00Z", "2026-06-06T00:00Z"),
        ("today 20:00 to midnight", "2026-06-05T18:00Z", "2026-06-05T22:00Z"),
        ("today 14:00 to tomorrow 10:00", "2026-06-05T12:00Z", "2026-06-06T08:00Z"),
    ] {
        check(text, Span::Clock { start: at(start), end: Some(at(end)) });
    }
}

#[test]
fn an_end_that_nobody_knows_is_left_open() {
    for (text, first, from_noon) in [
        ("from Monday on", "2026-06-08", false),
        ("Monday onwards", "2026-06-08", false),
        ("24 Dec until further notice", "2026-12-24", false),
        ("from tomorrow, open end", "2026-06-06", false),
        ("tomorrow with open end", "2026-06-06", false),
        ("until further notice", "2026-06-05", false),
        ("from tomorrow afternoon on", "2026-06-06", true),
        ("as of 24 Dec, no end known", "2026-12-24", false),
    ] {
        check(text, Span::Days { first: day(first), last: None, from_noon, until_noon: false });
    }
    check("from tomorrow 14:00 on", Span::Clock { start: at("2026-06-06T12:00Z"), end: None });
}

#[test]
fn what_has_no_end_may_have_begun() {
    // A Sunday.
    let sunday = "2026-11-22T10:00:00Z";
    for (text, first, from_noon) in [
        ("from 20 Nov on", "2026-11-20", false),
        ("20 Nov until further notice", "2026-11-20", false),
        ("from Fri 20 Nov on", "2026-11-20", false),
        ("from 20 Nov afternoon on", "2026-11-20", true),
        ("from 22 Nov on", "2026-11-22", false),
        ("from 23 Nov on", "2026-11-23", false),
        ("from 23 July on", "2026-07-23", false),
        ("from 22 July on", "2027-07-22", false),
        ("from 10 Jan on", "2027-01-10", false),
        ("since 10 Jan until further notice", "2026-01-10", false),
        ("since 23 Nov until further notice", "2025-11-23", false),
        ("from 20 Nov 2027 on", "2027-11-20", false),
        // The weekday says which year is meant.
        ("from Sat 20 Nov on", "2027-11-20", false),
    ] {
        check_at(sunday, text, open(first, from_noon));
    }
    check_at(
        sunday,
        "from 20 Nov 14:00 on",
        Span::Clock { start: at("2026-11-20T13:00Z"), end: None },
    );
    check_at("2027-01-05T10:00:00Z", "from 20 Dec on", open("2026-12-20", false));

    let wednesday = "2026-11-25T10:00:00Z";
    for (text, first, from_noon) in [
        ("since Monday until further notice", "2026-11-23", false),
        ("since Monday afternoon, open end", "2026-11-23", true),
        ("since Thursday until further notice", "2026-11-19", false),
        ("since Wednesday on", "2026-11-25", false),
        ("since yesterday until further notice", "2026-11-24", false),
        ("from Monday on", "2026-11-30", false),
    ] {
        check_at(wednesday, text, open(first, from_noon));
    }
}

#[test]
fn a_time_that_the_clocks_skip_or_say_twice_is_still_one() {
    check("28 Mar 2027 02:30 to 04:00", clock("2027-03-28T01:30Z", "2027-03-28T02:00Z"));
    check("25 Oct 02:30 to 04:00", clock("2026-10-25T00:30Z", "2026-10-25T03:00Z"));
}

#[test]
fn what_cannot_be_read_is_answered_with_what_can() {
    for (text, named) in [
        ("someday", "someday"),
        ("tomorrow to whenever", "whenever"),
        ("tomorrow morning to whenever", "tomorrow morning to whenever"),
        ("tomorrow evening", "tomorrow evening"),
        ("tomorrow 9 to 5", "tomorrow 9 to 5"),
        ("mornings", "mornings"),
        ("tomorrow 25:00 to 26:00", "tomorrow 25:00 to 26:00"),
        ("on", "on"),
        ("", ""),
    ] {
        let refusal = parse_span(text, &berlin(), at(NOW)).unwrap_err();

        assert_eq!(refusal, Refusal::UnreadableWhen { text: named.into() }, "{text}");
        assert!(refusal.to_string().contains("Try `24 Dec to 2 Jan`"), "{refusal}");
    }
    assert_eq!(read("tomorrow 14:00"), Err(Refusal::UntilWhen));
    assert_eq!(read("14:00"), Err(Refusal::UntilWhen));
    assert_eq!(read("tomorrow 16:00 to 14:00"), Err(Refusal::TimesEndBeforeTheyBegin));
    let both = "tomorrow afternoon to tomorrow morning";
    assert_eq!(read(both), Err(Refusal::TimesEndBeforeTheyBegin));
    let (from, to) = (day("2026-12-27"), day("2026-12-24"));
    let ends_before = Err(Refusal::EndsBeforeItBegins { from, to });
    assert_eq!(read("2026-12-27 14:00 to 2026-12-24 09:00"), ends_before);
}

#[test]
fn an_absence_is_not_over_not_too_long_and_not_too_far() {
    for (text, expected) in [
        ("today", Ok(())),
        ("yesterday to today", Ok(())),
        ("yesterday", Err(Refusal::AlreadyOver)),
        ("this morning", Err(Refusal::TimeIsOver)),
        ("today 08:00 to 12:00", Err(Refusal::TimeIsOver)),
        ("today 08:00 to 12:01", Ok(())),
        ("yesterday 14:00 to 16:00", Err(Refusal::AlreadyOver)),
        ("yesterday 22:00 to 02:00", Err(Refusal::TimeIsOver)),
        ("mornings 2026-06-01 to 2026-06-05", Err(Refusal::TimeIsOver)),
        ("mornings 2026-06-01 to 2026-06-06", Ok(())),
        ("2026-06-08 to 2027-06-08", Ok(())),
        ("2026-06-08 to 2027-06-09", Err(Refusal::TooLong)),
        ("2028-06-07", Err(Refusal::TooFarAway)),
        ("from 2028-06-07 on", Err(Refusal::TooFarAway)),
        ("from 2028-06-05 on", Ok(())),
        ("from 2026-01-01 on", Ok(())),
        ("from 2025-01-01 on", Err(Refusal::TooLong)),
        ("2026-06-08 14:00 to 2028-06-08 16:00", Err(Refusal::TooLong)),
    ] {
        let span = read(text).unwrap();

        assert_eq!(check_absence(&span, &berlin(), at(NOW)), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in "\\PC{0,200}", offset in 0_u64..1_000_000_000) {
        let now = at("1970-01-01T00:00Z") + chrono::TimeDelta::minutes(offset.cast_signed());

        if let Ok(span) = parse_span(&text, &berlin(), now) {
            drop(check_absence(&span, &berlin(), now));
        }
    }

    #[test]
    fn pieces_in_any_order_are_answered_without_a_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "24", "dec", "9999-12-31", "0000-01-01", "friday", "-", "to", "until", "morning",
                "afternoon", "mornings", "every", "14:00", "2pm", "noon", "midnight", "on", "from",
                "open end", "today", "after", "before", "between", "and", "24:00", "2", ",",
            ]),
            0..9,
        ),
        extreme in prop::sample::select(vec![NaiveDate::MIN, NaiveDate::MAX]),
    ) {
        let text = pieces.join(" ");
        for now in [at(NOW), extreme.and_time(chrono::NaiveTime::MIN).and_utc()] {
            for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Apia"] {
                let zone = Zone::parse(zone).unwrap();
                if let Ok(span) = parse_span(&text, &zone, now) {
                    drop(check_absence(&span, &zone, now));
                    prop_assert!(span.bounds(&zone).1.is_none_or(|end| span.bounds(&zone).0 <= end));
                }
            }
        }
    }

    #[test]
    fn every_time_that_is_written_is_read_back(
        offset in 0_u64..700,
        start in 0_u32..1439,
        length in 1_u32..600,
    ) {
        let (zone, now) = (Zone::utc(), at(NOW));
        let date = now.date_naive() + Days::new(offset);
        let end = (start + length).min(1440);
        let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let instant = |minutes: u32| {
            date.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::TimeDelta::minutes(minutes.into())
        };
        let text = format!("{date} {}-{}", time(start), time(end));

        let span = parse_span(&text, &zone, now);

        let expected = Span::Clock { start: instant(start), end: Some(instant(end)) };
        prop_assert_eq!(span, Ok(expected), "{}", text);
    }

    #[test]
    fn what_is_read_begins_before_it_ends(
        first in prop::sample::select(vec!["today", "tomorrow", "24 Dec", "Monday", ""]),
        begins in prop::sample::select(vec!["", "morning", "afternoon", "09:15", "2pm", "noon"]),
        last in prop::sample::select(vec!["", "tomorrow", "27 Dec", "Friday"]),
        ends in prop::sample::select(vec!["", "morning", "afternoon", "17:45", "1am", "midnight"]),
    ) {
        let text = format!("{first} {begins} to {last} {ends}");
        if let Ok(span) = parse_span(&text, &berlin(), at(NOW)) {
            let (start, end) = span.bounds(&berlin());
            prop_assert!(end.is_some_and(|end| start < end), "{text}: {span:?}");
        }
    }
}

#[track_caller]
fn check(text: &str, span: Span) {
    assert_eq!(read(text), Ok(span), "{text}");
}

#[track_caller]
fn check_at(now: &str, text: &str, span: Span) {
    assert_eq!(parse_span(text, &berlin(), at(now)), Ok(span), "{text}");
}

fn open(first: &str, from_noon: bool) -> Span {
    Span::Days { first: day(first), last: None, from_noon, until_noon: false }
}

fn read(text: &str) -> Result<Span, Refusal> {
    parse_span(text, &berlin(), at(NOW))
}

fn clock(start: &str, end: &str) -> Span {
    Span::Clock { start: at(start), end: Some(at(end)) }
}

fn berlin() -> Zone {
    Zone::parse("Europe/Berlin").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    let seconds = if text.len() == "2026-06-05T12:00Z".len() { ":00Z" } else { "Z" };
    format!("{}{seconds}", text.trim_end_matches('Z')).parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
