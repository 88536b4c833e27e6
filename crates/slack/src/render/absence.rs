//! Absences in words: when they are, where they come from, what they change, and the modal in which they are entered.

use super::blocks::{Part, plain_text};
use super::buttons::{button, button_of};
use super::modal::{day_input, input, option, optional, view};
use super::names::{in_words, name_of, plain, title};
use super::words::{Ink, Style};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::absence::{Amount, Half, Span};
use domain::action::{Button, Field};
use domain::form::{AT_NOON, AT_TIME, WITH_DAY};
use domain::ids::UserId;
use domain::message::Person;
use domain::reply::{AbsenceCard, AbsenceEffect, AbsenceLine, SourceAge};
use domain::story::absence::Message;
use domain::zone::Zone;
use serde_json::{Value, json};

/// The most absences of one answer.
const MOST_ROWS: usize = 20;

/// The most effects of an absence that are listed.
const MOST_EFFECTS: usize = 10;

/// From when on what a source said is called old: it is asked three times an hour.
const OLD: TimeDelta = TimeDelta::hours(1);

/// Returns when an absence is: "on Friday 12 June", "from Monday 8 June on", "every morning from … to …".
pub(super) fn span(line: &AbsenceLine, now: DateTime<Utc>, style: Style) -> String {
    let ink = Ink::new(&line.zone, now, style);
    let day = |day| ink.full_day(day);
    match line.span {
        Span::Days { first, last, from_noon, until_noon } => {
            let begins = if from_noon { "the afternoon of " } else { "" };
            let ends = if until_noon { "the morning of " } else { "" };
            match last {
                None => format!("from {begins}{} on", day(first)),
                // Of one day at most one half is missing.
                Some(last) if first == last => format!("on {begins}{ends}{}", day(first)),
                Some(last) => format!("from {begins}{} to {ends}{}", day(first), day(last)),
            }
        }
        Span::Halves { first, last, half } => {
            let half = match half {
                Half::Morning => "morning",
                Half::Afternoon => "afternoon",
            };
            if first == last {
                format!("on the {half} of {}", day(first))
            } else {
                format!("every {half} from {} to {}", day(first), day(last))
            }
        }
        Span::Clock { start, end } => clock(&ink, (start, end), &line.zone, style),
        Span::Part { first, last, of_day } => {
            let amount = amount(of_day);
            match of_day {
                _ if first != last => {
                    format!("for {amount} of each day from {} to {}", day(first), day(last))
                }
                Amount::Minutes(_) => format!("for {amount} on {}", day(first)),
                Amount::Thousandths(_) => format!("for {amount} of {}", day(first)),
            }
        }
    }
}

/// Returns an absence in a row of somebody's own: "Away on Friday 12 June".
pub(super) fn home_row(line: &AbsenceLine, now: DateTime<Utc>) -> (String, Option<Value>) {
    let how = if line.is_available { "Available after all" } else { "Away" };
    let words = format!("{how} {}{}", span(line, now, Style::Block), origin(line));
    (words, row_button(line, true, now))
}

/// Returns what an absence changes, for the one who entered it.
pub(super) fn added(card: &AbsenceCard, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    let (name, days) = (name_of(&card.person), span(&card.line, now, style));
    let is_available = card.line.is_available;
    let mut lines = vec![if is_available {
        format!("Noted: {name} is available {days}, whatever another system says.")
    } else {
        format!("Noted: {name} is away {days}.")
    }];
    lines.extend(again_line(&card.line, now, style).filter(|_| card.goes_on));
    let ink = |effect: &AbsenceEffect| Ink::new(&effect.zone, now, style);
    let effects = card.effects.iter().take(MOST_EFFECTS);
    lines.extend(effects.map(|effect| effect_line(effect, is_available, &ink(effect))));
    if card.effects.len() > MOST_EFFECTS {
        lines.push(format!("… and {} more turns.", card.effects.len() - MOST_EFFECTS));
    }
    if card.is_away_by_hand {
        lines.push(String::from(
            "An absence that was entered here still counts then: `/rotation ooo list` shows it.",
        ));
    } else if card.effects.is_empty() && card.on_duty_now.is_empty() {
        lines.push(String::from("No turn changes hands because of it."));
    }
    lines.extend(
        card.on_duty_now
            .iter()
            .take(MOST_EFFECTS)
            .map(|name| format!("The turn of {} that is running stays as it is.", title(name))),
    );
    vec![Part::Lines(lines), Part::Buttons(vec![take_back(&card.line)])]
}

