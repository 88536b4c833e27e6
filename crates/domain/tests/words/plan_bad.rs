//! Bad input of every kind: one line a fault with its place, no panic, and each file answered within a second.

use crate::plan_files::{file, in_toml};
use domain::plan::{MAX_BYTES, Window, make_plan, read_plan};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// How long a file may take, also where it was built without optimisation.
const A_SECOND: Duration = Duration::from_secs(1);

/// Returns what comes out within a second: the best of three tries, since others may be at the machine as well.
#[track_caller]
fn at_once<T>(answer: impl Fn() -> T) -> T {
    let begun = Instant::now();
    for _ in 0..3 {
        let before = time_of_this_thread(begun);
        let answered = answer();
        if time_of_this_thread(begun) < before + A_SECOND {
            return answered;
        }
    }
    panic!("the file was not answered within a second");
}

/// Returns how long this thread has been computing, where the system says it (Linux), else how late it is.
///
/// Other tests run at the same time, and waiting for them is no fault of the file.
fn time_of_this_thread(begun: Instant) -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = stat.and_then(|stat| stat.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

#[track_caller]
fn faults(file: impl AsRef<[u8]>, is_toml: bool) -> Vec<String> {
    let faults = at_once(|| read_plan(&file, is_toml)).expect_err("the file is bad");
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for fault in &faults {
        assert!(!fault.contains(char::is_control) && fault.len() < 1000, "{fault:?}");
    }
    faults
}

#[track_caller]
fn check_bad(good: &str, bad: &str, expected: &str) {
    let settings = r#""last_turn": "B""#;
    let beside = r#""absences": [{"member": "B", "from": "2026-01-12", "to": "2026-01-18"}],
        "coverage": [{"by": "A", "of": "C", "start": "2026-01-13T08:00:00Z", "end": "2026-01-14T08:00:00Z"}]"#;
    let whole = file(settings, beside);
    assert!(read_plan(&whole, false).is_ok() && whole.contains(good), "{whole}");

    let damaged = whole.replacen(good, bad, 1);

    assert_eq!(faults(&damaged, false), [expected]);
    assert_eq!(faults(in_toml(&serde_json::from_str(&damaged).unwrap()), true), [expected]);
}

#[test]
fn a_zone_that_does_not_exist_is_told() {
    check_bad(
        "Europe/Berlin",
        "Europe/Bonn",
        "rotation.zone: “Europe/Bonn” is not a time zone. Did you mean “Europe/London”?",
    );
}

#[test]
fn members_twice_are_told() {
    check_bad(
        r#"["A", "B", "C"]"#,
        r#"["A", "B", "C", "A"]"#,
        "rotation.members[3]: “A” is a member already, see rotation.members[0]",
    );
}

#[test]
fn a_month_of_9001_is_told() {
    check_bad(
        r#""unit": "week""#,
        r#""unit": "month", "every": 9001"#,
        "rotation.cadence.every: must be from 1 to 9000",
    );
    check_bad(
        "2026-01-05T09:00",
        "2026-9001-05T09:00",
        "rotation.cadence.anchor: “2026-9001-05T09:00” is not a local time; write it as \
         2026-01-05T09:00, without a zone",
    );
}

#[test]
fn an_anchor_in_year_300000_is_told() {
    check_bad(
        "2026-01-05T09:00",
        "300000-01-05T09:00",
        "rotation.cadence.anchor: “300000-01-05T09:00” is not a local time; write it as \
         2026-01-05T09:00, without a zone",
    );
}

#[test]
fn an_absence_that_ends_before_it_starts_is_told() {
    check_bad(
        r#""to": "2026-01-18""#,
        r#""to": "2026-01-11""#,
        "absences[0].to: is before the first day, 2026-01-12",
    );
    check_bad(
        r#""from": "2026-01-12", "to": "2026-01-18""#,
        r#""start": "2026-01-12T08:00:00Z", "end": "2026-01-12T07:59:59Z""#,
        "absences[0].end: must be later than the start",
    );
}

#[test]
fn coverage_by_someone_unknown_is_told() {
    check_bad(
        r#""by": "A""#,
        r#""by": "Ann""#,
        "coverage[0].by: “Ann” is no member, nobody added later and not the fallback",
    );
}

#[test]
fn a_file_of_ten_megabytes_is_refused_by_its_size() {
    for piece in ["x", "[", "{\"a\":", "\u{0}", "a = 1\n", "\u{ff}"] {
        let file = piece.repeat(10_000_000 / piece.len());
        for is_toml in [false, true] {
            let expected = "file: has more than 1048576 bytes, the most for a plan";
            assert_eq!(faults(&file, is_toml), [expected]);
        }
    }
}

#[test]
fn random_bytes_are_refused() {
    let mut dice = Dice(1);
    for round in 0..20_000_u64 {
        let length = dice.roll(300);
        // Bytes that mean something to a reader come often, so that it goes further than the first one.
        let bytes: Vec<u8> = (0..length)
            .map(|_| match dice.roll(3) {
                0 => u8::try_from(dice.roll(256)).unwrap(),
                _ => b"{}[]\":,=.#'\n -+0123456789eEtrufalsn\\"[dice.roll(36)],
            })
            .collect();
        let (json, toml) = (read_plan(&bytes, false), read_plan(&bytes, true));
        assert!(json.is_err() && toml.is_err(), "round {round}: {bytes:?}");
    }
}

#[test]
fn a_megabyte_of_random_bytes_is_refused() {
    let mut dice = Dice(2);
    let bytes: Vec<u8> = (0..MAX_BYTES).map(|_| u8::try_from(dice.roll(256)).unwrap()).collect();
    let letters: Vec<u8> = bytes.iter().map(|byte| byte % 95 + 32).collect();

    for is_toml in [false, true] {
        assert_eq!(faults(&bytes, is_toml), ["file: is not text in UTF-8"]);
        assert_eq!(faults(&letters, is_toml).len(), 1);
    }
}

#[test]
fn a_file_is_answered_wherever_it_breaks_off_and_whatever_byte_is_wrong() {
    let json = file(r#""seats": 2"#, r#""pauses": [{"start": "2026-02-02T00:00:00Z"}]"#);
    let toml = in_toml(&serde_json::from_str(&json).unwrap());
    let mut dice = Dice(3);
    for (whole, is_toml) in [(json, false), (toml, true)] {
        for end in 0..whole.len() {
            let _ = read_plan(&whole[..end], is_toml);
        }
        for _ in 0..10_000 {
            let mut bytes = whole.clone().into_bytes();
            for _ in 0..=dice.roll(3) {
                let at = dice.roll(bytes.len());
                bytes[at] = u8::try_from(dice.roll(256)).unwrap();
            }
            if let Ok(request) = read_plan(&bytes, is_toml) {
                let _ = make_plan(&request, &Window::default());
            }
        }
    }
}

#[test]
fn what_is_nested_deeply_is_refused() {
    for (open, is_toml) in [
        ("[", false),
        (r#"{"a":"#, false),
        (r#"{"rotation":[{"members":"#, false),
        ("a.", true),
        ("[a.", true),
        ("[[a.", true),
        ("\"a\" . ", true),
    ] {
        assert_eq!(faults(open.repeat(MAX_BYTES / open.len()), is_toml).len(), 1, "{open}");
    }
    for open in ["[", "{a=", "[{a.b=", "{a.", "[[{a = ["] {
        let bytes = format!("a = {}", open.repeat((MAX_BYTES - 4) / open.len()));
        assert_eq!(faults(bytes, true).len(), 1, "{open}");
    }
    // Closed again as well, up to where a reader may still follow.
    for depth in [10, 100, 120, 130, 1000, 100_000] {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(faults(format!(r#"{{"rotation": {lists}}}"#), false).len() <= 1);
        assert!(faults(format!("rotation = {lists}"), true).len() <= 1);
        assert!(!faults(format!("{}a = 1", "rotation.".repeat(depth)), true).is_empty());
    }
}

#[test]
fn faults_by_the_hundred_thousand_cost_no_more_than_the_first_hundred() {
    let numbered = |piece: &str| {
        let mut text = String::new();
        for number in 0.. {
            if text.len() > MAX_BYTES - 1000 {
                break;
            }
            write!(text, "{}", piece.replace('N', &number.to_string())).unwrap();
        }
        text
    };
    let unknown = format!("{{{}\"z\": 1}}", numbered(r#""rotationN":0,"#));
    let zone =
        r#"{"member": "A", "from": "2026-01-12", "to": "2026-01-12", "zone": "Europe/BerlN"}"#;
    let zones: Vec<String> =
        (0..10_000).map(|number| zone.replace('N', &number.to_string())).collect();
    let zones = file("", &format!(r#""absences": [{}]"#, zones.join(",")));
    let names = format!(r#"{{"rotation": {{"members": [{}"A"]}}}}"#, numbered(r#""N","#));

    assert_eq!(faults(unknown, false).len(), 101);
    assert_eq!(faults(numbered("rotationN=0\n"), true).len(), 101);
    assert_eq!(faults(numbered("[rotationN]\n"), true).len(), 101);
    assert_eq!(faults(zones, false)[100], "file: has 9900 faults more");
    assert_eq!(faults(names, false).len(), 3);
}

#[test]
fn the_longest_good_files_are_read_within_a_second() {
    let list = |name: &str, entry: &str, count: usize| {
        file("", &format!(r#""{name}": [{}]"#, vec![entry; count].join(",")))
    };
    let at = r#""at": "2026-01-14T10:00:00Z""#;
    let members: Vec<String> = (0..250).map(|number| format!("\"{number}\"")).collect();
    let members = members.join(",");
    let order = format!("{{{at}, \"order\": [{members}]}}");
    for whole in [
        list(
            "absences",
            r#"{"member":"B","from":"2026-01-12","to":"2026-01-18","zone":"Asia/Tokyo"}"#,
            10_000,
        ),
        list(
            "coverage",
            r#"{"by":"A","of":"B","start":"2026-01-12T08:00:00Z","end":"2026-01-18T08:00:00Z"}"#,
            2000,
        ),
        list("swaps", r#"{"turn":8,"with":9}"#, 2000),
        list("roster_changes", &format!("{{{at},\"add\":\"E\"}},{{{at},\"remove\":\"E\"}}"), 1000),
        list("roster_changes", &order, 600).replace(r#"["A", "B", "C"]"#, &format!("[{members}]")),
        list(
            "cadence_changes",
            &format!(
                "{{{at},\"cadence\":{{\"every\":9000,\"unit\":\"week\",\"weekdays\":[\"mon\",\"tue\"],\
                 \"anchor\":\"2026-01-05T09:00\"}}}}"
            ),
            500,
        ),
        list("pauses", r#"{"start":"2026-01-12T08:00:00Z","end":"2026-01-18T08:00:00Z"}"#, 1000),
    ] {
        assert!(at_once(|| read_plan(&whole, false)).is_ok(), "{}", &whole[..300]);
        let toml = in_toml(&serde_json::from_str(&whole).unwrap());
        assert!(at_once(|| read_plan(&toml, true)).is_ok(), "{}", &toml[..300]);
    }
}

#[test]
fn a_list_that_is_too_long_is_one_fault() {
    for (name, most) in [
        ("absences", 10_000),
        ("coverage", 2000),
        ("swaps", 2000),
        ("roster_changes", 2000),
        ("cadence_changes", 500),
        ("pauses", 1000),
    ] {
        let whole = file("", &format!(r#""{name}": [{}]"#, vec!["{}"; most + 1].join(",")));

        let expected = format!("{name}: has {} entries; {most} is the most", most + 1);
        assert_eq!(faults(whole, false), [expected]);
    }
}

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    /// Returns a number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64)
            .expect("it is below a number of that type")
    }
}
