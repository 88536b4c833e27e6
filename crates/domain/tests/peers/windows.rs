//! Weekly and daily windows: they are the duty hours of a rotation with one member.

use crate::case::ask;
use crate::dates::{Calendar, Instants, three_letters, written};
use crate::duty::{EVERY_DAY, File, time_of};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::shift::ShiftState;
use domain::zone::Zone;
use serde::Deserialize;
use serde_json::{Value, json};

/// A Monday far from any change of the clocks.
const MONDAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 1, 5).expect("January has a fifth day");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default = "utc_by_name")]
    zone: String,
    /// The days on which the window begins; left out where it is every day, or where the ends name theirs.
    days: Option<Vec<String>>,
    /// A time of day, or a weekday and a time of day.
    from: String,
    /// The same.
    to: String,
    at: Option<DateTime<Utc>>,
    at_weekday_time: Option<String>,
    date: Option<NaiveDate>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Answer {
    on_duty: Option<bool>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
}

#[test]
fn somebody_is_on_duty_where_the_peers_window_is_open() {
    ask("weekly_window_active", answer);
}

#[test]
fn the_running_or_the_next_window_has_the_peers_ends() {
    ask("weekly_window_bounds", answer);
}

#[test]
fn the_window_of_a_day_has_the_peers_ends() {
    ask("daily_window_bounds", answer);
}

fn answer(given: &Asked, asked: &Answer) -> Answer {
    let zone = Zone::parse(&given.zone).unwrap();
    let at = given.instant(&zone);
    // One turn of many years, so that no handoff cuts a window.
    let anchor = zone.date_of(at).with_ordinal(1).unwrap().pred_opt().unwrap();
    let calendar = Calendar::of(&written(anchor.and_time(NaiveTime::MIN)), 9000, "day");
    let file = File::of(&calendar.in_zone(&given.zone), &["A".into()]);
    let file = file.rule("duty_hours", Value::from(given.duty_hours()));
    let plan = file.plan_from(at, 2);
    let open = plan.shifts.iter().find(|shift| shift.state == ShiftState::Planned);
    Answer {
        on_duty: asked.on_duty.map(|_| open.is_some_and(|shift| shift.window.start() <= at)),
        start: asked.start.and_then(|_| open.map(|shift| shift.window.start())),
        end: asked.end.and_then(|_| open.map(|shift| shift.window.end())),
    }
}

impl Asked {
    fn instant(&self, zone: &Zone) -> DateTime<Utc> {
        match (self.at, &self.at_weekday_time, self.date) {
            (Some(at), None, None) => at,
            (None, Some(text), None) => {
                let (day, time) = day_and_time(text);
                zone.instant_of((MONDAY + Days::new(day as u64)).and_time(time))
            }
            (None, None, Some(date)) => zone.instant_of(date.and_time(time_of(&self.from))),
            _ => panic!("one question"),
        }
    }

    /// Returns the window as duty hours; one that runs over several days is made of one for each.
    fn duty_hours(&self) -> Vec<Value> {
        if !self.from.contains(' ') {
            let all = || EVERY_DAY.map(String::from).to_vec();
            let days = self.days.clone().unwrap_or_else(all);
            return vec![json!({"days": days, "from": self.from, "to": self.to})];
        }
        let ((first, from), (last, to)) = (day_and_time(&self.from), day_and_time(&self.to));
        let piece = |day: usize, from: NaiveTime, to: NaiveTime| {
            let (from, to) = (from.format("%H:%M").to_string(), to.format("%H:%M").to_string());
            json!({"days": [EVERY_DAY[day % 7]], "from": from, "to": to})
        };
        let last = if last > first { last } else { last + 7 };
        let mut pieces = vec![piece(first, from, NaiveTime::MIN)];
        pieces.extend((first + 1..last).map(|day| piece(day, NaiveTime::MIN, NaiveTime::MIN)));
        pieces.extend((to > NaiveTime::MIN).then(|| piece(last, NaiveTime::MIN, to)));
        pieces
    }
}

/// Returns the weekday, 0 for Monday, and the time of "sat 02:00".
fn day_and_time(text: &str) -> (usize, NaiveTime) {
    let (day, time) = text.split_once(' ').unwrap();
    let day = three_letters(day);
    (EVERY_DAY.iter().position(|known| *known == day).unwrap(), time_of(time))
}

fn utc_by_name() -> String {
    "UTC".into()
}

#[derive(Deserialize)]
struct Nightly {
    #[serde(flatten)]
    calendar: Calendar,
    members: Vec<String>,
    window: Instants,
    daily_window: [String; 2],
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tiled {
    is_tiled: bool,
}

#[test]
fn windows_over_a_change_of_the_clocks_neither_repeat_nor_vanish() {
    ask("property", |given: &Nightly, _: &Tiled| {
        let [from, to] = given.daily_window.each_ref().map(|time| time_of(time));
        let file = File::of(&given.calendar, &given.members).daily(from, to);
        let shifts = file.plan(given.window).shifts;
        assert!(shifts.len() > 2, "{shifts:?}");
        let is_long = shifts.iter().all(|shift| shift.window.length() > TimeDelta::zero());
        let is_joined =
            shifts.windows(2).all(|pair| pair[0].window.end() == pair[1].window.start());
        Tiled { is_tiled: is_long && is_joined }
    });
}