/// Returns from when on another system counts again that says more than one can overrule at once.
fn again_line(line: &AbsenceLine, now: DateTime<Utc>, style: Style) -> Option<String> {
    let zone = Zone::parse(&line.zone).ok()?;
    let last = Ink::new(&line.zone, now, style).full_day(line.span.dates(&zone).1?);
    Some(format!(
        "The last such day is {last}: after it the other system counts again, and you can say this again then."
    ))
}

/// Returns somebody's absences, each with its button where the reader may press it.
pub(super) fn list(
    (person, is_own): (&Person, bool),
    absences: &[AbsenceLine],
    can_remove: bool,
    now: DateTime<Utc>,
    style: Style,
) -> Vec<Part> {
    let name = name_of(person);
    let is_away = absences.iter().any(|line| !line.is_available);
    let first = if is_away { "is away:" } else { "has no absence ahead." };
    let mut parts = vec![Part::Lines(vec![format!("{name} {first}")])];
    parts.extend(absences.iter().take(MOST_ROWS).map(|line| {
        let how = if line.is_available { "available after all " } else { "" };
        let words = vec![format!("• {how}{}{}", span(line, now, style), origin(line))];
        match row_button(line, is_own, now).filter(|_| can_remove) {
            Some(button) => Part::Row(words, button),
            None => Part::Lines(words),
        }
    }));
    if absences.len() > MOST_ROWS {
        let more = absences.len() - MOST_ROWS;
        parts.push(Part::Lines(vec![format!("… and {more} more.")]));
    }
    parts
}

/// Returns what was taken back.
pub(super) fn removed(
    person: &Person,
    lines: &[AbsenceLine],
    now: DateTime<Utc>,
    style: Style,
) -> Vec<String> {
    let name = name_of(person);
    let (said, away): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.is_available);
    let spans = |lines: Vec<&AbsenceLine>| {
        in_words(lines.into_iter().map(|line| span(line, now, style)).collect())
    };
    let mut words = Vec::new();
    if !away.is_empty() {
        words.push(format!("Taken back: {name} is not away {} any more.", spans(away)));
    }
    if !said.is_empty() {
        let spans = spans(said);
        words.push(format!("Taken back: what another system says of {name} {spans} counts again."));
    }
    words
}

/// Returns what somebody is told of an absence that somebody else entered or took back.
pub(super) fn message(message: &Message, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match message {
        Message::Entered { line, by } => {
            let (by, days) = (name_of(by), span(line, now, style));
            let noted = if line.is_available {
                format!("{by} noted that you are available {days}, whatever another system says.")
            } else {
                format!("{by} noted that you are away {days}.")
            };
            let or_else = String::from("If that is not so, take it back.");
            vec![Part::Lines(vec![noted, or_else]), Part::Buttons(vec![take_back(line)])]
        }
        Message::TakenBack { line, by } => {
            let (by, days) = (name_of(by), span(line, now, style));
            let how = if line.is_available { "available" } else { "away" };
            vec![Part::Lines(vec![format!("{by} took back that you are {how} {days}.")])]
        }
    }
}

/// Returns how old what the absence sources say is, one line for each.
pub(super) fn age_lines(sources: &[SourceAge], now: DateTime<Utc>, ink: &Ink) -> Vec<String> {
    let line = |source: &SourceAge| {
        let name = plain(&source.name);
        match source.good_at {
            None => format!("{name} has not said yet who is away."),
            Some(at) if now - at > OLD => format!(
                "Absences from {name} are more than an hour old: what changed there since {} is missing here.",
                ink.at(at)
            ),
            Some(at) => format!("Absences from {name} as of {}.", ink.at(at)),
        }
    };
    sources.iter().map(line).collect()
}

