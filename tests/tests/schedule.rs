//! The page of a rotation and the front page: what they say, and how they look to people, keyboards, paper and small screens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::path::PathBuf;
use stories::{Browser, Engine, Outside, Play, View, both_engines};
use url::Url;

/// Returns the address in an answer.
fn link_in(answer: &str) -> Url {
    let (_, rest) =
        answer.split_once("<http").unwrap_or_else(|| panic!("there is a link: {answer}"));
    let address = rest.split_once('|').expect("it has words").0;
    format!("http{address}").parse().expect("an address")
}

/// Makes a rotation with a cover in the running week and somebody who will be away; it is Friday, 19 June.
async fn begins(play: &Play) -> Url {
    play.makes_support("2026-06-08", &["ben", "cho", "dee", "eli"]).await;
    play.types("cho", "/rotation ooo add 2026-07-13 to 2026-07-19").await;
    play.waits_until("2026-06-17T10:00:00Z").await;
    play.types("ana", "/rotation assign <@U0DEE> for <@U0CHO> support 18 June to 19 June").await;
    play.waits_until("2026-06-19T10:00:00Z").await;
    link_in(&play.types("ana", "/rotation page support").await)
}

/// Returns the words of a page, in one line.
fn plain(html: &str) -> String {
    let (_, body) = html.split_once("<body>").expect("a body");
    let mut text = String::new();
    let mut is_tag = false;
    for letter in body.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn reads(play: &Play, url: &Url) -> (u16, String) {
    let path = &url[url::Position::BeforePath..];
    let came = Outside::of(play).gets(path).await;
    (came.status, came.body)
}

both_engines! {
    async fn the_page_says_who_is_on_duty_who_is_next_and_what_each_month_holds(play at "2026-06-05T10:00:00Z") {
        let page = begins(&play).await;

        let (status, html) = reads(&play, &page).await;
        let words = plain(&html);

        assert_eq!(status, 200, "{html}");
        assert!(words.contains("On duty now De Dee for Cho until Sat 20 Jun, 00:00"), "{words}");
        assert!(words.contains("Next Cho from Sat 20 Jun, 00:00"), "whoever takes over next in truth: {words}");
        assert!(words.contains("every week on Monday at 09:00 · times in Europe/Berlin"), "{words}");
        assert!(words.contains("Thu 18 Jun, 00:00 to Sat 20 Jun, 00:00: Dee for Cho"), "the month in words: {words}");
        assert!(words.contains("Mon 13 Jul, 09:00 to Mon 20 Jul, 09:00 Cho is passed over"), "{words}");
        for wrong in ["unavailable", "2026-07-19", "<script", "away"] {
            assert!(!html.contains(wrong), "{wrong}: {html}");
        }

        let month = |month: &str| {
            let mut url = page.clone();
            url.set_query(Some(&format!("month={month}")));
            url
        };
        let december = plain(&reads(&play, &month("2026-12")).await.1);
        assert!(december.contains("Mon 30 Nov, 09:00 to Mon 7 Dec, 09:00"), "{december}");
        assert!(december.contains("← November 2026 Today January 2027 →"), "{december}");
        assert_eq!(reads(&play, &month("2027-06")).await.0, 200);
        assert_eq!(reads(&play, &month("2025-06")).await.0, 200);
        for bad in ["2027-07", "2025-05", "2026-13", "june", "", "2026-12%27", "9999999-1"] {
            let (status, html) = reads(&play, &month(bad)).await;
            assert_eq!(status, 404, "{bad}");
            assert!(html.contains("This month is not shown"), "{bad}: {html}");
        }
        assert_eq!(reads(&play, &page.join("?other=1&month=2026-07&x").expect("a query")).await.0, 200);
        assert_eq!(reads(&play, &page.join("?month=2026-07&month=2026-08").expect("a query")).await.0, 200);
    }

    async fn a_page_opens_with_its_own_link_until_it_is_revoked(play at "2026-06-05T10:00:00Z") {
        let page = begins(&play).await;
        let came = Outside::of(&play).gets(page.path()).await;
        assert_eq!(came.status, 200);
        for (header, value) in [
            ("cache-control", "private, no-cache"),
            ("x-robots-tag", "noindex, nofollow"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(came.header(header), value, "{header}");
        }
        let calendar = play.types("ana", "/rotation calendar support").await;
        let calendar = calendar.split('`').find(|part| part.starts_with("http")).expect("a link").parse::<Url>().expect("an address");

        // Each opens what it was made for, and nothing else.
        let token = page.path().trim_start_matches("/schedule/");
        assert_eq!(Outside::of(&play).gets(&format!("/calendar/{token}.ics")).await.status, 404);
        let token = calendar.path().trim_start_matches("/calendar/").trim_end_matches(".ics");
        assert_eq!(Outside::of(&play).gets(&format!("/schedule/{token}")).await.status, 404);
        for bent in ["/schedule/x", "/schedule/", &format!("{}0", page.path())] {
            assert_eq!(Outside::of(&play).gets(bent).await.status, 404, "{bent}");
        }

        play.types("ana", "/rotation page revoke").await;
        for url in [&page, &calendar] {
            let (status, html) = reads(&play, url).await;
            assert_eq!(status, 404, "{url}");
            assert!(html.contains("There is no page here") || html.contains("There is no calendar here"), "{html}");
        }
    }

    async fn a_rotation_that_rests_or_that_nobody_can_serve_says_so(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben"]).await;
        let page = link_in(&play.types("ana", "/rotation page support").await);
        assert!(plain(&reads(&play, &page).await.1).contains("Now Not begun yet"));
        play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-21").await;
        play.waits_until("2026-06-16T10:00:00Z").await;
        let words = plain(&reads(&play, &page).await.1);
        assert!(words.contains("Now Nobody can until Mon 22 Jun, 09:00"), "{words}");
        play.types("ana", "/rotation pause support").await;
        let words = plain(&reads(&play, &page).await.1);
        assert!(words.contains("Now Paused"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_is_said_in_a_page_and_to_slack_as_before() {
    let play = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    let outside = Outside::of(&play);
    let large = "x".repeat(1024 * 1024 + 1);
    for (method, path, body, status, words) in [
        ("GET", "/nowhere", "", 404, "There is nothing here"),
        ("POST", "/nowhere/at/all", "", 404, "There is nothing here"),
        ("DELETE", "/", "", 405, "That is not possible here"),
        ("POST", "/security", "", 405, "That is not possible here"),
        ("POST", "/exports/x", large.as_str(), 413, "That is too large"),
    ] {
        let came = outside.sends(method, path, &[], body.to_owned()).await;
        assert_eq!(came.status, status, "{method} {path}");
        assert!(
            came.body.contains(words) && came.body.contains("<h1>"),
            "{method} {path}: {}",
            came.body
        );
        if status == 405 {
            assert!(came.header("allow").contains("GET"), "{method} {path}");
        }
    }
    for (method, path, status) in [
        ("GET", "/slack/commands", 405),
        ("POST", "/slack/commands", 401),
        ("POST", "/hibob/webhook/abc", 404),
    ] {
        let came = outside.sends(method, path, &[], "").await;
        assert_eq!(came.status, status, "{method} {path}");
        assert!(!came.body.contains("<html"), "machines read no pages: {path}");
    }
    let answer = outside.sends("POST", "/slack/events", &[], large).await;
    assert!(answer.status == 413 && !answer.body.contains("<html"), "{}", answer.body);
}

// --- In a browser

/// Tells how far what is shown moved by itself.
const SHIFTS: &str = "const done = arguments[0]; let sum = 0;
    new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; }).observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => setTimeout(() => done(sum), 50))";

async fn executes(browser: &Browser, script: &str) -> Value {
    browser.client().execute(script, Vec::new()).await.expect("the page can be asked")
}

async fn executes_async(browser: &Browser, script: &str, arguments: Vec<Value>) -> Value {
    browser.client().execute_async(script, arguments).await.expect("the page can be asked")
}

async fn opens(browser: &Browser, url: &Url) {
    browser.client().goto(url.as_str()).await.expect("the page opens");
}

/// Returns what a browser complained of, but for the icon that there is none of.
async fn complaints(browser: &Browser) -> Vec<String> {
    let mut said = browser.complaints().await;
    said.retain(|one| !one.contains("favicon.ico"));
    said
}

/// Returns a play with a page to look at, and the addresses of it and of the front page.
async fn stage() -> (Play, [(&'static str, Url); 2]) {
    let play = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    let page = begins(&play).await;
    let front = play.stage().bot_url().clone();
    (play, [("front", front), ("schedule", page)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_can_be_read_and_do_not_move_on_any_screen() {
    let (_play, pages) = stage().await;
    let browser = Browser::open(View::Narrow).await;

    for view in [View::Narrow, View::Phone, View::Desk] {
        browser.resize(view).await;
        for is_dark in [false, true] {
            browser.looks_at(is_dark, false).await;
            for (name, url) in &pages {
                opens(&browser, url).await;
                let seen = executes(&browser, include_str!("looks/look.js")).await;
                let right = json!({"faint": [], "wide": 0, "loaded": [], "elsewhere": [], "headings": 1, "language": "en"});
                assert_eq!(seen, right, "{name} on {view:?}, dark: {is_dark}");
                assert_eq!(
                    executes_async(&browser, SHIFTS, Vec::new()).await,
                    json!(0),
                    "{name} moves on {view:?}"
                );
            }
        }
    }
    let complaints = complaints(&browser).await;
    assert!(complaints.is_empty(), "{complaints:#?}");

    // What moves, what is faint and what the page's policy forbids would be noticed.
    executes(&browser, "const one = document.createElement('p'); one.style.height = '300px'; one.style.color = '#f8f8f4'; one.textContent = 'faint'; document.body.prepend(one)").await;
    let moved = executes_async(&browser, SHIFTS, Vec::new()).await;
    assert!(moved.as_f64().is_some_and(|moved| moved > 0.0), "{moved}");
    executes(&browser, "const one = document.createElement('img'); one.src = 'https://elsewhere.example/x.png'; document.body.append(one)").await;
    assert!(!self::complaints(&browser).await.is_empty(), "a breach of the policy is a complaint");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_reaches_every_link_and_shows_where_it_is() {
    let (_play, pages) = stage().await;
    let browser = Browser::open(View::Desk).await;

    for (name, url) in &pages {
        opens(&browser, url).await;
        let count =
            executes(&browser, "return document.querySelectorAll('a, summary').length").await;
        let count = count.as_u64().expect("a number");
        let mut reached = Vec::new();
        for _ in 0..count {
            let body = browser.client().active_element().await.expect("something has the focus");
            body.send_keys(&char::from(Key::Tab).to_string()).await.expect("a key is pressed");
            let at = "const one = document.activeElement; const style = getComputedStyle(one); const box = one.getBoundingClientRect();
                return [[...document.querySelectorAll('a, summary')].indexOf(one), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
                    && box.width > 0 && box.left >= 0]";
            let seen = executes(&browser, at).await;
            assert_eq!(seen[1], json!(true), "{name}: the focus is seen at {seen}");
            reached.push(seen[0].as_u64().expect("it is one of them"));
        }
        assert_eq!(reached, (0..count).collect::<Vec<_>>(), "{name}: every link, in order");
    }

    // From here the month after is two stops away, and leads to where it says.
    opens(&browser, &pages[1].1).await;
    for key in [Key::Tab, Key::Tab, Key::Tab, Key::Enter] {
        let body = browser.client().active_element().await.expect("something has the focus");
        body.send_keys(&char::from(key).to_string()).await.expect("a key is pressed");
    }
    let mut july = pages[1].1.clone();
    july.set_query(Some("month=2026-07"));
    july.set_fragment(Some("month"));
    browser.client().wait().for_url(&july).await.expect("it leads to July");
    assert_eq!(
        executes(&browser, "return document.querySelector('#month h2').textContent").await,
        "July 2026"
    );
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_paper_the_month_keeps_its_colours_and_nothing_is_there_to_press() {
    let (_play, pages) = stage().await;
    let browser = Browser::open(View::Desk).await;
    browser.looks_at(true, true).await;

    for (name, url) in &pages {
        opens(&browser, url).await;
        let seen = executes(&browser, "const shown = [...document.querySelectorAll('a')].filter(one => one.getClientRects().length && !one.closest('p'));
            return [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, shown.length]").await;
        assert_eq!(seen, json!(["rgb(255, 255, 255)", "rgb(0, 0, 0)", 0]), "{name}");
    }
    let bar = executes(
        &browser,
        "const style = getComputedStyle(document.querySelector('.bar.c2'));
        return [style.backgroundColor, style.printColorAdjust ?? style.webkitPrintColorAdjust]",
    )
    .await;
    assert_eq!(
        bar,
        json!(["rgb(29, 107, 58)", "exact"]),
        "in the dark, paper is white all the same"
    );
    browser.close().await;
}

/// What makes two pictures of one page the same wherever they are made: the letters are left out, whose edges differ, and stand
/// in a font that Chromium's own packages bring.
const CALM: &str = "const style = document.createElement('style');
    style.textContent = '* { font-family: \"DejaVu Sans\" !important; color: transparent !important; } ::marker { color: transparent !important; }';
    document.head.append(style);
    const width = font => { const one = document.createElement('canvas').getContext('2d'); one.font = font; return one.measureText('mmmmWWWW').width; };
    return width('40px \"DejaVu Sans\", monospace') !== width('40px monospace')";

/// Tells how many points of two pictures differ where they differ most, of the 64 of a small square, and how large both are.
const COMPARE: &str = "const [one, other, done] = arguments;
    const load = data => new Promise((loaded, failed) => { const image = new Image(); image.onload = () => loaded(image); image.onerror = failed; image.src = 'data:image/png;base64,' + data; });
    Promise.all([load(one), load(other)]).then(([a, b]) => {
        const [width, height] = [Math.min(a.width, b.width), Math.min(a.height, b.height)];
        const points = image => { const canvas = document.createElement('canvas'); canvas.width = width; canvas.height = height;
            const context = canvas.getContext('2d'); context.drawImage(image, 0, 0); return context.getImageData(0, 0, width, height).data; };
        const [x, y] = [points(a), points(b)];
        const differs = (left, top) => { const at = 4 * (top * width + left); return [0, 1, 2].some(part => Math.abs(x[at + part] - y[at + part]) > 24); };
        let most = 0;
        for (let top = 0; top + 8 <= height; top += 4) for (let left = 0; left + 8 <= width; left += 4) {
            let differ = 0;
            for (let point = 0; point < 64; point++) if (differs(left + point % 8, top + (point >> 3))) differ++;
            most = Math.max(most, differ);
        }
        done({differ: most, sizes: [[a.width, a.height], [b.width, b.height]]});
    }, fault => done(String(fault)))";

/// How many points of a square may differ, and by how many points the heights: rounding, and nothing that is seen.
const MAY_DIFFER: u64 = 20;
const MAY_BE_LONGER: i64 = 1;

/// Returns a picture of the page that is open, a quarter of its size, without letters.
async fn pictures(browser: &Browser) -> Vec<u8> {
    assert_eq!(
        executes(browser, CALM).await,
        json!(true),
        "the font DejaVu Sans is needed (Debian: fonts-dejavu-core)"
    );
    browser.picture_of_all(0.25).await
}

/// Returns how two pictures differ; nothing where they are the same to the eye.
async fn difference(browser: &Browser, one: &[u8], other: &[u8]) -> Option<String> {
    browser.client().goto("about:blank").await.expect("an empty page");
    let arguments = vec![json!(STANDARD.encode(one)), json!(STANDARD.encode(other))];
    let seen = executes_async(browser, COMPARE, arguments).await;
    let side = |which: usize, side: usize| seen["sizes"][which][side].as_i64().unwrap_or_default();
    let is_same = side(0, 0) == side(1, 0)
        && (side(0, 1) - side(1, 1)).abs() <= MAY_BE_LONGER
        && seen["differ"].as_u64().is_some_and(|differ| differ <= MAY_DIFFER);
    (!is_same).then(|| seen.to_string())
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn is_update() -> bool {
    std::env::var_os("UPDATE_PICTURES").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_look_as_they_did_when_somebody_looked_at_them() {
    let (_play, pages) = stage().await;
    let browser = Browser::open(View::Desk).await;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/looks");
    let looks = [
        ("light", View::Desk, false, false),
        ("dark", View::Desk, true, false),
        ("phone", View::Phone, false, false),
        ("paper", View::Desk, false, true),
    ];

    for (name, url) in &pages {
        for (look, view, is_dark, is_on_paper) in looks {
            browser.resize(view).await;
            browser.looks_at(is_dark, is_on_paper).await;
            opens(&browser, url).await;
            let now = pictures(&browser).await;
            let file = folder.join(format!("{name}-{look}.png"));
            if is_update() {
                std::fs::write(&file, &now).expect("it is written");
            }
            let then = std::fs::read(&file).expect("a picture that somebody looked at");
            let difference = difference(&browser, &then, &now).await;
            assert_eq!(
                difference, None,
                "{name} in {look}: look at it, and keep it with UPDATE_PICTURES=1"
            );
        }
    }

    // A colour or a margin that changes is seen.
    browser.resize(View::Desk).await;
    browser.looks_at(false, false).await;
    let then = std::fs::read(folder.join("schedule-light.png")).expect("a picture");
    for change in [
        ".bar { background: #888 !important; }",
        "section { margin-top: 2.25rem !important; }",
        ".today b { background: #c00 !important; }",
    ] {
        opens(&browser, &pages[1].1).await;
        let script = "const style = document.createElement('style'); style.textContent = arguments[0]; document.head.append(style)";
        browser.client().execute(script, vec![json!(change)]).await.expect("the page is changed");
        let now = pictures(&browser).await;
        assert!(difference(&browser, &then, &now).await.is_some(), "{change} is not noticed");
    }
    browser.close().await;
}
