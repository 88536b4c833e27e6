//! Which signatures are accepted.

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use slack::{SignatureFault, SigningSecrets};

/// The example of Slack's page "Verifying requests from Slack".
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const SIGNED_AT: i64 = 1_531_420_618;
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
    &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
    &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J\
    %2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

fn signed_at() -> DateTime<Utc> {
    DateTime::from_timestamp(SIGNED_AT, 0).unwrap()
}

fn secrets(secrets: &[&str]) -> SigningSecrets {
    SigningSecrets::new(secrets.iter().map(|secret| SecretString::from(*secret)).collect())
}

fn headers(signature: &str, timestamp: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("X-Slack-Signature", HeaderValue::from_str(signature).unwrap());
    headers.insert("X-Slack-Request-Timestamp", HeaderValue::from_str(timestamp).unwrap());
    headers
}

#[track_caller]
fn check(headers: &HeaderMap, body: &str, late: TimeDelta, expected: Result<(), SignatureFault>) {
    let verdict = secrets(&[SECRET]).verify(headers, body.as_bytes(), signed_at() + late);

    assert_eq!(verdict, expected);
}

#[test]
fn slacks_own_example_is_accepted_within_five_minutes_both_ways() {
    let headers = headers(SIGNATURE, "1531420618");
    for (seconds, expected) in [
        (0, Ok(())),
        (300, Ok(())),
        (-300, Ok(())),
        (301, Err(SignatureFault::Stale)),
        (-301, Err(SignatureFault::Stale)),
    ] {
        check(&headers, BODY, TimeDelta::seconds(seconds), expected);
    }
}

#[test]
fn whatever_was_changed_is_refused() {
    let wrong = Err(SignatureFault::Wrong);
    let now = TimeDelta::zero();

    check(&headers(SIGNATURE, "1531420618"), &format!("{BODY}&more=1"), now, wrong);
    check(&headers(SIGNATURE, "1531420619"), BODY, now, wrong);
    check(&headers(SIGNATURE, "+1531420618"), BODY, now, wrong);
    check(&headers(&SIGNATURE.replace("v0=a2", "v0=a3"), "1531420618"), BODY, now, wrong);
    check(&headers(&SIGNATURE.replace("v0=", "v1="), "1531420618"), BODY, now, wrong);
    check(&headers(&SIGNATURE[..40], "1531420618"), BODY, now, wrong);
    check(&headers("", "1531420618"), BODY, now, wrong);
}

#[test]
fn a_timestamp_that_is_no_number_is_refused() {
    for timestamp in ["", "yesterday", "1531420618.5", "99999999999999999999"] {
        let headers = headers(SIGNATURE, timestamp);

        check(&headers, BODY, TimeDelta::zero(), Err(SignatureFault::UnreadableTime));
    }
    for timestamp in ["-9223372036854775808", "9223372036854775807"] {
        check(&headers(SIGNATURE, timestamp), BODY, TimeDelta::zero(), Err(SignatureFault::Stale));
    }
}

#[test]
fn missing_and_doubled_headers_are_refused() {
    let mut doubled = headers(SIGNATURE, "1531420618");
    doubled.append("X-Slack-Signature", HeaderValue::from_static(SIGNATURE));

    check(&HeaderMap::new(), BODY, TimeDelta::zero(), Err(SignatureFault::Missing));
    check(&doubled, BODY, TimeDelta::zero(), Err(SignatureFault::Missing));
}

#[test]
fn while_a_secret_is_replaced_both_are_accepted() {
    let headers = headers(SIGNATURE, "1531420618");
    for known in [[SECRET, "another"], ["another", SECRET]] {
        let verdict = secrets(&known).verify(&headers, BODY.as_bytes(), signed_at());

        assert_eq!(verdict, Ok(()));
    }
}

#[test]
fn an_empty_secret_accepts_nothing() {
    // HMAC-SHA256 of "v0:1531420618:" under the empty key, which anyone can compute.
    let forged = "v0=99f48c615873e238b476b395be49bf9d12238c305d200a934d065a003433bd22";
    let headers = headers(forged, "1531420618");
    for known in [&[][..], &[""][..]] {
        let verdict = secrets(known).verify(&headers, b"", signed_at());

        assert_eq!(verdict, Err(SignatureFault::Wrong));
    }
}