/// Returns the modal in which an absence is entered; `who` opened it, where they may enter those of others.
pub(super) fn modal(today: NaiveDate, who: Option<&UserId>) -> Value {
    let mut blocks = Vec::new();
    blocks.extend(who.map(|who| {
        let hint = "Yourself, or somebody of a rotation that you manage. Days and times are those of their own time zone.";
        let element = json!({ "type": "users_select", "initial_user": who.as_str() });
        input(Field::Who, "Who is away", Some(hint), element)
    }));
    let picker = || json!({ "type": "timepicker" });
    let time = |field, label, hint| optional(input(field, label, Some(hint), picker()));
    let open = option("open", "Nobody knows the end yet");
    blocks.extend([
        input(Field::From, "First day away", None, day_input(today)),
        input(Field::FromPart, "It begins", None, part_input("At the start of the day")),
        time(Field::FromTime, "Time at which it begins", "Only where it begins at a time."),
        optional(input(
            Field::To,
            "Last day away",
            Some("Leave it empty for one day."),
            json!({ "type": "datepicker" }),
        )),
        input(Field::ToPart, "It ends", None, part_input("At the end of the day")),
        time(Field::ToTime, "Time at which it ends", "Only where it ends at a time."),
        optional(input(
            Field::OpenEnd,
            "No end known",
            None,
            json!({ "type": "checkboxes", "options": [open] }),
        )),
    ]);
    view("enter_absence", "I'm away", "Save", &blocks)
}

fn part_input(whole: &str) -> Value {
    let options =
        [option(WITH_DAY, whole), option(AT_NOON, "At noon"), option(AT_TIME, "At a time")];
    json!({ "type": "static_select", "options": options, "initial_option": options[0] })
}

fn clock(
    ink: &Ink,
    (start, end): (DateTime<Utc>, Option<DateTime<Utc>>),
    zone: &str,
    style: Style,
) -> String {
    let Some(end) = end else { return format!("from {} on", ink.at(start)) };
    let zone = Zone::parse(zone).unwrap_or_else(|_| Zone::utc());
    let first = zone.date_of(start);
    let is_one_day = zone.date_of(end - TimeDelta::microseconds(1)) == first;
    match style {
        _ if !is_one_day => format!("from {} to {}", ink.at(start), ink.at(end)),
        Style::Block => format!("from {} to {}", ink.at(start), ink.time(end)),
        Style::Text => {
            let (from, to) = (ink.time(start), ink.time(end));
            // It is the end of that day, not its beginning.
            let to = if to == "00:00" { "24:00" } else { &to };
            let zone = plain(zone.name());
            format!("on {} from {from} to {to} ({zone})", ink.full_day(first))
        }
    }
}

