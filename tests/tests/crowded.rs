//! Whoever has much to say, or is told much, keeps nobody else waiting.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ChannelId, TeamId, WorkspaceId};
use serde_json::json;
use std::time::{Duration, Instant};
use store::{DeliveryState, InboxItem};
use stories::{Play, both_engines, posted, renamed};

/// Monday, 09:00 in Berlin.
const NINE: &str = "2026-06-08T07:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// Opens somebody's home and returns how long it takes, in real time, until Slack has it.
async fn home_after(play: &Play, user: &str) -> Duration {
    let published = play.calls("views.publish").await.len();
    let began = Instant::now();
    play.act(&json!({"team": play.team(), "user": user, "open_home": true})).await;
    while play.calls("views.publish").await.len() == published {
        assert!(began.elapsed() < Duration::from_secs(20), "it is shown");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

/// Checks that somebody's page comes as soon as when nobody else has anything to say, give or take a second.
fn is_as_quick(quiet: Duration, busy: Duration) {
    assert!(busy < quiet + Duration::from_secs(1), "{quiet:?} when it is quiet, {busy:?} now");
}

both_engines! {
    async fn five_thousand_messages_of_one_workspace_delay_nobody_else(play at "2026-06-05T10:00:00Z") {
        let neighbour = play.has_neighbour(100).await;
        play.neighbour_makes_support(&neighbour, "2026-06-09").await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T06:59:55Z").await;
        play.stage().simulator().set_latency(Duration::from_millis(50));
        let quiet = home_after(&play, "U0DEE").await;
        play.stage().simulator().set_latency(Duration::ZERO);
        let store = play.database().open().await;
        let workspace = WorkspaceId::of_team(&TeamId::new(&neighbour));
        let mut tx = store.write(workspace).await.expect("a transaction begins");
        let rotation = tx.list_rotations().await.expect("they are read")[0].id;
        let due = at("2026-06-08T06:59:55Z");
        for number in 0..5000 {
            let said_at = due + TimeDelta::microseconds(number);
            let envelope = renamed(rotation, said_at, &format!("C9N{}", number % 100));
            tx.insert_delivery(&envelope, due, due).await.expect("it is stored");
        }
        tx.commit().await.expect("it is saved");
        // In real time as well: the many are being sent, slowly, when Eli opens a page.
        play.stage().simulator().set_latency(Duration::from_millis(50));
        let busy = home_after(&play, "U0ELI").await;
        is_as_quick(quiet, busy);
        play.stage().simulator().set_latency(Duration::ZERO);

        play.waits_until("2026-06-08T07:00:05Z").await;

        let mine = posted(&play, play.team(), "C0SUPPORT").await;
        let last = *mine.last().expect("the handoff is posted");
        assert!(at(NINE) <= last && last - at(NINE) < TimeDelta::seconds(1), "{last}");
        let states = store.system().count_outbox_by_state().await.expect("it is counted");
        let waiting = states.iter().find(|(state, _)| *state == DeliveryState::Pending);
        assert!(waiting.is_some_and(|(_, count)| *count > 4000), "the others still wait: {states:?}");
    }

    async fn five_thousand_events_of_one_workspace_delay_nobody_else(play at "2026-06-05T10:00:00Z") {
        let neighbour = play.has_neighbour(0).await;
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let quiet = home_after(&play, "U0DEE").await;
        let store = play.database().open().await;
        let now = play.stage().clock().now();
        let workspace = WorkspaceId::of_team(&TeamId::new(&neighbour));
        let mut tx = store.write(workspace).await.expect("a transaction begins");
        for number in 0..5000 {
            let item = InboxItem::OwnMessage {
                channel: ChannelId::new("C9SUPPORT"),
                ts: format!("{number}.0"),
                delivery: None,
            };
            let key = format!("noise;{number}");
            tx.insert_inbox(&item, &key, now).await.expect("it is stored");
        }
        tx.commit().await.expect("it is saved");
        // What comes in wakes the inbox: from here on it has its hands full.
        is_as_quick(quiet, home_after(&play, "U0ELI").await);
        play.stage().clock().settle().await;
        let counted = store.system().count_inbox_by_state().await.expect("it is counted");
        assert!(counted.iter().all(|(state, _)| *state != store::InboxState::Quarantined), "{counted:?}");
    }
}
