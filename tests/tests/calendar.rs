//! Calendars that other programs subscribe to: made and revoked in Slack, read over HTTP by readers that are not ours.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{TeamId, WorkspaceId};
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use stories::both_engines;

/// What came back from an address.
struct Came {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Came {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// An entry as a reader understood it.
#[derive(Clone, Debug, PartialEq)]
struct Entry(Value);

impl Entry {
    fn word(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn sequence(&self) -> u64 {
        self.0["sequence"].as_u64().expect("a number")
    }

    fn start(&self) -> DateTime<Utc> {
        self.word("start").parse().expect("an instant")
    }
}

/// Returns the address in an answer.
fn link_in(answer: &str) -> String {
    let (_, rest) =
        answer.split_once("http").unwrap_or_else(|| panic!("there is a link: {answer}"));
    let end = rest.find(['`', '|', '>']).expect("it ends");
    format!("http{}", &rest[..end])
}

async fn asks_for(address: &str, headers: &[(HeaderName, String)]) -> Came {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build();
    let mut request = client.expect("a client for loopback").get(address);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.send().await.expect("it answers");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = answer.bytes().await.expect("the whole answer");
    Came { status, headers, body: String::from_utf8(bytes.to_vec()).expect("UTF-8") }
}

async fn visits(address: &str) -> Came {
    asks_for(address, &[]).await
}

async fn visits_knowing(address: &str, tag: &str) -> Came {
    asks_for(address, &[(reqwest::header::IF_NONE_MATCH, tag.to_owned())]).await
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn python() -> String {
    std::env::var("ASYNCBOT_TEST_PYTHON").unwrap_or_else(|_| {
        panic!(
            "ASYNCBOT_TEST_PYTHON is not set; run all tests with `tests/run`, which looks after it"
        )
    })
}

/// Returns what one reader makes of a calendar: of the whole, and of each entry.
fn read_by(reader: &str, text: &str) -> (Value, Vec<Entry>) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("reader/read_calendar.py");
    let child = Command::new(python())
        .arg("-I")
        .arg(script)
        .arg(reader)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("there is a Python");
    let mut pipe = child.stdin.take().expect("a pipe");
    let text = text.to_owned();
    let writing = std::thread::spawn(move || pipe.write_all(text.as_bytes()));
    let out = child.wait_with_output().expect("the reader ends");
    writing.join().expect("it wrote").expect("the reader reads");
    assert!(out.status.success(), "{reader}: {}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).expect("text");
    let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let whole = lines.next().expect("it says what the calendar is");
    (whole, lines.map(Entry).collect())
}

/// Returns what both readers make of a calendar, which is the same.
fn read(text: &str) -> (Value, Vec<Entry>) {
    let one = read_by("icalendar", text);
    let other = read_by("vobject", text);
    assert_eq!(one, other, "two readers understand the same");
    one
}

fn entry_at<'a>(entries: &'a [Entry], start: &str) -> &'a Entry {
    let found = entries.iter().find(|entry| entry.word("start") == start);
    found.unwrap_or_else(|| panic!("there is one at {start}: {entries:#?}"))
}

both_engines! {
    async fn a_rotation_is_read_by_others_with_its_times_across_the_change_of_the_clocks(play at "2026-10-09T10:00:00Z") {
        play.makes_support("2026-10-12", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-10-12T10:00:00Z").await;

        let answer = play.types("ana", "/rotation calendar support").await;
        let came = visits(&link_in(&answer)).await;

        assert_eq!(came.status, 200, "{}", came.body);
        assert_eq!(came.header("content-type"), "text/calendar; charset=utf-8");
        assert_eq!(came.header("cache-control"), "private, no-cache");
        assert_eq!(came.header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(came.header("referrer-policy"), "no-referrer");
        let (whole, entries) = read(&came.body);
        assert_eq!(whole, json!({"name": "support", "old_name": "support", "refresh": 3600.0, "zones": ["Europe/Berlin"]}));
        // Nine in Berlin each Monday, in summer time and after it: the week between has 169 hours.
        let weeks: Vec<_> = entries.iter().take(4).map(|it| (it.word("start"), it.word("end"), it.word("summary"))).collect();
        assert_eq!(weeks, [
            ("2026-10-12T07:00:00Z", "2026-10-19T07:00:00Z", "support: Ben"),
            ("2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z", "support: Cho"),
            ("2026-10-26T08:00:00Z", "2026-11-02T08:00:00Z", "support: Dee"),
            ("2026-11-02T08:00:00Z", "2026-11-09T08:00:00Z", "support: Ben"),
        ]);
        entry_at(&entries, "2027-03-22T08:00:00Z");
        assert_eq!(entry_at(&entries, "2027-03-29T07:00:00Z").word("zone"), "Europe/Berlin");
        assert!(entries.iter().all(|it| it.0["alarms"] == json!([])), "nothing rings for those who look");
        let last = entries.last().expect("there are many").start();
        let year: DateTime<Utc> = "2027-10-12T10:00:00Z".parse().expect("an instant");
        assert!(last < year && year - last <= TimeDelta::days(7), "it goes a year ahead: {last}");
        assert!(entries.iter().all(|it| it.word("stamp") == it.word("modified") && it.word("status") == "CONFIRMED"));
    }

    async fn cover_gives_the_same_uid_a_higher_number_and_nothing_else_one(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let address = link_in(&play.types("eli", "/rotation calendar support").await);
        let first = visits(&address).await;
        let (_, before) = read(&first.body);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 40, "a strong tag: {tag}");
        play.waits("1h").await;

        let same = visits_knowing(&address, &tag).await;
        assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, "", tag.as_str()));
        let weak = visits_knowing(&address, &format!("\"other\", W/{tag}")).await;
        assert_eq!(weak.status, 304, "a proxy on the way may have weakened it");
        assert_eq!(visits_knowing(&address, "\"other\"").await.body, first.body);

        let answer = play.types("ana", "/rotation assign <@U0DEE> for <@U0CHO> support 15 June to 22 June").await;
        assert!(answer.contains("Done"), "{answer}");
        let changed = visits_knowing(&address, &tag).await;
        assert_eq!(changed.status, 200);
        let (_, after) = read(&changed.body);

        let (was, is) = (entry_at(&before, "2026-06-15T07:00:00Z"), entry_at(&after, "2026-06-15T07:00:00Z"));
        assert_eq!((was.word("summary"), was.word("uid")), ("support: Cho", is.word("uid")));
        assert_eq!(is.word("summary"), "support: Dee (for Cho)");
        assert!(was.sequence() < is.sequence(), "{was:?} {is:?}");
        assert!(was.word("modified") < is.word("modified"), "{was:?} {is:?}");
        for start in ["2026-06-08T07:00:00Z", "2026-06-29T07:00:00Z"] {
            assert_eq!(entry_at(&before, start), entry_at(&after, start), "this one did not change");
        }

        // Who asks next, on another day, is told the same: what was served stays as it was.
        play.waits_until("2026-06-23T10:00:00Z").await;
        let (_, later) = read(&visits(&address).await.body);
        assert_eq!(entry_at(&later, "2026-06-15T07:00:00Z"), is);
        assert_eq!(entry_at(&later, "2026-06-08T07:00:00Z"), entry_at(&before, "2026-06-08T07:00:00Z"));
    }

