//! Makes the documents' pictures of the demo's page: `tests/run with cargo run -p stories --bin pictures`.

use std::path::Path;
use stories::{Page, View, at_the_page};

#[tokio::main]
async fn main() {
    at_the_page(View::Desk, async |page: &Page| {
        tells_the_story(page).await;
        keep("demo.png", &page.picture().await);
        shows_slack(page).await;
        page.browser().resize(View::Phone).await;
        page.reloads().await;
        page.reads("passes to @Cho", false).await;
        keep("demo-phone.png", &page.picture().await);
        page.browser().resize(View::Desk).await;
        page.reloads().await;
        shows_what_passes(page).await;
    })
    .await;
}

/// Goes the guided story up to the handoff that passes somebody over.
async fn tells_the_story(page: &Page) {
    page.types("/rotation create").await;
    page.fills("name", "support").await;
    page.picks("members", &["Ana", "Ben", "Cho", "Dee"]).await;
    page.presses_button("Next Monday").await;
    page.presses_button("Create").await;
    page.presses_button("Close").await;
    page.clicks("[data-testid=story-monday]").await;
    page.reads("passes to @Ana", false).await;
    page.clicks("[data-testid=story-away]").await;
    page.sends().await;
    page.reads("Noted: Ben is away", true).await;
    page.clicks("[data-testid=story-handoff]").await;
    page.reads("passes to @Cho", false).await;
    page.waits("#bar:not([aria-busy])").await;
}

/// Shows what people see in Slack: the announcement, the on-duty message, the home and two forms.
async fn shows_slack(page: &Page) {
    keep("slack-announcement.png", &page.picture().await);
    page.becomes("Cho").await;
    page.goes_to("Direct messages").await;
    page.reads("You are on duty for support", false).await;
    keep("slack-dm.png", &page.picture().await);
    page.goes_to("App home").await;
    page.waits_for_words("#home", "You are on duty for").await;
    keep("slack-home.png", &page.picture().await);
    page.becomes("Ana").await;
    page.goes_to("support").await;
    page.types("/rotation create").await;
    page.waits("dialog[open]").await;
    keep("slack-create.png", &page.picture().await);
    page.presses_button("Cancel").await;
    page.types("/rotation edit support").await;
    page.waits("dialog[open]").await;
    keep("slack-edit.png", &page.picture().await);
    page.presses_button("Cancel").await;
}

/// Shows what passes between people: a note, a request for cover and a swap.
async fn shows_what_passes(page: &Page) {
    page.becomes("Cho").await;
    page.goes_to("support").await;
    page.types("/rotation note").await;
    page.waits("dialog[open]").await;
    page.clicks("[data-testid=field-note] textarea").await;
    page.keys("The staging key expires on Thursday. Ms Lind calls back at noon: ticket 4711.")
        .await;
    page.presses_button("Keep").await;
    page.presses_button("Close").await;
    page.types("/rotation cover").await;
    page.waits("dialog[open]").await;
    page.presses_button("Ask").await;
    page.presses_button("Close").await;
    page.reads("needs cover", false).await;
    keep("slack-cover.png", &page.picture().await);
    page.becomes("Dee").await;
    page.goes_to("support").await;
    page.presses_button("I'll take it").await;
    page.reads("stands in for Cho", false).await;
    page.types("/rotation swap").await;
    page.waits("dialog[open]").await;
    keep("slack-swap.png", &page.picture().await);
    page.presses_button("Cancel").await;
    page.goes_to("Direct messages").await;
    page.reads("left you a note", false).await;
    keep("slack-passed-on.png", &page.picture().await);
}

fn keep(name: &str, picture: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
    std::fs::write(folder.join(name), picture).expect("the folder of the pictures can be written");
}
