//! The requests: signed slash commands, each with a trigger of its own, spread over all workspaces.

use crate::measure::Server;
use chrono::{DateTime, Days, NaiveDate, Utc};
use clock::Clock;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use stories::{Signed, Slash};

/// What Slack and the apps share.
pub(crate) const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// How many workspaces the load is spread over.
pub(crate) const WORKSPACES: usize = 64;

/// How many people take turns in each.
pub(crate) const MEMBERS: usize = 10;

/// Where every rotation is announced.
pub(crate) const CHANNEL: &str = "C0SUPPORT";

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Who is on duty.
    Read,
    /// An absence is entered.
    Write,
}

/// Returns a member's id.
pub(crate) fn member(number: usize) -> String {
    format!("U0MEMBER{number:02}")
}

/// Returns the `number`th command: another workspace each time, then another person, then other days.
pub(crate) fn command(teams: &[String], kind: Kind, number: usize, today: NaiveDate) -> Slash {
    /// No two commands have the same trigger, whichever run they belong to.
    static TRIGGERS: AtomicU64 = AtomicU64::new(1);
    let trigger = TRIGGERS.fetch_add(1, Ordering::Relaxed);
    let text = match kind {
        Kind::Read => "who".to_owned(),
        Kind::Write => absence(number / teams.len() / MEMBERS, today),
    };
    Slash {
        team: teams[number % teams.len()].clone(),
        channel: CHANNEL.to_owned(),
        user: member(number / teams.len() % MEMBERS),
        text,
        trigger: format!("{trigger}.1764000000.0f0e0d0c0b0a09080706050403020100"),
    }
}

/// Returns the command that enters a person's `number`th absence: one to five days within the coming two years.
fn absence(number: usize, today: NaiveDate) -> String {
    let after = |days: usize| today + Days::new(u64::try_from(days).unwrap_or_default());
    let first = 1 + number * 11 % 720;
    format!("ooo add {} to {}", after(first), after(first + number % 5))
}

/// Writes so many requests, ready to be sent, as `requests.lua` reads them.
pub(crate) fn write_file(
    file: &Path,
    server: &dyn Server,
    teams: &[String],
    kind: Kind,
    count: usize,
) {
    let now = now();
    let file = std::fs::File::create(file).expect("the scratch folder can be written");
    let mut file = std::io::BufWriter::new(file);
    for number in 0..count {
        let signed = command(teams, kind, number, now.date_naive()).signed(SECRET, now);
        let request = raw(&signed, server);
        write!(file, "{}\n{request}", request.len()).expect("the scratch folder has room");
    }
    file.flush().expect("the scratch folder has room");
}

fn raw(Signed { body, headers }: &Signed, server: &dyn Server) -> String {
    let [(time_name, time), (signature_name, signature)] = headers;
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n\
         Accept: application/json,*/*\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
         {time_name}: {time}\r\n{signature_name}: {signature}\r\n\r\n{body}",
        path = server.path(),
        port = server.port(),
        length = body.len(),
    )
}

/// Returns the time of the machine, by which both apps judge a signature.
pub(crate) fn now() -> DateTime<Utc> {
    Clock::system().now()
}
