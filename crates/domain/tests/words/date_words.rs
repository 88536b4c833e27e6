//! Dates in people's words, as tables.

use chrono::{NaiveDate, Weekday};
use domain::date_words::{parse_date, parse_range};
use domain::refusal::Refusal;
use proptest::prelude::*;

/// A Sunday.
const TODAY: &str = "2026-11-22";

#[test]
fn a_date_is_read_in_many_forms() {
    for (text, date) in [
        ("today", "2026-11-22"),
        ("Tomorrow", "2026-11-23"),
        ("yesterday", "2026-11-21"),
        ("in 3 days", "2026-11-25"),
        ("in a week", "2026-11-29"),
        ("2026-12-24", "2026-12-24"),
        ("2026/12/24", "2026-12-24"),
        ("2026.12.24", "2026-12-24"),
        ("24 Dec", "2026-12-24"),
        ("24dec", "2026-12-24"),
        ("24. December", "2026-12-24"),
        ("the 24th of December", "2026-12-24"),
        ("Dec 24", "2026-12-24"),
        ("December 24th, 2027", "2027-12-24"),
        ("24-Dec-2027", "2027-12-24"),
        ("1 Sept", "2027-09-01"),
        ("24.12.", "2026-12-24"),
        ("24.12", "2026-12-24"),
        ("24.12.2027", "2027-12-24"),
        ("24.12.27", "2027-12-24"),
        ("Thu 24 Dec", "2026-12-24"),
        ("Thursday, 24 December 2026", "2026-12-24"),
        ("29 Feb", "2028-02-29"),
        ("\u{a0}24\u{a0}Dec\u{a0}", "2026-12-24"),
        ("“24 Dec”", "2026-12-24"),
    ] {
        check_date(text, date);
    }
}

#[test]
fn a_weekday_is_the_coming_one_and_the_next_one_is_of_next_week() {
    for (text, date) in [
        ("Sunday", "2026-11-22"),
        ("this sunday", "2026-11-22"),
        ("mon", "2026-11-23"),
        ("Tues", "2026-11-24"),
        ("weds", "2026-11-25"),
        ("saturday", "2026-11-28"),
        ("next monday", "2026-11-23"),
        ("next sunday", "2026-11-29"),
    ] {
        check_date(text, date);
    }
    let wednesday = day("2026-11-25");
    assert_eq!(parse_date("friday", wednesday), Ok(day("2026-11-27")));
    assert_eq!(parse_date("next friday", wednesday), Ok(day("2026-12-04")));
}

#[test]
fn a_day_and_month_without_a_year_is_the_coming_one_today_included() {
    check_date("22 Nov", "2026-11-22");
    check_date("21 Nov", "2027-11-21");
    check_date("2 Jan", "2027-01-02");
}

#[test]
fn what_is_no_date_is_refused_with_the_words_that_were_typed() {
    for text in [
        "",
        " ",
        "soon",
        "12/24",
        "24/12",
        "3/4/2026",
        "2026-02-30",
        "31.4.",
        "32 Dec",
        "24",
        "0.0.",
        "Fri 24 Dec",
        "24 Dec 26",
        "next",
        "in days",
        "2026-12",
        "24 Dec 2026 09:00",
        "٢٤ Dec",
        "mo",
        "99999999999999999999 Dec",
        "dec",
        "next week",
        "1.2.3.4",
        "-",
        "24 24 Dec",
    ] {
        let refusal = parse_date(text, day(TODAY)).unwrap_err();

        assert_eq!(refusal, Refusal::UnreadableDate { text: text.trim().into() }, "{text}");
    }
}

#[test]
fn a_range_is_read_in_many_forms() {
    for (text, from, to) in [
        ("2026-12-24..2027-01-02", "2026-12-24", "2027-01-02"),
        ("2026-12-24…2027-01-02", "2026-12-24", "2027-01-02"),
        ("2026-12-24 - 2027-01-02", "2026-12-24", "2027-01-02"),
        ("2026-12-24-2027-01-02", "2026-12-24", "2027-01-02"),
        ("2026-12-24 2027-01-02", "2026-12-24", "2027-01-02"),
        ("2026-12-24 -> 2027-01-02", "2026-12-24", "2027-01-02"),
        ("from 2026-12-24 to 2027-01-02", "2026-12-24", "2027-01-02"),
        ("24 Dec - 2 Jan", "2026-12-24", "2027-01-02"),
        ("24 Dec – 2 Jan", "2026-12-24", "2027-01-02"),
        ("24 Dec — 2 Jan", "2026-12-24", "2027-01-02"),
        ("24 Dec -- 2 Jan", "2026-12-24", "2027-01-02"),
        ("24 Dec to 2 Jan 2027", "2026-12-24", "2027-01-02"),
        ("24 Dec 2026 until 2 Jan", "2026-12-24", "2027-01-02"),
        ("Dec 24 till Jan 2", "2026-12-24", "2027-01-02"),
        ("24.12.-2.1.", "2026-12-24", "2027-01-02"),
        ("24.12. - 2.1.2027", "2026-12-24", "2027-01-02"),
        ("Thu 24 Dec to Sat 2 Jan", "2026-12-24", "2027-01-02"),
        ("24-28 Dec", "2026-12-24", "2026-12-28"),
        ("24.-28.12.", "2026-12-24", "2026-12-28"),
        ("Dec 24 - 28", "2026-12-24", "2026-12-28"),
        ("24th to the 28th of December", "2026-12-24", "2026-12-28"),
        ("today", "2026-11-22", "2026-11-22"),
        ("on 24 Dec", "2026-12-24", "2026-12-24"),
        ("today - tomorrow", "2026-11-22", "2026-11-23"),
        ("until Friday", "2026-11-22", "2026-11-27"),
        ("next Tuesday to Friday", "2026-11-24", "2026-11-27"),
        ("next tuesday through next friday", "2026-11-24", "2026-11-27"),
        ("Friday to Tuesday", "2026-11-27", "2026-12-01"),
        ("tomorrow until 2 Jan", "2026-11-23", "2027-01-02"),
        ("this week", "2026-11-22", "2026-11-22"),
        ("next week", "2026-11-23", "2026-11-29"),
    ] {
        check_range(text, from, to);
    }
}

