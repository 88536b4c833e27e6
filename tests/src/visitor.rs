//! Somebody at a browser, on the bot's own pages and on Slack's page of consent.

use crate::play::Play;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use url::Url;

/// A browser with the bot's cookie.
pub struct Visitor<'a> {
    play: &'a Play,
    http: reqwest::Client,
    cookie: Option<String>,
}

impl<'a> Visitor<'a> {
    /// Returns a browser that was never here.
    ///
    /// # Panics
    ///
    /// When there is no client for loopback.
    #[must_use]
    pub fn new(play: &'a Play) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build();
        Self { play, http: http.expect("a client for loopback"), cookie: None }
    }

    /// Begins an installation and returns Slack's page of consent.
    ///
    /// # Panics
    ///
    /// When the bot does not lead there.
    pub async fn begins(&mut self) -> Url {
        let url = self.play.stage().bot_url().join("slack/install").expect("a path of the bot");
        let (_, headers, _) = self.get(&url).await;
        location(&headers)
    }

    /// Answers the page of consent, with what the person chose, and returns status and text of the bot's last page.
    ///
    /// # Panics
    ///
    /// When Slack does not lead back to the bot.
    pub async fn answers(&mut self, mut consent: Url, choices: &[(&str, &str)]) -> (u16, String) {
        consent.query_pairs_mut().extend_pairs(choices);
        let (_, headers, _) = self.get(&consent).await;
        let back = location(&headers);
        let query = back.query().unwrap_or_default().to_owned();
        self.comes_back(&query).await
    }

    /// Comes to the bot's address for the way back.
    ///
    /// # Panics
    ///
    /// When the bot does not answer.
    pub async fn comes_back(&mut self, query: &str) -> (u16, String) {
        let mut url =
            self.play.stage().bot_url().join("slack/oauth/callback").expect("a path of the bot");
        url.set_query(Some(query));
        let (status, _, text) = self.get(&url).await;
        (status, text)
    }

    async fn get(&mut self, url: &Url) -> (u16, HeaderMap, String) {
        let mut asked = self.http.get(url.clone());
        if let Some(cookie) = &self.cookie {
            asked = asked.header(COOKIE, cookie);
        }
        let answer = asked.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let set = headers.get(SET_COOKIE).and_then(|value| value.to_str().ok());
        if let Some(pair) = set.and_then(|line| line.split(';').next()) {
            self.cookie = Some(pair.to_owned());
        }
        (status, headers, answer.text().await.expect("the whole page"))
    }
}

fn location(headers: &HeaderMap) -> Url {
    let to = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    to.and_then(|to| to.parse().ok()).expect("a redirect")
}
