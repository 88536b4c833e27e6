//! One final view: whoever asks, wherever, reads the same of who is on duty and who is next, and the plan says it too.
//!
//! Random histories are played over HTTP. After each step the answers, the home, the direct messages and the channel are
//! compared with what the plan makes of the stored absences, cover and swaps.

mod history;
mod planned;
mod read;

use history::{History, histories};
use planned::Planned;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use read::{Line, Serving, Told};
use stories::{Engine, Play, plain_view};

const PEOPLE: [&str; 5] = ["ana", "ben", "cho", "dee", "eli"];
/// How many coming turns are compared.
const COMING: usize = 6;

/// How often each thing was compared; a test that compares nothing would be green for ever.
#[derive(Debug, Default)]
struct Compared {
    on_duty: usize,
    covered: usize,
    coming: usize,
    announced: usize,
    swapped: usize,
}

/// Plays a history and compares after each step.
async fn check(engine: Engine, history: &History, compared: &mut Compared) {
    let play = Play::begin(engine, "2026-10-16T10:00:00Z").await;
    history.begins(&play).await;
    for (place, step) in history.steps.iter().enumerate() {
        step.is_done(&play).await;
        let planned = Planned::load(&play).await;
        let at = || format!("after step {place}, {step:?}, at {} of {history:?}", planned.now());
        let on_duty = planned.on_duty();
        on_duty_is(&play, &on_duty, &at).await;
        duties_are(&play, &planned, &at).await;
        compared.on_duty += 1;
        compared.covered += usize::from(on_duty.people.iter().any(|(_, of)| of.is_some()));
        compared.coming += coming_is(&play, &planned, &at).await;
        compared.swapped += usize::from(planned.has_swaps());
        compared.announced += announced_is(&play, &planned, &at).await;
    }
}

/// Who is on duty: in `who`, the list, the card of the rotation and everybody's home.
async fn on_duty_is(play: &Play, expected: &Serving, at: &dyn Fn() -> String) {
    for command in ["who", "list", "show support"] {
        let said = play.types("eli", &format!("/rotation {command}")).await;
        assert_eq!(&Serving::read(&said), expected, "{command} {}\n{said}", at());
    }
    let home = plain_view(&play.opens_home("ana").await);
    assert_eq!(&Serving::read(&home), expected, "home {}\n{home}", at());
}

/// Whoever is on duty has a message that says so, and nobody else has one.
async fn duties_are(play: &Play, planned: &Planned, at: &dyn Fn() -> String) {
    let Some(expected) = planned.told() else { return };
    for who in PEOPLE {
        let dms = play.dms(who).await;
        let told: Vec<_> = dms.iter().filter_map(|dm| read::duty(&dm.text)).collect();
        let name = planned::shown(who);
        let wanted: Vec<_> = expected.iter().filter(|(person, _)| *person == name).collect();
        let wanted: Vec<_> = wanted.into_iter().map(|(_, of)| Told(of.clone())).collect();
        assert_eq!(told, wanted, "{who} {}\n{dms:#?}", at());
    }
}

/// Who is next: each coming turn, and each stretch of it.
async fn coming_is(play: &Play, planned: &Planned, at: &dyn Fn() -> String) -> usize {
    let said = play.types("eli", &format!("/rotation next support {COMING}")).await;
    let lines: Vec<Line> = said.lines().filter_map(Line::read).collect();
    assert_eq!(lines.len(), COMING, "{} {said}", at());
    let mut compared = 0;
    for (start, turn) in planned.coming(COMING) {
        let line = lines.iter().find(|line| line.start == start);
        let line = line.unwrap_or_else(|| panic!("a turn at {start} {}\n{said}", at()));
        for (since, people) in turn {
            assert_eq!(line.serving_at(since), people, "from {since} {}\n{said}", at());
            compared += 1;
        }
    }
    compared
}

/// The newest handoff in the channel names whoever serves since then.
async fn announced_is(play: &Play, planned: &Planned, at: &dyn Fn() -> String) -> usize {
    let posts = play.channel("support").await;
    let Some(last) = posts.last().filter(|post| read::is_handoff(&post.text)) else { return 0 };
    let Some(people) = planned.same_since(read::posted(&last.ts)) else { return 0 };
    assert_eq!(read::mentioned(&last.text), people, "{} {}", last.text, at());
    1
}

/// Plays so many histories, the same ones every time, from a place in their row on.
async fn check_many(engine: Engine, from: usize, count: usize) {
    let mut runner = TestRunner::deterministic();
    let mut compared = Compared::default();
    let mut made = || histories().new_tree(&mut runner).expect("a history").current();
    for history in (0..from + count).map(|_| made()).collect::<Vec<_>>().iter().skip(from) {
        check(engine, history, &mut compared).await;
    }
    let Compared { on_duty, covered, coming, announced, swapped } = compared;
    let enough = on_duty > 0 && covered > 0 && coming > on_duty && announced > 0 && swapped > 0;
    assert!(enough, "everything was compared: {compared:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_the_same_final_view_on_sqlite() {
    check_many(Engine::Sqlite, 0, 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_the_same_final_view_on_postgres() {
    check_many(Engine::Postgres, 8, 3).await;
}