    async fn ones_own_turns_ring_before_they_begin_and_are_of_all_rotations(play at "2026-10-09T10:00:00Z") {
        play.makes_support("2026-10-12", &["ben", "cho"]).await;
        let form = json!({"name": "pizza, and more", "members": ["U0CHO", "U0DEE"], "cadence": "day",
            "first_day": "2026-10-12", "time": "12:00", "zone": "America/New_York", "channel": "C0SUPPORT"});
        play.creates("ana", &form).await;

        let answer = play.types("cho", "/rotation calendar me").await;
        let (whole, entries) = read(&visits(&link_in(&answer)).await.body);

        assert_eq!(whole, json!({"name": "On duty", "old_name": "On duty", "refresh": 3600.0,
            "zones": ["America/New_York", "Europe/Berlin"]}));
        let week = entry_at(&entries, "2026-10-19T07:00:00Z");
        assert_eq!((week.word("summary"), week.word("zone")), ("On duty: support", "Europe/Berlin"));
        // New York turns its clocks a week after Berlin: noon there is an hour later from 1 November on.
        let day = entry_at(&entries, "2026-10-30T16:00:00Z");
        assert_eq!((day.word("summary"), day.word("end")), ("On duty: pizza, and more", "2026-10-31T16:00:00Z"));
        assert_eq!(day.word("zone"), "America/New_York");
        assert_eq!(entry_at(&entries, "2026-11-01T17:00:00Z").word("end"), "2026-11-02T17:00:00Z");
        assert!(entries.iter().all(|entry| entry.0["alarms"] == json!([-15.0])), "{entries:#?}");
        assert!(!entries.iter().any(|entry| entry.word("summary").contains("Ben")));
    }

