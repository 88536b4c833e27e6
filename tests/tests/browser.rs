//! The page in a real browser: what a person sees and does there, with mouse, keyboard and telephone.

use fantoccini::key::Key;
use stories::{Page, View, at_the_page};

/// Runs each story at the page in a browser of its own.
macro_rules! at_the_page {
    ($(async fn $name:ident($page:ident in $view:expr) $body:block)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                at_the_page($view, async |$page: &Page| $body).await;
            }
        )+
    };
}

at_the_page! {
    async fn the_main_job_is_done_and_understood_at_the_page(page in View::Desk) {
        makes_support(page).await;
        asks_who_and_when(page).await;
        sees_the_handoff(page).await;
        sees_ben_passed_over(page).await;
        reads_what_was_missed(page).await;
    }

    async fn what_only_ana_sees_looks_different_and_nobody_else_sees_it(page in View::Desk) {
        page.types("Good morning").await;
        page.types("/rotation help").await;

        let answer = page.reads("/rotation ooo add", true).await;
        assert!(answer.text.starts_with("Only visible to you"), "{answer:?}");
        assert!(!page.reads("Good morning", false).await.text.contains("Only visible to you"));
        let style = |private: bool| format!(
            "const style = getComputedStyle(document.querySelector('[data-testid=message][data-ephemeral=\"{private}\"]'));
             return style.borderTopStyle + ' ' + style.backgroundColor");
        let (private, public) = (page.evaluates(&style(true)).await, page.evaluates(&style(false)).await);
        assert!(private.as_str().is_some_and(|style| style.starts_with("dashed")), "{private}");
        assert_ne!(private, public, "the two look alike");

        for other in ["Ben", "Eli"] {
            page.becomes(other).await;
            page.reads("Good morning", false).await;
            assert_eq!(page.messages().await.len(), 1, "{other} sees what everybody sees");
        }
        page.becomes("Ana").await;
        page.reads("/rotation ooo add", true).await;
        page.presses_button("Dismiss").await;
        page.waits("#log:not(:has([data-ephemeral=true]))").await;
    }

    async fn the_keyboard_alone_is_enough(page in View::Desk) {
        page.presses(Key::Tab).await;
        assert!(page.has_focus_on("#skip").await, "the first stop leads past everything");
        page.presses(Key::Enter).await;
        page.waits("[data-testid=composer]:focus").await;

        page.keys("/rotation cr").await;
        page.presses(Key::Down).await;
        page.presses(Key::Enter).await;
        page.sends().await;
        page.waits("dialog[open] [data-testid=field-name] input:focus").await;
        page.presses(Key::Escape).await;
        page.waits("body:not(:has(dialog)) [data-testid=composer]:focus").await;

        page.keys("/rotation create").await;
        page.sends().await;
        page.waits("dialog[open] [data-testid=field-name] input:focus").await;
        page.keys("support").await;
        page.tabs_to("[data-testid=field-members] input").await;
        for name in ["Ben", "Ana"] {
            page.keys(name).await;
            page.presses(Key::Enter).await;
        }
        page.tabs_to("[data-testid=field-first_day] button[value='2026-06-08']").await;
        page.presses(Key::Space).await;
        page.tabs_to("[data-testid=field-time] input").await;
        page.keys("0930").await;
        page.tabs_to("[data-testid=modal-submit]").await;
        page.presses(Key::Enter).await;
        page.waits("dialog[data-callback=outcome]").await;
        page.presses(Key::Escape).await;
        page.waits("body:not(:has(dialog)) [data-testid=composer]:focus").await;

        let made = page.reads("support is set up by Ana", false).await;
        assert!(made.text.contains("every week on Monday at 09:30 (Europe/Berlin)"), "{made:?}");
        assert!(made.text.contains("In order: Ben, Ana."), "{made:?}");
    }

    async fn what_is_wrong_in_a_form_stands_beside_the_field(page in View::Desk) {
        page.types("/rotation create").await;
        page.presses_button("Create").await;
        for field in ["name", "members"] {
            assert_eq!(error_beside(page, field).await, "Please fill this in.");
        }
        assert!(page.has_focus_on("[data-testid=field-name] input[aria-invalid=true]").await);

        page.fills("name", "support").await;
        page.picks("members", &["Ben"]).await;
        page.fills("zone", "Europe/Berln").await;
        page.presses_button("Create").await;
        let error = error_beside(page, "zone").await;
        assert_eq!(error, "“Europe/Berln” is not a time zone. Did you mean “Europe/Berlin”?");
        page.waits("[data-testid=field-zone] input[aria-invalid=true]:focus").await;
        assert_eq!(value_in(page, "name").await, "support", "what was right stays");
        page.waits("[data-testid=field-name]:not(.wrong)").await;

        page.fills("zone", "Europe/Berlin").await;
        page.presses_button("Create").await;
        page.waits("dialog[data-callback=outcome]").await;
    }

    async fn a_telephone_is_wide_enough(page in View::Phone) {
        fits(page, "the first sight").await;
        page.clicks("[aria-label='Open the menu']").await;
        page.waits("#app.rail-open [data-testid=person-switch]:focus").await;
        fits(page, "the menu").await;
        page.clicks("[data-testid=conversation-dm]").await;
        page.waits("#app:not(.rail-open)").await;
        page.clicks("[aria-label='Open the menu']").await;
        page.goes_to("support").await;

        page.clicks("[data-testid=composer]").await;
        page.keys("/rotation cr").await;
        fits(page, "what is suggested").await;
        page.keys("eate").await;
        page.clicks("[data-testid=send]").await;
        page.waits("dialog[open] [data-testid=field-name] input:focus").await;
        fits(page, "the form").await;
        page.fills("name", "support").await;
        page.picks("members", &["Ana", "Ben", "Cho", "Dee", "Eli"]).await;
        page.presses_button("Next Monday").await;
        page.presses_button("Create").await;
        page.waits("dialog[data-callback=outcome]").await;
        fits(page, "the outcome").await;
        page.presses_button("Close").await;

        page.presses_button("Other…").await;
        page.waits("#jump:focus").await;
        fits(page, "the clock").await;
        page.keys("monday 09:00").await;
        page.clicks("[data-testid=advance-custom-go]").await;
        page.reads("support passes to @Ana", false).await;
        page.types("/rotation").await;
        page.reads("I'm away…", true).await;
        page.clicks("[data-testid=story-toggle]").await;
        page.waits("[data-testid=story-toggle][aria-expanded=true]").await;
        fits(page, "the whole page").await;

        page.reloads().await;
        page.waits_until(
            "the newest message in sight",
            "return document.querySelector('#log')?.lastElementChild?.getBoundingClientRect().bottom <= document.querySelector('#log').getBoundingClientRect().bottom",
        ).await;
    }

    async fn the_guided_story_waits_for_the_duty_and_not_for_the_welcome(page in View::Desk) {
        makes_support(page).await;

        page.clicks("[data-testid=story-monday]").await;

        page.reads("passes to @Ana", false).await;
    }

    async fn a_breach_of_the_pages_policy_would_be_noticed(page in View::Desk) {
        page.evaluates("document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))").await;

        let complaints = page.browser().complaints().await;
        assert!(complaints.iter().any(|text| text.contains("Content Security Policy")), "{complaints:?}");
    }
}

async fn makes_support(page: &Page) {
    page.types("/rotation create").await;
    page.fills("name", "support").await;
    page.picks("members", &["Ana", "Ben", "Cho", "Dee"]).await;
    page.chooses("cadence", "Every week").await;
    page.presses_button("Next Monday").await;
    page.waits_for_words("[data-testid=field-first_day]", "Mon 8 Jun 2026").await;
    assert_eq!(value_in(page, "time").await, "09:00");
    page.fills("zone", "Europe/Berlin").await;
    page.chooses("channel", "#support").await;
    page.presses_button("Create").await;
    page.waits_for_words("dialog[data-callback=outcome]", "Done, it is set up.").await;
    page.presses_button("Close").await;
    page.waits("body:not(:has(dialog)) [data-testid=composer]:focus").await;

    let made = page.reads("support is set up by Ana", false).await;
    assert!(made.text.contains("every week on Monday at 09:00 (Europe/Berlin)"), "{made:?}");
}

async fn asks_who_and_when(page: &Page) {
    page.types("/rotation list").await;
    page.reads("In order: Ana, Ben, Cho, Dee.", true).await;
    page.types("/rotation who").await;
    page.reads("Next is Ana, from 8 Jun 2026 at 09:00.", true).await;
    page.types("/rotation next").await;
    let plan = page.reads("Coming up in support", true).await;

    assert!(plan.text.starts_with("Only visible to you"), "{plan:?}");
    assert!(plan.text.contains("15 Jun 2026 at 09:00: Ben"), "{plan:?}");
    assert_eq!(posts(page).await, 1, "answers are no posts");
}

async fn sees_the_handoff(page: &Page) {
    page.moves_clock("monday 09:00").await;
    page.waits_for_words("[data-testid=clock]", "09:00").await;
    let post = page.reads("support passes to @Ana", false).await;
    assert!(post.text.contains("until 15 Jun 2026 at 09:00."), "{post:?}");

    page.goes_to("Direct messages").await;
    let message = page.reads("You are on duty for support", false).await;
    assert_eq!(
        message.buttons,
        [
            "Got it",
            "Leave a note…",
            "Hand over…",
            "Ask for cover…",
            "Swap…",
            "I'm away…",
            "Who is next"
        ]
    );
    page.presses_button("Got it").await;
    page.reads("You have seen this. Thank you!", false).await;

    page.becomes("Ben").await;
    page.waits_for_words("#log", "What Asyncbot tells only you arrives here").await;
    page.becomes("Ana").await;
    page.goes_to("support").await;
}

async fn sees_ben_passed_over(page: &Page) {
    page.types("/rotation ooo add @Ben 2026-06-15 to 2026-06-19").await;
    let noted = page.reads("Noted: Ben is away from Monday 15 June to Friday 19 June.", true).await;
    assert!(noted.text.contains("Cho instead"), "{noted:?}");

    page.moves_clock_with("advance-handoff").await;
    let post = page.reads("support passes to @Cho", false).await;
    assert!(post.text.contains("Ben was next and is unavailable until Friday."), "{post:?}");
    let of_cho = "her turn moved, the reminder and the message itself";
    assert_eq!(messages_to(page, "Cho").await, 3, "{of_cho}");
    assert_eq!(messages_to(page, "Ben").await, 1, "Ana entered his absence");
}

async fn reads_what_was_missed(page: &Page) {
    page.becomes("Ana").await;
    page.goes_to("support").await;
    page.moves_clock_with("advance-hour").await;
    let before = posts(page).await;
    page.switches_bot(false).await;
    page.waits_for_words("#notices", "Asyncbot is stopped").await;
    page.moves_clock("3 weeks").await;
    assert_eq!(posts(page).await, before, "a bot that is down posts nothing");

    page.switches_bot(true).await;
    let post = page.reads("I was down.", false).await;
    assert!(post.text.contains("support passes to @Ben"), "{post:?}");
    assert!(
        post.text.contains("22 Jun 2026 at 09:00 (Dee), 29 Jun 2026 at 09:00 (Ana)"),
        "{post:?}"
    );
    page.moves_clock_with("advance-hour").await;
    assert_eq!(posts(page).await, before + 1, "one post says it all");
    assert_eq!(messages_to(page, "Ben").await, 2, "his absence and his duty");
    let message = page.reads("You are on duty for support", false).await;
    assert!(message.text.contains("Missed meanwhile"), "{message:?}");
    let of_dee = "her turn had moved; one that passed is announced to nobody";
    assert_eq!(messages_to(page, "Dee").await, 1, "{of_dee}");
}

/// Returns how many messages for everybody stand in the place that is open.
async fn posts(page: &Page) -> usize {
    page.messages().await.iter().filter(|shown| !shown.is_private).count()
}

/// Goes to somebody's direct messages and returns how many there are.
async fn messages_to(page: &Page, name: &str) -> usize {
    page.becomes(name).await;
    page.goes_to("Direct messages").await;
    posts(page).await
}

/// Waits for the error beside a field, tied to it for those who hear the page, and returns it.
async fn error_beside(page: &Page, field: &str) -> String {
    let error =
        page.waits(&format!("[data-testid=field-{field}].wrong .field-error:not([hidden])")).await;
    let id = error.attr("id").await.ok().flatten().expect("the error has an id");
    page.waits(&format!("[data-testid=field-{field}] [aria-describedby~='{id}']")).await;
    error.text().await.expect("the error has words")
}

async fn value_in(page: &Page, field: &str) -> String {
    let input = page.waits(&format!("[data-testid=field-{field}] input")).await;
    input.prop("value").await.ok().flatten().expect("a field has a value")
}

/// Checks that nothing lies beside the screen and nothing has to be pushed sideways, but for the row of suggestions.
#[track_caller]
fn fits<'a>(page: &'a Page, when: &'a str) -> impl Future<Output = ()> + 'a {
    const WIDE: &str = "
        const wide = document.documentElement.clientWidth;
        const name = (node) => `${node.tagName.toLowerCase()}.${node.className} (${Math.round(node.getBoundingClientRect().right)} px)`;
        const scrolls = (node) => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(node).overflowX);
        const isInside = (node) => { for (let up = node.parentElement; up !== document.body; up = up.parentElement) if (scrolls(up)) return true; return false; };
        const all = [...document.body.querySelectorAll('*')].filter((node) => node.checkVisibility({ visibilityProperty: true }));
        return {
          width: window.innerWidth,
          beside: all.filter((node) => { const { left, right, width } = node.getBoundingClientRect();
            return width > 1 && (right > wide + 0.5 || left < -0.5) && !isInside(node); }).map(name),
          sideways: all.filter((node) => scrolls(node) && node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 1 && !node.matches('.tries, input, .name')).map(name),
          low: all.filter((node) => node.matches('#composer-text, dialog[open], #bar') && node.getBoundingClientRect().bottom > window.innerHeight).map(name),
        };";
    let place = std::panic::Location::caller();
    async move {
        let found = page.evaluates(WIDE).await;
        let good = serde_json::json!({"width": 390, "beside": [], "sideways": [], "low": []});
        assert_eq!(found, good, "{when} does not fit, at {place}");
    }
}
