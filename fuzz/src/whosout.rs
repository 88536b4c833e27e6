//! Any bytes as HiBob's answer to who is out: nothing that can be read, or absences that can be planned with.

use chrono::NaiveDate;
use connect::SourcePerson;
use connect::hibob::read_whosout;
use domain::absence::{Amount, Span};
use domain::email::Email;
use domain::ids::UserId;
use domain::source::{DateRange, LONGEST_LABEL, SourceAbsence, SourceFault};
use domain::zone::Zone;

/// Reads the bytes as an answer for the first months of a year, as if all of it were about one person.
///
/// # Panics
///
/// Where a promise is broken, which is what the fuzzer looks for.
pub fn run(data: &[u8]) {
    let email = Email::new(String::from("a@example.com")).expect("it is an address");
    let zone = Zone::parse("Europe/Berlin").expect("it is a zone");
    let person = SourcePerson { user: UserId::new("U1"), email, zone };
    let day = |month| NaiveDate::from_ymd_opt(2026, month, 1).expect("every month has a first");
    let window = DateRange { first: day(3), last: day(6) };
    let read = read_whosout(data, &person, window);
    match &read {
        Ok(absences) => check(absences, window),
        Err(fault) => assert_eq!(*fault, SourceFault::Unreadable),
    }
    assert_eq!(read, read_whosout(data, &person, window), "the same answer, the same absences");
}

fn check(absences: &[SourceAbsence], window: DateRange) {
    for pair in absences.windows(2) {
        assert!(pair[0] < pair[1], "in order, and nothing twice: {pair:?}");
    }
    for absence in absences {
        assert_eq!(absence.user.as_str(), "U1");
        let zone = Zone::parse(&absence.zone).expect("its zone is one");
        check_span(&absence.span, &zone, window);
        if let Some(label) = &absence.label {
            let letters = label.chars().count();
            assert!((1..=LONGEST_LABEL).contains(&letters), "{label:?}");
            assert!(!label.contains(char::is_control), "{label:?}");
        }
    }
}

fn check_span(span: &Span, zone: &Zone, window: DateRange) {
    let (first, last) = span.dates(zone);
    assert!(first <= window.last, "{span:?} after the window");
    assert!(last.is_none_or(|last| first <= last), "{span:?} ends before it begins");
    assert!(last.is_none_or(|last| window.first <= last), "{span:?} before the window");
    let (start, end) = span.bounds(zone);
    assert!(end.is_none_or(|end| start < end), "{span:?} takes no time");
    for part in span.windows(zone) {
        assert!(start <= part.start() && end.is_none_or(|end| part.end() <= end), "{span:?}");
    }
    for (day, amount) in span.amounts() {
        assert!(first <= day && last.is_none_or(|last| day <= last), "{span:?}");
        match amount {
            Amount::Minutes(minutes) => assert!((1..=1440).contains(&minutes), "{span:?}"),
            Amount::Thousandths(share) => assert!((1..=1000).contains(&share), "{span:?}"),
        }
    }
    if let Span::Part { .. } | Span::Halves { .. } = span {
        let last = last.expect("what is said of each day has a last one").min(window.last);
        let from = first.max(window.first);
        let told = span.amounts().filter(|(day, _)| (from..=last).contains(day)).count()
            + span.windows(zone).filter(|part| zone.date_of(part.start()) >= from).count();
        assert!(told > 0, "{span:?} says nothing of the window");
    }
}