    async fn a_link_opens_nothing_once_it_was_revoked_or_replaced(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let first = link_in(&play.types("cho", "/rotation calendar support").await);
        let other = link_in(&play.types("ben", "/rotation calendar support").await);
        assert_eq!(visits(&first).await.status, 200);

        let second = play.types("cho", "/rotation calendar support").await;
        assert!(second.contains("The link that you had before opens nothing any more"), "{second}");
        let (second, mine) = (link_in(&second), link_in(&play.types("cho", "/rotation calendar me").await));
        let gone = visits(&first).await;
        assert_eq!(gone.status, 404);
        assert!(gone.body.contains("There is no calendar here") && gone.body.contains("/rotation calendar"), "{}", gone.body);

        let seen = play.messages("support", "cho").await;
        let made = seen.iter().rfind(|seen| seen.text.contains(&second)).expect("the answer").clone();
        play.presses("cho", &made, "calendar_revoke").await;
        assert_eq!(visits(&second).await.status, 404, "its button revokes it");
        assert_eq!(visits(&mine).await.status, 200, "and no other");
        let done = play.types("cho", "/rotation calendar revoke").await;
        assert!(done.contains("Done: the link opens nothing any more"), "{done}");
        assert_eq!(visits(&mine).await.status, 404);
        assert_eq!(visits(&other).await.status, 200, "what others have is theirs");
        assert!(play.types("cho", "/rotation calendar revoke").await.contains("You have no such link"));
        let log = play.types("ana", "/rotation events").await;
        assert!(log.contains("calendar link made") && log.contains("calendar link revoked"), "{log}");

        let bent = other.replace(".ics", "");
        let longer = other.replace(".ics", "0.ics");
        for nothing in [bent.as_str(), &longer, &format!("{}x.ics", &other[..other.len() - 5])] {
            assert_eq!(visits(nothing).await.status, 404, "{nothing}");
        }
    }

    async fn a_link_ends_with_the_app_the_rotation_and_whoever_made_it(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits("1m").await;
        let mut links = Vec::new();
        for (who, what) in [("cho", "me"), ("cho", "support"), ("dee", "me"), ("ana", "support"), ("ben", "me"), ("eli", "me")] {
            links.push(link_in(&play.types(who, &format!("/rotation calendar {what}")).await));
        }
        for link in &links {
            assert_eq!(visits(link).await.status, 200, "{link}");
        }
        let open = async || {
            let mut open = String::new();
            for (number, link) in links.iter().enumerate() {
                if visits(link).await.status == 200 {
                    open.push_str(&number.to_string());
                }
            }
            open
        };

        play.deactivates("cho").await;
        play.waits("1m").await;
        assert_eq!(open().await, "2345", "Cho left Slack");
        play.deactivates("eli").await;
        play.waits("1m").await;
        assert_eq!(open().await, "234", "Eli too, who is in no rotation");
        play.reactivates("cho").await;
        play.waits("1m").await;
        assert_eq!(open().await, "234", "and does not come back with the links");
        let asked = play.types("dee", "/rotation erase me").await;
        assert!(asked.contains("This erases you"), "{asked}");
        let seen = play.messages("support", "dee").await;
        let ask = seen.iter().rfind(|seen| seen.buttons.iter().any(|it| it == "data_erase")).expect("a button").clone();
        play.presses("dee", &ask, "data_erase").await;
        assert_eq!(open().await, "34", "Dee was erased");
        let delete = play.opens("ana", "/rotation delete support").await;
        play.fills("ana", &delete, &json!({})).await;
        assert_eq!(open().await, "4", "the rotation is deleted");
        play.types("ana", "/rotation undelete support").await;
        play.waits("1m").await;
        assert_eq!(open().await, "4", "and comes back without the links to it");
        play.uninstalls().await;
        play.waits("1m").await;
        assert_eq!(open().await, "", "the app was removed");
        play.installs().await;
        play.waits("1m").await;
        assert_eq!(open().await, "", "and comes back without them");
    }

    async fn the_database_knows_a_hash_and_the_feed_no_reason_why_somebody_is_away(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("cho", "/rotation ooo add 2026-06-15 to 2026-06-21").await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let address = link_in(&play.types("eli", "/rotation calendar support").await);

        let (_, entries) = read(&visits(&address).await.body);

        let week = entry_at(&entries, "2026-06-15T07:00:00Z");
        assert_eq!((week.word("summary"), week.word("description")), ("support: Dee", "Passed over: Cho"));
        let token = address.rsplit_once('/').expect("a path").1.trim_end_matches(".ics");
        let workspace = WorkspaceId::of_team(&TeamId::new(play.team())).as_uuid().simple().to_string();
        let secret = token.strip_prefix(workspace.as_str()).expect("it begins with the workspace");
        assert_eq!(secret.len(), 64, "256 bits");
        // A dump of PostgreSQL has bytes as their digits.
        let mut in_digits = String::new();
        for byte in secret.bytes() {
            write!(in_digits, "{byte:02x}").expect("a text takes what is written");
        }
        for (place, bytes) in play.database().dump().await {
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            for secret in [secret, &in_digits] {
                assert!(!text.contains(secret), "{place} has what opens it");
            }
        }
    }
}
