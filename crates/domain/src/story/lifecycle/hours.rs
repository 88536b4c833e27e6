//! Duty hours as people type and read them: a line for each window, such as `Mon-Fri 09:00-17:00`.

use crate::cadence::{WEEK, Weekdays, day_name};
use crate::duty_hours::{DutyHours, DutyWindow};
use chrono::{NaiveTime, Weekday};

/// The most windows that are read.
const MOST_WINDOWS: usize = 20;

/// Returns the duty hours of a text; `None` for an empty one, which means always.
///
/// Each line (or part between semicolons) is days and times: `Mon-Fri 09:00-17:00`, `Sat, Sun 10:00 to 14:00`,
/// `daily 22:00-06:00`. A window that ends at or before its beginning runs over midnight.
///
/// # Errors
///
/// A sentence that says which line cannot be read, and how one looks.
pub fn parse_hours(text: &str) -> Result<Option<DutyHours>, String> {
    let lines = text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty());
    let windows: Vec<DutyWindow> = lines
        .map(|line| {
            parse_window(line).ok_or_else(|| {
                let shown: String = line.chars().take(40).collect();
                format!("I could not read “{shown}”. Write a line such as Mon-Fri 09:00-17:00.")
            })
        })
        .collect::<Result<_, _>>()?;
    if windows.len() > MOST_WINDOWS {
        return Err(format!("That are {} windows; {MOST_WINDOWS} is the most.", windows.len()));
    }
    Ok((!windows.is_empty()).then(|| DutyHours::new(windows)))
}

/// Returns the duty hours as they are typed, a line for each window.
#[must_use]
pub fn hours_text(hours: &DutyHours) -> String {
    let lines: Vec<String> = hours
        .windows()
        .iter()
        .map(|window| {
            let (from, to) = (window.from.format("%H:%M"), window.to.format("%H:%M"));
            format!("{} {from}-{to}", days_text(window.days))
        })
        .collect();
    lines.join("\n")
}

/// Returns the duty hours in a sentence's words: "Monday to Friday 09:00 to 17:00".
#[must_use]
pub fn hours_in_words(hours: &DutyHours) -> String {
    let windows: Vec<String> = hours
        .windows()
        .iter()
        .map(|window| {
            let (from, to) = (window.from.format("%H:%M"), window.to.format("%H:%M"));
            format!("{} {from} to {to}", window.days.in_words())
        })
        .collect();
    windows.join("; ")
}

fn parse_window(line: &str) -> Option<DutyWindow> {
    let plain = line.to_lowercase().replace(['–', '—'], "-");
    let times_at = plain.find(|letter: char| letter.is_ascii_digit())?;
    let (days, times) = plain.split_at(times_at);
    let (from, to) = times.split_once(" to ").or_else(|| times.split_once('-'))?;
    Some(DutyWindow { days: parse_days(days)?, from: parse_time(from)?, to: parse_time(to)? })
}

fn parse_days(text: &str) -> Option<Weekdays> {
    let text = text.trim().trim_end_matches([',', ':']).replace(" and ", ",").replace(" to ", "-");
    if matches!(text.as_str(), "" | "daily" | "every day" | "always") {
        return Some(WEEK.into_iter().collect());
    }
    let mut days = Vec::new();
    for part in text.split([',', '&']).map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('-') {
            None => days.push(parse_day_name(part)?),
            Some((first, last)) => {
                let (mut day, last) = (parse_day_name(first)?, parse_day_name(last)?);
                days.push(day);
                while day != last {
                    day = day.succ();
                    days.push(day);
                }
            }
        }
    }
    (!days.is_empty()).then(|| days.into_iter().collect())
}

/// Reads a weekday by its name or the beginning of it, two letters at least.
fn parse_day_name(text: &str) -> Option<Weekday> {
    let text = text.trim().trim_end_matches('.');
    let is_it = |day: &Weekday| text.len() >= 2 && day_name(*day).to_lowercase().starts_with(text);
    WEEK.into_iter().find(is_it)
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "00"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(hour.len(), 1..=2) || minute.len() != 2 || !is_number(hour) || !is_number(minute) {
        return None;
    }
    // Midnight as the end of a day is written in two ways.
    let hour: u32 =
        hour.parse().ok().map(|hour| if hour == 24 && minute == "00" { 0 } else { hour })?;
    NaiveTime::from_hms_opt(hour, minute.parse().ok()?, 0)
}

fn days_text(days: Weekdays) -> String {
    let listed: Vec<Weekday> = days.iter().collect();
    let short = |day: &Weekday| day_name(*day)[..3].to_owned();
    let in_a_row = listed.windows(2).all(|pair| pair[0].succ() == pair[1]);
    match listed.as_slice() {
        [first, .., last] if in_a_row && listed.len() > 2 => {
            format!("{}-{}", short(first), short(last))
        }
        days => days.iter().map(short).collect::<Vec<String>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, shown: &str) {
        let hours = parse_hours(typed).unwrap().unwrap();

        assert_eq!(hours_text(&hours), shown);
        assert_eq!(parse_hours(shown).unwrap(), Some(hours), "what is shown is read as the same");
    }

    #[test]
    fn windows_are_read_as_people_write_them() {
        check("Mon-Fri 09:00-17:00", "Mon-Fri 09:00-17:00");
        check("monday to friday 9:00 to 17.30", "Mon-Fri 09:00-17:30");
        check("Sat, Sun 10-14; Mo 8–12", "Sat, Sun 10:00-14:00\nMon 08:00-12:00");
        check("daily 22:00-06:00", "Mon-Sun 22:00-06:00");
        check("Fri-Mon 00:00-24:00", "Mon, Fri, Sat, Sun 00:00-00:00");
        check("tue and thu: 09:00-17:00", "Tue, Thu 09:00-17:00");
    }

    #[test]
    fn no_text_means_always_and_nonsense_is_told_with_an_example() {
        assert_eq!(parse_hours(" \n ;"), Ok(None));
        for typed in [
            "Mon-Fri",
            "Mon-Fri 9-25",
            "Blu 09:00-10:00",
            "m 09:00-10:00",
            "Mon 09:00",
            "Mon 9:0-10",
        ] {
            let fault = parse_hours(typed).unwrap_err();

            assert!(fault.contains("Mon-Fri 09:00-17:00"), "{typed}: {fault}");
        }
        assert!(parse_hours(&"Mon 9-10\n".repeat(21)).is_err());
    }
}
