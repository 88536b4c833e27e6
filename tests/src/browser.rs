//! A real Chromium without a window, driven through `WebDriver`.

use base64::Engine as _;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

/// Names the driver's address; `tests/run` sets it.
const VARIABLE: &str = "ASYNCBOT_TEST_CHROMEDRIVER";

/// What the page is looked at with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A window of 1280 by 800 pixels.
    Desk,
    /// A telephone of 390 by 844 pixels.
    Phone,
    /// A small telephone, of 360 by 740 pixels.
    Narrow,
}

impl View {
    const fn size(self) -> (u32, u32) {
        match self {
            Self::Desk => (1280, 800),
            Self::Phone => (390, 844),
            Self::Narrow => (360, 740),
        }
    }
}

/// A browser with one empty window.
pub struct Browser {
    client: Client,
    http: reqwest::Client,
    session: Url,
}

impl Browser {
    /// Opens a browser.
    ///
    /// # Panics
    ///
    /// Where `ASYNCBOT_TEST_CHROMEDRIVER` is not set or its driver opens none. A test without its browser has failed.
    pub async fn open(view: View) -> Self {
        let driver = driver();
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"args": [
                "--headless=new",
                // The page is our own, and root, as in a container, may not have the sandbox.
                "--no-sandbox",
                // Containers have little of this memory.
                "--disable-dev-shm-usage",
                // What slides in cannot be clicked until it stands.
                "--force-prefers-reduced-motion",
                "--window-size=1280,900",
            ]},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let Value::Object(wanted) = wanted else { unreachable!("it is written as an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(driver.as_str())
            .await
            .unwrap_or_else(|fault| {
                panic!("the driver that {VARIABLE} names opens no browser: {fault}")
            });
        let id =
            client.session_id().await.expect("the driver is there").expect("the session has an id");
        let session = driver.join(&format!("session/{id}/")).expect("an id makes an address");
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        let browser = Self { client, http, session };
        browser.resize(view).await;
        browser
    }

    /// Returns the `WebDriver` client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Makes what the page has to itself exactly as large as the view, whatever the frame of the window takes.
    pub async fn resize(&self, view: View) {
        let (width, height) = view.size();
        let params = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": view != View::Desk});
        self.ask(
            "goog/cdp/execute",
            &json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": params}),
        )
        .await;
    }

    /// Shows what follows as it looks in the dark or in the light, on a screen or on paper.
    pub async fn looks_at(&self, is_dark: bool, is_on_paper: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let media = if is_on_paper { "print" } else { "screen" };
        let params = json!({"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]});
        let command = json!({"cmd": "Emulation.setEmulatedMedia", "params": params});
        self.ask("goog/cdp/execute", &command).await;
    }

    /// Returns what the browser complained of since the last call: errors, failed requests, breaches of the page's policy.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.ask("se/log", &json!({"type": "browser"})).await;
        let entries = entries.as_array().into_iter().flatten();
        let bad = entries.filter(|entry| {
            ["SEVERE", "WARNING"].contains(&entry["level"].as_str().unwrap_or_default())
        });
        bad.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Returns the whole page, however long it is, as a PNG; `scale` is how much smaller or larger than it stands there.
    ///
    /// # Panics
    ///
    /// When the browser makes no picture.
    pub async fn picture_of_all(&self, scale: f64) -> Vec<u8> {
        let size =
            "return [document.documentElement.clientWidth, document.documentElement.scrollHeight]";
        let size = self.client.execute(size, Vec::new()).await.expect("the page has a size");
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": scale});
        let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let command = json!({"cmd": "Page.captureScreenshot", "params": params});
        let made = self.ask("goog/cdp/execute", &command).await;
        let data = made["data"].as_str().expect("a picture");
        base64::engine::general_purpose::STANDARD.decode(data).expect("it is base64")
    }

    /// Closes the browser.
    ///
    /// # Panics
    ///
    /// When it does not close.
    pub async fn close(self) {
        self.client.close().await.expect("the browser closes");
    }

    /// Calls what the standard of `WebDriver` does not have and returns the value of the answer.
    async fn ask(&self, path: &str, body: &Value) -> Value {
        let url = self.session.join(path).expect("a path of the driver");
        let answer = self.http.post(url).json(body).send().await.expect("the driver answers");
        let mut answer: Value = answer.json().await.expect("the driver answers JSON");
        let value = answer["value"].take();
        assert!(value["error"].is_null(), "the driver refused {path}: {value}");
        value
    }
}

#[expect(clippy::disallowed_methods, reason = "the test command hands its services on this way")]
fn driver() -> Url {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set, so the tests in a browser cannot run; run all tests with `tests/run`, which starts a driver for them")
    });
    Url::parse(&text).unwrap_or_else(|_| panic!("{VARIABLE} is not a URL"))
}
