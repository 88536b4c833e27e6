//! A month as weeks of bars.

use super::bars::Bar;
use super::lines::{short, when};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime};
use domain::calendar::MONTHS;
use domain::zone::Zone;

/// How many times of a month are told in words.
const MOST_IN_WORDS: usize = 100;

/// From how much of a week's width on a whole name fits, and from how much on its first letters do, in percent.
const NAME_FITS: f64 = 12.0;
const LETTERS_FIT: f64 = 3.0;

/// The same where the page is narrow: for all words, for a name of a few letters, for its first letters.
const WORDS_FIT_NARROW: f64 = 45.0;
const NAME_FITS_NARROW: f64 = 14.0;
const LETTERS_FIT_NARROW: f64 = 7.0;

/// How many letters a few are.
const FEW: usize = 5;

/// The month that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its first day.
    first: NaiveDate,
    today: NaiveDate,
}

/// A month as it is shown.
pub(super) struct Month {
    pub(super) title: String,
    pub(super) previous: Option<Link>,
    pub(super) next: Option<Link>,
    /// Leads to the month of today, where it is another.
    pub(super) back: Option<Link>,
    pub(super) weeks: Vec<Week>,
    pub(super) words: Vec<String>,
    pub(super) more: usize,
}

/// A link to another month.
pub(super) struct Link {
    pub(super) month: String,
    pub(super) title: String,
}

/// A week, Monday first.
pub(super) struct Week {
    pub(super) days: Vec<Day>,
    pub(super) lanes: Vec<Vec<Piece>>,
}

/// A day.
pub(super) struct Day {
    pub(super) number: u32,
    pub(super) class: &'static str,
}

/// The part of a bar that lies in a week.
pub(super) struct Piece {
    /// Where it begins and how wide it is, in percent of the week.
    pub(super) left: String,
    pub(super) width: String,
    /// What is written on it, as far as it fits.
    pub(super) text: String,
    /// What is written on it where the page is narrow.
    pub(super) narrow: String,
    pub(super) class: String,
}

/// Returns the month that is asked for as `2026-12`, today's where none is; `None` for what is no month, or too far away.
pub(super) fn choose(asked: Option<&str>, today: NaiveDate) -> Option<Choice> {
    let this = today.with_day(1)?;
    let first = match asked {
        None => this,
        Some(text) if text.len() == "2026-12".len() => {
            NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?
        }
        Some(_) => return None,
    };
    let (from, to) = ends(this)?;
    (from <= first && first <= to).then_some(Choice { first, today })
}

/// Returns the first and the last month that are shown.
fn ends(this: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let months = Months::new(MONTHS);
    Some((this.checked_sub_months(months)?, this.checked_add_months(months)?))
}

impl Month {
    pub(super) fn of(choice: Choice, bars: &[Bar], zone: &Zone) -> Self {
        let Choice { first, today } = choice;
        let this = today.with_day(1).unwrap_or(today);
        let (earliest, latest) = ends(this).unwrap_or((this, this));
        let after = first.checked_add_months(Months::new(1)).unwrap_or(first);
        let before = first.checked_sub_months(Months::new(1)).unwrap_or(first);
        let local: Vec<(NaiveDateTime, NaiveDateTime, &Bar)> = bars
            .iter()
            .map(|bar| (zone.local_of(bar.start), zone.local_of(bar.end), bar))
            .collect();
        let touches = |from: NaiveDate, until: NaiveDate| {
            let (from, until) = (midnight(from), midnight(until));
            local.iter().filter(move |(start, end, _)| *start < until && from < *end)
        };
        let monday = first.checked_sub_days(Days::new(weekday(first))).unwrap_or(first);
        let weeks = (0..6).filter_map(|week| monday.checked_add_days(Days::new(7 * week)));
        let weeks: Vec<NaiveDate> = weeks.take_while(|monday| *monday < after).collect();
        let lanes = touches(monday, after).map(|(_, _, bar)| bar.lane + 1).max().unwrap_or(1);
        let mut words = touches(first, after).map(|(_, _, bar)| in_words(bar, zone));
        let told: Vec<String> = words.by_ref().take(MOST_IN_WORDS).collect();
        let more = words.count();
        let week = |monday: &NaiveDate| Week {
            days: days_from(*monday).map(|day| self::day(day, first, today)).collect(),
            lanes: (0..lanes)
                .map(|lane| {
                    let end = monday.checked_add_days(Days::new(7)).unwrap_or(*monday);
                    let own = touches(*monday, end).filter(|(_, _, bar)| bar.lane == lane);
                    own.map(|(start, end, bar)| piece((*start, *end), bar, *monday)).collect()
                })
                .collect(),
        };
        Self {
            title: title(first),
            previous: (earliest <= before && before < first).then(|| link(before)),
            next: (after <= latest && first < after).then(|| link(after)),
            back: (first != this).then(|| link(this)),
            weeks: weeks.iter().map(week).collect(),
            words: told,
            more,
        }
    }
}

