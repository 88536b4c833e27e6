//! The simulator's page as a person has it before them: what they see, and that they see it soon.

use crate::browser::{Browser, View};
use crate::play::Play;
use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// How long a person waits for anything before the test says that it does not come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the page is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(30);

/// The page in a browser, on a stage of its own.
pub struct Page {
    pub(crate) browser: Browser,
    play: Play,
}

/// A message as it stands on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Everything one reads, in one line.
    pub text: String,
    /// Whether it is marked as visible to the reader alone.
    pub is_private: bool,
    /// The labels of its buttons, in order.
    pub buttons: Vec<String>,
}

/// Lets a story happen at the page of a demo that begins on Friday noon in Berlin, as Ana, and closes the browser after it.
///
/// # Panics
///
/// When the story fails, or the browser complained of anything on the way.
pub async fn at_the_page(view: View, story: impl AsyncFnOnce(&Page)) {
    let play = Play::begin_demo("2026-06-05T10:00:00Z").await;
    let page = Page { browser: Browser::open(view).await, play };
    let ending = survives(async {
        page.opens().await;
        story(&page).await;
        let complaints = page.browser.complaints().await;
        assert!(complaints.is_empty(), "the browser complained: {complaints:#?}");
    })
    .await;
    // A browser that is left open outlives a test that failed.
    page.browser.close().await;
    if let Err(panic) = ending {
        resume_unwind(panic);
    }
}

/// Returns how the story ended, a panic as the error.
async fn survives(story: impl Future<Output = ()>) -> std::thread::Result<()> {
    let mut story = pin!(story);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| story.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

impl Page {
    async fn opens(&self) {
        let url = self.play.stage().simulator().url();
        self.browser.client().goto(url.as_str()).await.expect("the page opens");
        self.waits_for(Locator::Css("[data-testid=composer]")).await;
    }

    /// Opens the page again, as by the browser's own button.
    ///
    /// # Panics
    ///
    /// When it does not open.
    pub async fn reloads(&self) {
        self.browser.client().refresh().await.expect("the page opens");
        self.waits("[data-testid=composer]").await;
    }

    /// Returns the browser.
    #[must_use]
    pub const fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Returns the stage behind the page.
    #[must_use]
    pub const fn play(&self) -> &Play {
        &self.play
    }

    /// Waits until there is such an element, and returns it.
    ///
    /// # Panics
    ///
    /// When it does not come; the text says what the page shows instead.
    pub async fn waits_for(&self, what: Locator<'_>) -> Element {
        match self.browser.client().wait().at_most(PATIENCE).every(GLANCE).for_element(what).await {
            Ok(element) => element,
            Err(_) => self.complains(&format!("{what:?}")).await,
        }
    }

    /// Waits until an element matches the CSS selector, and returns it.
    pub async fn waits(&self, css: &str) -> Element {
        self.waits_for(Locator::Css(css)).await
    }

    /// Waits until these words stand in what matches the CSS selector.
    pub async fn waits_for_words(&self, css: &str, words: &str) {
        let script = format!(
            "return [...document.querySelectorAll({})].some((node) => node.textContent.includes({}))",
            json!(css),
            json!(words)
        );
        self.waits_until(&format!("“{words}” in {css}"), &script).await;
    }

    /// Waits until a script returns true.
    ///
    /// # Panics
    ///
    /// When it does not; the text says what was `wanted` and what the page shows instead.
    pub async fn waits_until(&self, wanted: &str, script: &str) {
        let comes = tokio::time::timeout(PATIENCE, async {
            let mut glances = tokio::time::interval(GLANCE);
            while self.evaluates(script).await != true {
                glances.tick().await;
            }
        });
        if comes.await.is_err() {
            self.complains(wanted).await;
        }
    }

    /// Ends the story with what the page shows instead of what was waited for.
    async fn complains(&self, missed: &str) -> ! {
        let focus = self.evaluates("return document.activeElement.outerHTML.slice(0, 300)").await;
        let shown = self.evaluates("return document.body.innerText").await;
        let shown = shown.as_str().unwrap_or_default();
        panic!("{missed} does not come; the focus is on {focus}, and the page shows:\n{shown}")
    }

    /// Waits for a message with these words in it, for everybody or for the reader alone, and returns it.
    ///
    /// # Panics
    ///
    /// When it does not come.
    pub async fn reads(&self, words: &str, is_private: bool) -> Shown {
        let found = format!(
            "//*[@data-testid='message'][@data-ephemeral='{is_private}'][contains(normalize-space(.), \"{words}\")]"
        );
        self.waits_for(Locator::XPath(&found)).await;
        let shown = self.messages().await.into_iter().rev();
        let mut fitting =
            shown.filter(|shown| shown.is_private == is_private && shown.text.contains(words));
        fitting.next().unwrap_or_else(|| panic!("“{words}” was there and is gone"))
    }

    /// Returns the messages in the place that is open, the oldest first.
    pub async fn messages(&self) -> Vec<Shown> {
        let found = self
            .evaluates(
                "const plain = (node) => node.textContent.replace(/\\s+/g, ' ').trim();
                 return [...document.querySelectorAll('[data-testid=message]')].map((node) => ({
                     text: plain(node), isPrivate: node.matches('.ephemeral') && node.innerText.includes('Only visible to you'),
                     buttons: [...node.querySelectorAll('.body button')].map(plain) }))",
            )
            .await;
        found.as_array().into_iter().flatten().map(read_shown).collect()
    }

    /// Returns what a script returns.
    ///
    /// # Panics
    ///
    /// When it throws.
    pub async fn evaluates(&self, script: &str) -> Value {
        self.browser.client().execute(script, vec![]).await.expect("a script that runs")
    }

    /// Whether the focus is on what the CSS selector matches.
    pub async fn has_focus_on(&self, css: &str) -> bool {
        self.evaluates(&format!("return document.activeElement.matches({})", json!(css))).await
            == true
    }

    /// Returns the picture of what is seen, as PNG.
    ///
    /// # Panics
    ///
    /// When the browser gives none.
    pub async fn picture(&self) -> Vec<u8> {
        self.browser.client().screenshot().await.expect("a picture")
    }
}

fn read_shown(found: &Value) -> Shown {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Shown {
        text: text(&found["text"]),
        is_private: found["isPrivate"] == true,
        buttons: found["buttons"].as_array().into_iter().flatten().map(text).collect(),
    }
}