fn amount(amount: Amount) -> String {
    let count = |number: u32, word: &str| match number {
        1 => format!("1 {word}"),
        number => format!("{number} {word}s"),
    };
    match amount {
        Amount::Minutes(minutes) => match (minutes / 60, minutes % 60) {
            (0, minutes) => count(minutes, "minute"),
            (hours, 0) => count(hours, "hour"),
            (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
        },
        Amount::Thousandths(500) => String::from("half"),
        Amount::Thousandths(1000) => String::from("all"),
        Amount::Thousandths(part) if part % 10 == 0 => format!("{} %", part / 10),
        Amount::Thousandths(part) => format!("{}.{} %", part / 10, part % 10),
    }
}

/// Returns what is said of an absence that a source says: nothing of one that was entered by hand.
fn origin(line: &AbsenceLine) -> String {
    let Some(source) = &line.source else { return String::new() };
    let what = line.label.as_deref().map_or_else(|| String::from("unavailable"), plain);
    let mut from = format!(": {what} (from {}", plain(source));
    if line.is_flagged {
        from.push_str("; it says more than I can read, so whole days were taken");
    }
    if line.is_overruled {
        from.push_str("; it does not count");
    }
    from.push(')');
    from
}

/// Returns the button of an absence: what a source says cannot be taken back here.
fn row_button(line: &AbsenceLine, is_own: bool, now: DateTime<Utc>) -> Option<Value> {
    // What is heard has no marks of Slack's in it.
    let about = span(line, now, Style::Text);
    if line.source.is_none() {
        return Some(button_of(&Button::RemoveAbsence { absence: line.absence }, &about));
    }
    let mut stay = button_of(&Button::StayAvailable { absence: line.absence }, &about);
    if !is_own {
        stay["text"] = plain_text("Available after all", 75);
    }
    (!line.is_overruled).then_some(stay)
}

fn take_back(line: &AbsenceLine) -> Value {
    button(&Button::RemoveAbsence { absence: line.absence })
}

fn effect_line(effect: &AbsenceEffect, is_available: bool, ink: &Ink) -> String {
    let (name, start) = (title(&effect.rotation), ink.at(effect.start));
    match &effect.instead {
        Some(person) if is_available => {
            format!("• {name} from {start}: {} after all", name_of(person))
        }
        Some(person) => format!("• {name} from {start}: {} instead", name_of(person)),
        None => format!("• {name} from {start}: nobody is free, so I will ask in the channel"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::AbsenceId;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn line(span: Span) -> AbsenceLine {
        let days = (day("2026-06-12"), day("2026-06-12"));
        let zone = String::from("Europe/Berlin");
        AbsenceLine {
            span,
            zone,
            ..AbsenceLine::days(
                AbsenceId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap()),
                days.0,
                days.1,
            )
        }
    }

    #[track_caller]
    fn check(when: Span, words: &str) {
        let now = at("2026-06-08T07:00:00Z");

        assert_eq!(span(&line(when), now, Style::Text), words);
    }

    #[test]
    fn every_kind_of_absence_is_said_in_words() {
        let (first, last) = (day("2026-06-12"), day("2027-01-02"));
        let days = |from_noon, until_noon, last| Span::Days { first, last, from_noon, until_noon };
        let part = |last, of_day| Span::Part { first, last, of_day };
        check(Span::days(first, first), "on Friday 12 June");
        check(Span::days(first, last), "from Friday 12 June to Saturday 2 January 2027");
        check(
            days(true, true, Some(last)),
            "from the afternoon of Friday 12 June to the morning of Saturday 2 January 2027",
        );
        check(days(true, false, Some(first)), "on the afternoon of Friday 12 June");
        check(days(false, false, None), "from Friday 12 June on");
        check(days(true, false, None), "from the afternoon of Friday 12 June on");
        check(Span::half(first, Half::Morning), "on the morning of Friday 12 June");
        check(
            Span::Halves { first, last: day("2026-06-19"), half: Half::Afternoon },
            "every afternoon from Friday 12 June to Friday 19 June",
        );
        check(part(first, Amount::Minutes(180)), "for 3 hours on Friday 12 June");
        check(part(first, Amount::Minutes(61)), "for 1 hour 1 minute on Friday 12 June");
        check(part(first, Amount::Thousandths(500)), "for half of Friday 12 June");
        check(
            part(day("2026-06-19"), Amount::Thousandths(250)),
            "for 25 % of each day from Friday 12 June to Friday 19 June",
        );
    }

    #[test]
    fn clock_times_name_their_zone() {
        let (start, end) = (at("2026-06-12T12:00:00Z"), at("2026-06-12T14:00:00Z"));
        let until = |end| Span::Clock { start, end };
        check(until(Some(end)), "on Friday 12 June from 14:00 to 16:00 (Europe/Berlin)");
        check(
            until(Some(at("2026-06-12T22:00:00Z"))),
            "on Friday 12 June from 14:00 to 24:00 (Europe/Berlin)",
        );
        check(
            until(Some(at("2026-06-15T07:00:00Z"))),
            "from Friday 12 June, 14:00 Europe/Berlin to Monday 15 June, 09:00",
        );
        check(until(None), "from Friday 12 June, 14:00 Europe/Berlin on");
        let in_block = span(&line(until(Some(end))), start, Style::Block);
        assert_eq!(
            in_block,
            "from <!date^1781265600^{date_short_pretty} at {time}|Friday 12 June, 14:00 Europe/Berlin> to <!date^1781272800^{time}|16:00>"
        );
    }

    #[test]
    fn a_label_cannot_be_taken_for_anything_else() {
        let source = Some(String::from("HiBob"));
        let label = Some(String::from("<!channel> *off*"));
        let line = AbsenceLine {
            source,
            label,
            is_flagged: true,
            ..line(Span::days(day("2026-06-12"), day("2026-06-12")))
        };

        assert_eq!(
            origin(&line),
            ": &lt;!channel&gt; ∗off∗ (from HiBob; it says more than I can read, so whole days were taken)"
        );
    }

    #[test]
    fn how_old_absences_are_is_said_more_clearly_after_an_hour() {
        let now = at("2026-06-08T07:00:00Z");
        let age = |good_at| SourceAge { name: String::from("HiBob"), good_at };
        let sources = [
            age(Some(now - TimeDelta::hours(1))),
            age(Some(now - TimeDelta::minutes(61))),
            age(None),
        ];
        let ink = Ink::new("Europe/Berlin", now, Style::Text);

        assert_eq!(
            age_lines(&sources, now, &ink),
            [
                "Absences from HiBob as of Monday 8 June, 08:00 Europe/Berlin.",
                "Absences from HiBob are more than an hour old: what changed there since Monday 8 June, 07:59 is missing here.",
                "HiBob has not said yet who is away.",
            ]
        );
    }
}
