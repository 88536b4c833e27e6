//! Plays the rounds that are still to be played, keeps what they came to, and draws the table.

use crate::asked::Asked;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use stories::Engine;
use stories::crash::{Figures, Round, RoundSettings, play_round};

/// Plays what is asked for; returns whether nothing was lost and nothing doubled in silence.
pub(crate) async fn play(asked: &Asked) -> bool {
    let program = std::env::current_exe().expect("this program has a file");
    let folder = asked.folder.clone().unwrap_or_else(|| beside(&program));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut is_good = true;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if asked.engine.is_none_or(|one| one == engine) {
            is_good &= play_on(asked, engine, &program, &folder).await;
        }
    }
    is_good
}

async fn play_on(asked: &Asked, engine: Engine, program: &Path, folder: &Path) -> bool {
    let began = Instant::now();
    let limit = Duration::from_secs(60 * asked.minutes);
    let (mut all, mut deaths, mut killed, mut took) =
        (Figures::default(), BTreeMap::<String, u64>::new(), 0, 0.0);
    let mut first = 0;
    while first < asked.kills {
        let kills = asked.round.min(asked.kills - first);
        let kept = folder.join(format!("{}-{}-{first}-{kills}.json", engine.word(), asked.seed));
        let round = match std::fs::read_to_string(&kept) {
            Ok(text) => serde_json::from_str(&text).expect("a round that was kept"),
            Err(_) if limit < began.elapsed() => break,
            Err(_) => {
                let settings = RoundSettings {
                    engine,
                    program: program.to_owned(),
                    seed: asked.seed,
                    first,
                    kills,
                    size: (4, 8),
                };
                let round = written(&play_round(&settings).await);
                let unfinished = kept.with_extension("unfinished");
                std::fs::write(&unfinished, round.to_string()).expect("a round can be kept");
                std::fs::rename(unfinished, &kept).expect("a round can be kept");
                round
            }
        };
        let figures = read(&round, &mut deaths);
        say(&format!(
            "{}: kills {first} to {}: {:.0} s, lost {}, doubled {}",
            engine.word(),
            first + kills,
            round["seconds"].as_f64().unwrap_or_default(),
            figures.lost.len(),
            figures.doubled.len()
        ));
        for fault in &figures.trouble {
            say(&format!("NOT AT REST: {fault}"));
        }
        for fault in figures.lost.iter().chain(&figures.doubled) {
            say(&format!("WRONG: {fault}"));
        }
        all.add(&figures);
        took += round["seconds"].as_f64().unwrap_or_default();
        killed += kills;
        first += kills;
    }
    draw(engine, &all, &deaths, killed, took);
    let reached = deaths.keys().filter(|place| !place.ends_with("(not reached)")).count();
    say(&format!("\n{reached} places were reached."));
    let is_everywhere = killed < 100 || 12 <= reached;
    if killed < asked.kills {
        say("\nThe time was up before all were killed; the same command goes on from here.");
    }
    all.are_good() && is_everywhere
}

fn beside(program: &Path) -> PathBuf {
    program.parent().unwrap_or_else(|| Path::new(".")).join("crashes-played")
}

fn written(round: &Round) -> Value {
    let Figures {
        deliveries,
        accepted,
        turns,
        acknowledged,
        flagged,
        unconfirmed,
        quarantined,
        ..
    } = round.figures;
    json!({
        "seconds": round.took.as_secs_f64(), "deaths": round.deaths, "deliveries": deliveries, "accepted": accepted,
        "turns": turns, "acknowledged": acknowledged, "flagged": flagged, "flagged_direct": round.figures.flagged_direct,
        "receipts": round.figures.receipts, "unconfirmed": unconfirmed,
        "quarantined": quarantined, "unsaid": round.figures.unsaid, "trouble": round.figures.trouble, "lost": round.figures.lost, "doubled": round.figures.doubled,
    })
}

fn read(round: &Value, deaths: &mut BTreeMap<String, u64>) -> Figures {
    let count =
        |name: &str| usize::try_from(round[name].as_u64().unwrap_or_default()).unwrap_or_default();
    let counts = |name: &str| -> Vec<(String, u64)> {
        let map = round[name].as_object().into_iter().flatten();
        map.map(|(key, value)| (key.clone(), value.as_u64().unwrap_or_default())).collect()
    };
    let texts = |name: &str| -> Vec<String> {
        round[name]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|text| Some(text.as_str()?.to_owned()))
            .collect()
    };
    for (place, times) in counts("deaths") {
        *deaths.entry(place).or_default() += times;
    }
    let unsaid = counts("unsaid")
        .into_iter()
        .map(|(code, times)| (code, usize::try_from(times).unwrap_or_default()));
    Figures {
        deliveries: count("deliveries"),
        accepted: count("accepted"),
        turns: count("turns"),
        acknowledged: count("acknowledged"),
        flagged: count("flagged"),
        flagged_direct: count("flagged_direct"),
        receipts: count("receipts"),
        unconfirmed: count("unconfirmed"),
        quarantined: count("quarantined"),
        unsaid: unsaid.collect(),
        trouble: texts("trouble"),
        lost: texts("lost"),
        doubled: texts("doubled"),
    }
}

fn draw(engine: Engine, all: &Figures, deaths: &BTreeMap<String, u64>, killed: u64, took: f64) {
    say(&format!("\n{}: {killed} kills in {:.1} minutes\n", engine.word(), took / 60.0));
    say("| killed at | times |\n|---|---|");
    for (place, times) in deaths {
        say(&format!("| {place} | {times} |"));
    }
    say("\n| what | number |\n|---|---|");
    let rows = [
        ("turns on the grid of the daily rotations", all.turns),
        ("requests that were answered as done", all.acknowledged),
        ("deliveries", all.deliveries),
        ("posts that Slack accepted", all.accepted),
        ("of these taken notice of by their echoes", all.receipts),
        ("**lost**", all.lost.len()),
        ("**doubled in silence, or although the first was taken notice of**", all.doubled.len()),
        ("said twice and flagged", all.flagged),
        ("of these in direct messages", all.flagged_direct),
        ("flagged as unconfirmed", all.unconfirmed),
        ("quarantined", all.quarantined),
    ];
    for (what, number) in rows {
        say(&format!("| {what} | {number} |"));
    }
    for (code, number) in &all.unsaid {
        say(&format!("| ended unsaid: {code} | {number} |"));
    }
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn say(text: &str) {
    println!("{text}");
}
