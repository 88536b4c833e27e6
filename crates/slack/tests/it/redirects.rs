//! Whoever answers a call cannot send it elsewhere.

use crate::stand_in::{Move, client, start, token};
use domain::ids::{ChannelId, DeliveryId, UserId};
use serde_json::json;
use slack::Rendered;

/// How many calls are made below, each another way to Slack.
const CALLS: usize = 6;

#[tokio::test]
async fn no_call_to_slack_follows_a_redirect() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        // Whoever followed them would be sent on until they give up.
        let moves = (0..20 * CALLS)
            .map(|_| Move::Answer(status, "Location: /elsewhere\r\n", String::new()));
        let mut stand_in = start(moves.collect()).await;
        let (api, _) = client(&stand_in.url);
        let (channel, user) = (ChannelId::new("C1"), UserId::new("U1"));
        let said = Rendered { text: String::from("hello"), blocks: json!([]) };
        let delivery = DeliveryId::new("0190a4f8-0000-5000-8000-000000000002".parse().unwrap());
        let hook = stand_in.url.join("/slack/hooks/1").unwrap();

        let codes = [
            api.post_message(&token(), &channel, &said, delivery).await.code().map(str::to_owned),
            api.users_info(&token(), &user).await.code().map(str::to_owned),
            api.address_of(&token(), &user).await.code().map(str::to_owned),
            api.auth_test(&token()).await.code().map(str::to_owned),
            api.exchange_code("code", "https://bot.example/").await.code().map(str::to_owned),
            api.respond(hook.as_str(), &json!({})).await.code().map(str::to_owned),
        ];

        assert!(codes.iter().all(Option::is_some), "{status}: none of it is a yes: {codes:?}");
        for call in 0..CALLS {
            let request = stand_in.requests.recv().await.unwrap();
            assert!(!request.contains("/elsewhere"), "{status}, call {call}: {request}");
        }
        assert!(stand_in.requests.try_recv().is_err(), "{status}: nobody was asked twice");
    }
}
