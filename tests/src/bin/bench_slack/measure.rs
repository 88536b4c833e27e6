//! One run of wrk against one server, with samples of what it answers meanwhile.

use crate::load::{self, Kind, SECRET};
use reqwest::header::CONTENT_TYPE;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use stories::Signed;
use tokio::process::Command;

/// A rate that nobody here reaches, in requests a second: each durable write needs a request of its own.
const MOST: usize = 15_000;

/// How long a server is loaded before it is measured, in seconds.
const WARM_UP_SECONDS: u32 = 2;

/// How many different requests warm it up.
const WARM_UP: usize = 2 * MOST;

/// How many different reads there are; they are asked again and again.
const READS: usize = 6_400;

/// How often an answer is looked at under load.
const SAMPLE_EVERY: Duration = Duration::from_millis(50);

/// Something that answers slash commands.
pub(crate) trait Server {
    /// Where it listens.
    fn port(&self) -> u16;
    /// Where it takes commands.
    fn path(&self) -> &'static str;
    /// How long processors have worked for it, in hundredths of a second.
    fn worked(&self) -> u64;
    /// Whether this is an answer to such a command.
    fn says(&self, kind: Kind, answer: &str) -> bool;
}

/// What came of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Requests that were answered.
    pub(crate) requests: u64,
    /// Of those, looked at one by one beside the load.
    pub(crate) samples: u64,
    /// Requests a second.
    pub(crate) rate: f64,
    /// How long a processor works for one request, in microseconds; without the database's server.
    pub(crate) work: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub(crate) p50: f64,
    /// Ninety-nine of a hundred answers took no longer, in milliseconds.
    pub(crate) p99: f64,
}

/// Loads `server` over so many connections and returns what came of it.
pub(crate) async fn run(
    server: &dyn Server,
    teams: &[String],
    kind: Kind,
    connections: u32,
    seconds: u32,
) -> Figures {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let file = scratch.path().join("requests");
    // Node compiles what it runs often, and everybody opens connections.
    // Whoever stores what is asked refuses what came before.
    load::write_file(&file, server, teams, Kind::Read, WARM_UP);
    wrk(&file, server, connections, WARM_UP_SECONDS).await;
    let count = match kind {
        Kind::Read => READS,
        Kind::Write => MOST * usize::try_from(seconds).unwrap_or_default(),
    };
    load::write_file(&file, server, teams, kind, count);
    let samples = AtomicU64::new(0);
    let before = server.worked();
    let figures = tokio::select! {
        figures = wrk(&file, server, connections, seconds) => figures,
        () = sample(server, teams, kind, count, &samples) => unreachable!("it goes on for ever"),
    };
    let hundredths = server.worked() - before;
    let samples = samples.into_inner();
    #[expect(clippy::cast_precision_loss, reason = "numbers of a few seconds")]
    let work = hundredths as f64 * 1e4 / (figures.requests + samples) as f64;
    let figures = Figures { samples, work, ..figures };
    assert!(figures.samples > 0, "answers were looked at");
    assert!(kind == Kind::Read || figures.requests < count as u64, "each write was a new one");
    figures
}

/// Looks at one answer after the other; `from` is the first number that no request of the load has.
async fn sample(
    server: &dyn Server,
    teams: &[String],
    kind: Kind,
    from: usize,
    samples: &AtomicU64,
) {
    let http = reqwest::Client::builder().build().expect("a client for loopback");
    let mut ticks = tokio::time::interval(SAMPLE_EVERY);
    for number in from.. {
        ticks.tick().await;
        let now = load::now();
        let signed = load::command(teams, kind, number, now.date_naive()).signed(SECRET, now);
        // Counted before it is sent: a write may be saved whose answer nobody waits for any more.
        samples.fetch_add(1, Ordering::Relaxed);
        let (status, answer) = post(&http, &address(server), &signed).await;
        assert!(
            status == 200 && server.says(kind, &answer),
            "{kind:?} is answered {status}: {answer}"
        );
    }
}

/// Returns the address of commands.
pub(crate) fn address(server: &dyn Server) -> String {
    format!("http://127.0.0.1:{}{}", server.port(), server.path())
}

/// Posts a signed form and returns the status and the body of the answer.
pub(crate) async fn post(http: &reqwest::Client, url: &str, signed: &Signed) -> (u16, String) {
    let mut asked = http
        .post(url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(signed.body.clone());
    for (name, value) in &signed.headers {
        asked = asked.header(*name, value);
    }
    let answer = asked.send().await.expect("the server answers");
    (answer.status().as_u16(), answer.text().await.expect("the whole answer"))
}

async fn wrk(file: &Path, server: &dyn Server, connections: u32, seconds: u32) -> Figures {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/requests.lua");
    let output = Command::new("wrk")
        .args(["-t", "1", "-c", &connections.to_string(), "-d", &format!("{seconds}s")])
        .args(["--timeout", "10s", "-s"])
        .arg(script)
        .arg(format!("http://127.0.0.1:{}", server.port()))
        .arg("--")
        .arg(file)
        .kill_on_drop(true)
        .output()
        .await
        .expect("wrk runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let result = said.lines().find_map(|line| line.strip_prefix("RESULT "));
    let result = result.unwrap_or_else(|| panic!("wrk: {output:?}"));
    let numbers: Vec<f64> = result.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [requests, micros, p50, p99, refused, failed] = numbers[..] else {
        panic!("wrk said {result}");
    };
    assert!(refused == 0.0 && failed == 0.0, "{refused} answers were not 200, {failed} never came");
    assert!(requests > 0.0, "something was answered");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a count")]
    let count = requests as u64;
    Figures {
        requests: count,
        samples: 0,
        work: 0.0,
        rate: requests * 1e6 / micros,
        p50: p50 / 1e3,
        p99: p99 / 1e3,
    }
}
