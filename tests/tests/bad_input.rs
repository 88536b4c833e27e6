//! Bad input: a plain answer each time, nothing half-done, never a 5xx.

use hmac::{Hmac, KeyInit, Mac};
use insta::assert_snapshot;
use serde_json::json;
use sha2::Sha256;
use stories::{Play, both_engines};

both_engines! {
    async fn a_modal_with_nonsense_gets_each_fields_own_error(play at "2026-06-05T10:00:00Z") {
        let form = json!({"name": "  ", "members": [], "cadence": "fortnight", "first_day": "2026-02-31",
            "time": "25:00", "zone": "Europe/Berln", "channel": null});

        let answer = play.creates("ana", &form).await;

        assert_eq!(answer["response_action"], "errors");
        assert_snapshot!("field_errors", serde_json::to_string_pretty(&answer["errors"]).expect("JSON"));
        assert!(play.types("ana", "/rotation list").await.contains("/rotation create"), "nothing was made");
    }

    async fn a_second_rotation_of_the_same_name_is_refused_beside_the_name(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let form = json!({"name": "SUPPORT", "members": ["U0ANA"], "cadence": "day", "first_day": "2026-06-08",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});

        let answer = play.creates("ben", &form).await;

        assert_eq!(answer["response_action"], "errors");
        assert!(answer["errors"]["name"].is_string(), "{answer}");
    }

    async fn an_unknown_verb_is_met_with_did_you_mean(play at "2026-06-05T10:00:00Z") {
        let answers = [
            play.types("ana", "/rotation craete").await,
            play.types("ana", "/rotation banana").await,
            play.types("ana", "/rotation who suport").await,
            play.types("ana", "/rotation ooo add someday").await,
            play.types("ana", "/rotation ooo add @ben tomorrow").await,
            play.types("ana", "/rotation ooo add 2026-06-19 to 2026-06-15").await,
        ];

        assert_snapshot!("plain_answers_to_bad_commands", answers.join("\n---\n"));
    }

    async fn a_wrong_or_stale_signature_is_401(play at "2026-06-05T10:00:00Z") {
        let bot = Bot::of(&play);
        let body = "command=%2Frotation&text=list&team_id=T1&user_id=U1";

        assert_eq!(bot.post("slack/commands", body, "v0=00", bot.now()).await.0, 401);
        let stale = bot.now() - 301;
        assert_eq!(bot.post("slack/commands", body, &bot.sign(body, stale), stale).await.0, 401);
        let fresh = bot.now() - 299;
        assert_eq!(bot.post("slack/commands", body, &bot.sign(body, fresh), fresh).await.0, 200);
    }

    async fn what_slack_does_not_document_is_answered_200_and_changes_nothing(play at "2026-06-05T10:00:00Z") {
        let bot = Bot::of(&play);
        let bodies = [
            ("slack/commands", ""),
            ("slack/commands", "%%%=%zz&&&"),
            ("slack/commands", "team_id=T0HARBOUR"),
            ("slack/commands", "is_enterprise_install=true&enterprise_id=E1&user_id=U1&command=/rotation&text=list"),
            ("slack/interactions", "payload=not json"),
            ("slack/interactions", "payload=%7B%22type%22%3A%22block_actions%22%2C%22team%22%3Anull%7D"),
            ("slack/interactions", "payload=%5B%5B%5B%5B%5D%5D%5D%5D"),
            ("slack/options", "payload=not json"),
            ("slack/events", "{}"),
            ("slack/events", "nonsense"),
            ("slack/events", r#"{"type":"event_callback","team_id":null,"event":{"type":"user_change"}}"#),
            ("slack/events", r#"{"type":"event_callback","team_id":"T1","event_id":"E1","event":{"type":"of_the_future"}}"#),
            ("slack/events", r#"{"type":"app_rate_limited","team_id":"T1"}"#),
        ];

        for (path, body) in bodies {
            let (status, answer) = bot.post_signed(path, body).await;
            assert_eq!(status, 200, "{path} {body}: {answer}");
        }
        let (status, _) = bot.post_signed("slack/events", &"x".repeat(1024 * 1024 + 1)).await;
        assert_eq!(status, 413, "a body over 1 MiB");
    }

    async fn slack_checks_certificate_and_address(play at "2026-06-05T10:00:00Z") {
        let bot = Bot::of(&play);

        let ssl_check = bot.post("slack/commands", "ssl_check=1&token=x", "", 0).await;
        let challenge = bot.post_signed("slack/events", r#"{"type":"url_verification","challenge":"abc"}"#).await;

        assert_eq!(ssl_check, (200, String::new()));
        assert_eq!(challenge.0, 200);
        assert!(challenge.1.contains("abc"));
    }

    async fn the_same_request_twice_is_one_effect_and_the_same_answer(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let bot = Bot::of(&play);
        let body = format!("command=%2Frotation&text=ooo+add+2026-06-15&team_id={}&user_id=U0BEN&channel_id=C0SUPPORT&trigger_id=1.2.same", play.team());

        let first = bot.post_signed("slack/commands", &body).await;
        let second = bot.post_signed("slack/commands", &body).await;

        assert_eq!(first.0, 200);
        assert_eq!(first, second);
        let listed = play.types("ben", "/rotation ooo list").await;
        assert_eq!(listed.matches("15 Jun").count(), 1, "{listed}");
    }

    async fn names_and_markup_of_people_reach_nobody(play at "2026-06-05T10:00:00Z") {
        let form = json!({"name": "<!channel> & <https://evil.example|free>", "members": ["U0ANA", "U0BEN"], "cadence": "week",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});

        play.creates("ana", &form).await;
        play.waits_until("2026-06-08T07:01:00Z").await;

        for seen in play.channel("support").await {
            assert!(!seen.text.contains("<!channel>") && !seen.text.contains("<https://evil"), "{}", seen.text);
            assert!(seen.text.contains("&lt;!channel&gt;"), "{}", seen.text);
        }
    }
}

/// The bot's own address, for requests that the simulator would never make.
struct Bot<'a> {
    play: &'a Play,
    http: reqwest::Client,
}

impl<'a> Bot<'a> {
    fn of(play: &'a Play) -> Self {
        Self { play, http: reqwest::Client::builder().build().expect("a client for loopback") }
    }

    fn now(&self) -> i64 {
        self.play.stage().clock().now().timestamp()
    }

    fn sign(&self, body: &str, at: i64) -> String {
        let secret = self.play.stage().signing_secret();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key length");
        mac.update(format!("v0:{at}:{body}").as_bytes());
        let hex: Vec<String> =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("v0={}", hex.concat())
    }

    async fn post_signed(&self, path: &str, body: &str) -> (u16, String) {
        self.post(path, body, &self.sign(body, self.now()), self.now()).await
    }

    async fn post(&self, path: &str, body: &str, signature: &str, at: i64) -> (u16, String) {
        let url = self.play.stage().bot_url().join(path).expect("a path");
        let sent = self
            .http
            .post(url)
            .header("x-slack-signature", signature)
            .header("x-slack-request-timestamp", at.to_string())
            .body(body.to_owned());
        let answer = sent.send().await.expect("the bot answers");
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap_or_default())
    }
}
