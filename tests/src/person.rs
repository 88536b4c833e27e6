//! What a person does at the page, with mouse and keyboard.

use crate::page::Page;
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;

/// How often Tab is pressed before it is clear that a thing cannot be reached.
const MOST_TABS: usize = 40;
/// How often a thing is looked for that is drawn anew all the time.
const MOST_LOOKS: usize = 20;

impl Page {
    /// Types into the field at the bottom and sends it.
    pub async fn types(&self, text: &str) {
        self.clicks("[data-testid=composer]:not([aria-busy])").await;
        self.keys(text).await;
        self.sends().await;
    }

    /// Sends what stands in the field at the bottom.
    pub async fn sends(&self) {
        self.presses(Key::Enter).await;
        self.waits("[data-testid=composer]:not([aria-busy])").await;
    }

    /// Becomes somebody else, by their picture at the left.
    pub async fn becomes(&self, name: &str) {
        let face = |current: &str| {
            format!(
                ".faces a{current}[aria-label='{name}'], .faces a{current}[aria-label^='{name},']"
            )
        };
        self.clicks(&face("")).await;
        self.waits(&face("[aria-current]")).await;
    }

    /// Goes to a channel by its name, or to `Direct messages` or `App home`.
    pub async fn goes_to(&self, place: &str) {
        let link = |more: &str| format!("//nav//a[{more}.//*[@class='name'][.='{place}']]");
        self.clicks_on(Locator::XPath(&link(""))).await;
        self.waits_for(Locator::XPath(&link("@aria-current='page' and "))).await;
    }

    /// Moves the clock by what is written into its field, such as `3 weeks` or `monday 09:00`.
    pub async fn moves_clock(&self, words: &str) {
        self.clicks("[data-testid=advance-custom]").await;
        self.keys(words).await;
        self.presses(Key::Enter).await;
        self.clock_stands().await;
    }

    /// Moves the clock with one of the buttons beside it.
    pub async fn moves_clock_with(&self, button: &str) {
        self.clicks(&format!("[data-testid={button}]")).await;
        self.clock_stands().await;
    }

    async fn clock_stands(&self) {
        self.waits("#bar:not([aria-busy])").await;
    }

    /// Stops or starts the bot with the switch.
    pub async fn switches_bot(&self, is_on: bool) {
        self.clicks(&format!("[data-testid=bot-switch][aria-checked='{}']", !is_on)).await;
        self.waits(&format!("[data-testid=bot-switch][aria-checked='{is_on}']")).await;
        self.clock_stands().await;
    }

    /// Types into a field of the form, in place of what stands there.
    ///
    /// # Panics
    ///
    /// When nothing can be typed there.
    pub async fn fills(&self, field: &str, text: &str) {
        let input = self.waits(&format!("[data-testid=field-{field}] input")).await;
        input.clear().await.expect("a field that can be emptied");
        input.click().await.expect("a field that can be clicked");
        self.keys(text).await;
    }

    /// Picks people in a field of the form, in this order, with the mouse.
    pub async fn picks(&self, field: &str, names: &[&str]) {
        self.clicks(&format!("[data-testid=field-{field}] input")).await;
        for name in names {
            let option = format!(
                "//*[@data-testid='field-{field}']//li[@role='option'][starts-with(., '{name}')]"
            );
            self.clicks_on(Locator::XPath(&option)).await;
        }
        // The list lies over the next field until the focus moves on.
        self.presses(Key::Escape).await;
        self.waits(&format!("[data-testid=field-{field}] .options[hidden]")).await;
    }

    /// Chooses in a field of the form what reads like this.
    ///
    /// # Panics
    ///
    /// When it is not offered.
    pub async fn chooses(&self, field: &str, label: &str) {
        let select = self.waits(&format!("[data-testid=field-{field}] select")).await;
        select
            .select_by_label(label)
            .await
            .unwrap_or_else(|fault| panic!("{label} is not offered: {fault}"));
    }

    /// Presses the button with this label, wherever it is.
    pub async fn presses_button(&self, label: &str) {
        self.clicks_on(Locator::XPath(&format!("//button[normalize-space(.)=\"{label}\"]"))).await;
    }

    /// Clicks what the CSS selector matches, once it is there.
    pub async fn clicks(&self, css: &str) {
        self.clicks_on(Locator::Css(css)).await;
    }

    /// The page may draw a thing anew between the look and the click; then one looks again.
    async fn clicks_on(&self, what: Locator<'_>) {
        for _ in 0..MOST_LOOKS {
            let element: Element = self.waits_for(what).await;
            match element.click().await {
                Ok(()) => return,
                Err(fault) if fault.is_stale_element_reference() => {}
                Err(fault) => panic!("{what:?} cannot be clicked: {fault}"),
            }
        }
        panic!("{what:?} does not stand still");
    }

    /// Presses Tab until the focus is on what the CSS selector matches.
    ///
    /// # Panics
    ///
    /// When it cannot be reached.
    pub async fn tabs_to(&self, css: &str) {
        for _ in 0..MOST_TABS {
            if self.has_focus_on(css).await {
                return;
            }
            self.presses(Key::Tab).await;
        }
        panic!("Tab does not lead to {css}");
    }

    /// Presses the keys of a text, one after the other, wherever the focus is.
    pub async fn keys(&self, text: &str) {
        self.strikes(text.chars()).await;
    }

    /// Presses a key.
    pub async fn presses(&self, key: Key) {
        self.strikes([char::from(key)]).await;
    }

    async fn strikes(&self, keys: impl IntoIterator<Item = char>) {
        let mut actions = KeyActions::new(String::from("keyboard"));
        for value in keys {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.browser.client().perform_actions(actions).await.expect("keys that can be pressed");
    }
}