fn piece((start, end): (NaiveDateTime, NaiveDateTime), bar: &Bar, monday: NaiveDate) -> Piece {
    let week = 7.0 * 24.0 * 60.0;
    let place = |at: NaiveDateTime| {
        let minutes = (at - midnight(monday)).num_minutes();
        // A week has so few minutes that none is lost.
        f64::from(i32::try_from(minutes).unwrap_or(0)).clamp(0.0, week) / week * 100.0
    };
    let (left, right) = (place(start), place(end));
    let width = right - left;
    let of = bar.of.as_ref().map(|of| format!(" for {of}")).unwrap_or_default();
    let (all, letters) = (format!("{}{of}", bar.name), short(&bar.name));
    let is_brief = bar.name.chars().count() <= FEW;
    let narrow = match width {
        width if width >= WORDS_FIT_NARROW => all.clone(),
        width if width >= NAME_FITS_NARROW && is_brief => bar.name.clone(),
        width if width >= LETTERS_FIT_NARROW => letters.clone(),
        _ => String::new(),
    };
    let text = match width {
        width if width >= NAME_FITS => all,
        width if width >= LETTERS_FIT => letters,
        _ => String::new(),
    };
    let is_begun = if start < midnight(monday) { " begun" } else { "" };
    let goes_on = if width > 0.0 && right >= 100.0 { " on" } else { "" };
    Piece {
        left: format!("{left:.3}"),
        width: format!("{width:.3}"),
        text,
        narrow,
        class: format!("{}{is_begun}{goes_on}", bar.class),
    }
}

fn in_words(bar: &Bar, zone: &Zone) -> String {
    let of = bar.of.as_ref().map(|of| format!(" for {of}")).unwrap_or_default();
    format!("{} to {}: {}{of}", when(zone, bar.start), when(zone, bar.end), bar.name)
}

fn day(day: NaiveDate, first: NaiveDate, today: NaiveDate) -> Day {
    let class = if day == today {
        "today"
    } else if day.month() != first.month() {
        "other"
    } else {
        ""
    };
    Day { number: day.day(), class }
}

fn days_from(monday: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (0..7).filter_map(move |day| monday.checked_add_days(Days::new(day)))
}

fn link(first: NaiveDate) -> Link {
    Link { month: first.format("%Y-%m").to_string(), title: title(first) }
}

fn title(first: NaiveDate) -> String {
    first.format("%B %Y").to_string()
}

fn weekday(day: NaiveDate) -> u64 {
    u64::from(day.weekday().num_days_from_monday())
}

fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(chrono::NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bar(start: &str, end: &str, lane: usize) -> Bar {
        Bar {
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            lane,
            name: String::from("Ana"),
            of: None,
            class: String::from("c0"),
        }
    }

    fn month(asked: &str, bars: &[Bar]) -> Month {
        let choice = choose(Some(asked), date("2026-10-14")).unwrap();
        Month::of(choice, bars, &Zone::parse("Europe/Berlin").unwrap())
    }

    #[test]
    fn a_month_is_chosen_within_a_year_and_anything_else_is_none() {
        let today = date("2026-10-14");
        for asked in ["2025-10", "2026-10", "2027-10"] {
            assert!(choose(Some(asked), today).is_some(), "{asked}");
        }
        assert_eq!(choose(None, today), choose(Some("2026-10"), today));
        for asked in [
            "2025-09",
            "2027-11",
            "2026-13",
            "2026-1",
            "",
            "2026-10-01",
            "x026-10",
            "+026-10",
            "２０26",
        ] {
            assert_eq!(choose(Some(asked), today), None, "{asked}");
        }
    }

    #[test]
    fn links_end_where_what_is_shown_ends() {
        let ends = |asked| {
            let month = month(asked, &[]);
            (
                month.previous.map(|it| it.month),
                month.next.map(|it| it.month),
                month.back.map(|it| it.month),
            )
        };
        let link = |month: &str| Some(month.to_owned());

        assert_eq!(ends("2026-10"), (link("2026-09"), link("2026-11"), None));
        assert_eq!(ends("2025-10"), (None, link("2025-11"), link("2026-10")));
        assert_eq!(ends("2027-10"), (link("2027-09"), None, link("2026-10")));
    }

    #[test]
    fn a_bar_stands_where_its_local_time_is_and_is_cut_at_the_ends_of_weeks() {
        // Monday nine o'clock to Monday nine o'clock, over the end of summer time.
        let month = month("2026-10", &[bar("2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z", 0)]);

        assert_eq!(month.title, "October 2026");
        assert_eq!(month.weeks.len(), 5);
        assert_eq!(
            month.weeks[0].days.iter().map(|day| day.number).collect::<Vec<_>>(),
            [28, 29, 30, 1, 2, 3, 4]
        );
        assert_eq!(month.weeks[2].days[2].class, "today");
        let pieces = |week: usize| {
            month.weeks[week].lanes[0]
                .iter()
                .map(|it| (it.left.as_str(), it.width.as_str()))
                .collect::<Vec<_>>()
        };
        // Nine hours of a week are 5.357 %.
        assert_eq!(pieces(3), [("5.357", "94.643")]);
        assert_eq!(pieces(4), [("0.000", "5.357")]);
        assert!(pieces(2).is_empty());
        assert_eq!(month.words, ["Mon 19 Oct, 09:00 to Mon 26 Oct, 09:00: Ana"]);
    }

    #[test]
    fn each_seat_has_its_lane_and_a_sixth_week_is_shown_where_there_is_one() {
        let seats = [
            bar("2026-08-03T07:00:00Z", "2026-08-10T07:00:00Z", 0),
            bar("2026-08-03T07:00:00Z", "2026-08-10T07:00:00Z", 1),
        ];
        let month = month("2026-08", &seats);

        assert_eq!(month.weeks.len(), 6, "August 2026 begins on a Saturday and ends on a Monday");
        assert!(month.weeks.iter().all(|week| week.lanes.len() == 2));
        assert_eq!(month.weeks[1].lanes.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    }
}