#[test]
fn a_range_without_years_is_the_first_that_has_not_ended() {
    check_range("20 Nov - 25 Nov", "2026-11-20", "2026-11-25");
    check_range("20 Nov - 21 Nov", "2027-11-20", "2027-11-21");
    let new_year = day("2027-01-01");
    assert_eq!(parse_range("24 Dec - 2 Jan", new_year), Ok((day("2026-12-24"), day("2027-01-02"))));
}

#[test]
fn a_range_the_wrong_way_round_is_not_read_as_nearly_a_year() {
    for (text, from, to) in [
        ("20 Jan - 10 Jan", "2027-01-20", "2027-01-10"),
        ("Dec 24 - 2", "2026-12-24", "2026-12-02"),
        ("tomorrow to today", "2026-11-23", "2026-11-22"),
        ("2026-12-24 to 2026-12-20", "2026-12-24", "2026-12-20"),
        ("2026-12-24 to 20 Dec", "2026-12-24", "2026-12-20"),
    ] {
        let expected = Refusal::EndsBeforeItBegins { from: day(from), to: day(to) };

        assert_eq!(parse_range(text, day(TODAY)), Err(expected), "{text}");
    }
    check_range("today to 2027-10-10", "2026-11-22", "2027-10-10");
}

#[test]
fn the_side_that_cannot_be_read_is_the_one_that_is_named() {
    for (text, named) in [
        ("tomorrow to whenever", "whenever"),
        ("soonish until Friday", "soonish"),
        ("Dentist", "Dentist"),
        ("24-28", "24-28"),
        ("from nowhere to nowhen", "from nowhere to nowhen"),
    ] {
        let refusal = parse_range(text, day(TODAY)).unwrap_err();

        assert_eq!(refusal, Refusal::UnreadableDate { text: named.into() }, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in "\\PC{0,200}", offset in 0_u64..800_000) {
        let today = NaiveDate::MIN.checked_add_days(chrono::Days::new(offset * 200)).unwrap();

        drop(parse_date(&text, today));
        drop(parse_range(&text, today));
    }

    #[test]
    fn pieces_of_dates_in_any_order_are_answered_without_a_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "24", "12", "2026", "dec", "next", "friday", "-", ".", "..", " ", "to", "th", "in",
                "weeks", "today", "29", "feb", "9999", "0", "from",
            ]),
            0..12,
        ),
        offset in 0_u64..400,
    ) {
        let today = NaiveDate::MAX.checked_sub_days(chrono::Days::new(offset)).unwrap();

        drop(parse_range(&pieces.concat(), today));
        drop(parse_range(&pieces.join(" "), day(TODAY)));
    }

    #[test]
    fn every_written_date_is_read_back(offset in 0_u64..3000) {
        let date = day("2024-01-01") + chrono::Days::new(offset);
        for form in ["%Y-%m-%d", "%-d %b %Y", "%B %-d, %Y", "%d.%m.%Y", "%A %-d %B %Y"] {
            prop_assert_eq!(parse_date(&date.format(form).to_string(), day(TODAY)), Ok(date));
        }
    }

    #[test]
    fn a_coming_day_is_never_in_the_past_and_at_most_a_leap_cycle_away(
        start in 0_u64..3000,
        offset in 0_u64..366,
    ) {
        let today = day("2024-01-01") + chrono::Days::new(start);
        let date = today + chrono::Days::new(offset);

        let read = parse_date(&date.format("%-d %b").to_string(), today).unwrap();

        prop_assert!(today <= read && read <= date);
    }

    #[test]
    fn the_next_weekday_lies_in_the_week_after_this_one(start in 0_u64..3000) {
        let today = day("2024-01-01") + chrono::Days::new(start);
        let sunday = today.week(Weekday::Mon).last_day();

        for weekday in ["monday", "thursday", "sunday"] {
            let read = parse_date(&format!("next {weekday}"), today).unwrap();

            prop_assert!(sunday < read && read <= sunday + chrono::Days::new(7));
        }
    }
}

#[track_caller]
fn check_date(text: &str, date: &str) {
    assert_eq!(parse_date(text, day(TODAY)), Ok(day(date)), "{text}");
    check_range(text, date, date);
}

#[track_caller]
fn check_range(text: &str, from: &str, to: &str) {
    assert_eq!(parse_range(text, day(TODAY)), Ok((day(from), day(to))), "{text}");
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
