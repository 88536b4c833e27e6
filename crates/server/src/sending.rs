//! What this process is sending just now: the echo of such a message is as good as Slack's answer to the call, and is
//! written down as that.

use domain::ids::{ChannelId, DeliveryId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// How long whoever tells of a message waits until that is written down; Slack waits for 3 seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a message is: its channel and `ts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) channel: ChannelId,
    pub(crate) ts: String,
}

/// The deliveries whose calls are under way, until what they came to is written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sending(Arc<Mutex<HashMap<DeliveryId, Call>>>);

/// A call that is under way.
#[derive(Debug)]
struct Call {
    /// Told where the message is, once.
    heard: Option<oneshot::Sender<Placed>>,
    /// Whether it is written down that it was sent.
    is_written: watch::Receiver<bool>,
}

/// A delivery that is being sent, for as long as this lives.
#[derive(Debug)]
pub(crate) struct BeingSent {
    sending: Sending,
    delivery: DeliveryId,
    heard: Option<oneshot::Receiver<Placed>>,
    is_written: watch::Sender<bool>,
}

impl Sending {
    /// Begins with a delivery.
    pub(crate) fn begin(&self, delivery: DeliveryId) -> BeingSent {
        let (heard, hearing) = oneshot::channel();
        let (is_written, written) = watch::channel(false);
        self.lock().insert(delivery, Call { heard: Some(heard), is_written: written });
        BeingSent { sending: self.clone(), delivery, heard: Some(hearing), is_written }
    }

    /// Tells whoever sends a delivery where it was seen; returns whether that is written down by now. Where it is not
    /// being sent here, or not written down in time, that is for the caller to do.
    pub(crate) async fn hear(&self, delivery: DeliveryId, placed: Placed) -> bool {
        self.hear_within(PATIENCE, delivery, placed).await
    }

    async fn hear_within(&self, patience: Duration, delivery: DeliveryId, placed: Placed) -> bool {
        let Some(mut is_written) = self.tell(delivery, placed) else { return false };
        let written = is_written.wait_for(|is_written| *is_written);
        // Of the real clock: a manual one stands still while a delivery is under way.
        matches!(tokio::time::timeout(patience, written).await, Ok(Ok(_)))
    }

    fn tell(&self, delivery: DeliveryId, placed: Placed) -> Option<watch::Receiver<bool>> {
        let mut calls = self.lock();
        let call = calls.get_mut(&delivery)?;
        if let Some(heard) = call.heard.take() {
            // Nobody listens any more where the call has ended meanwhile.
            let _ = heard.send(placed);
        }
        Some(call.is_written.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeliveryId, Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BeingSent {
    /// Returns where the message was seen, as soon as it was; for ever it is waited where it is not, or was before.
    pub(crate) async fn heard(&mut self) -> Placed {
        if let Some(heard) = &mut self.heard
            && let Ok(placed) = heard.await
        {
            self.heard = None;
            return placed;
        }
        std::future::pending().await
    }

    /// Lets those who heard of it know that it is written down as sent.
    pub(crate) fn is_written(&self) {
        self.is_written.send_replace(true);
    }
}

impl Drop for BeingSent {
    fn drop(&mut self) {
        self.sending.lock().remove(&self.delivery);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn delivery() -> DeliveryId {
        DeliveryId::new(Uuid::from_u128(1))
    }

    fn placed() -> Placed {
        Placed { channel: ChannelId::new("C0SUPPORT"), ts: String::from("1780903800.000100") }
    }

    #[tokio::test]
    async fn who_tells_of_a_message_waits_until_that_is_written_down() {
        let sending = Sending::default();
        let mut under_way = sending.begin(delivery());
        let write = async {
            assert_eq!(under_way.heard().await, placed());
            under_way.is_written();
            drop(under_way);
        };

        let (is_written, ()) = tokio::join!(sending.hear(delivery(), placed()), write);

        assert!(is_written);
        assert!(!sending.hear(delivery(), placed()).await, "it is not under way any more");
    }

    #[tokio::test]
    async fn what_ends_otherwise_is_for_the_teller_to_write_down() {
        let sending = Sending::default();
        let under_way = sending.begin(delivery());
        let end = async { drop(under_way) };

        let (is_written, ()) = tokio::join!(sending.hear(delivery(), placed()), end);

        assert!(!is_written);
        let other = DeliveryId::new(Uuid::from_u128(2));
        assert!(!sending.hear(other, placed()).await, "another process sends it");
    }

    #[tokio::test]
    async fn for_ever_nobody_waits() {
        let sending = Sending::default();
        let under_way = sending.begin(delivery());

        assert!(!sending.hear_within(Duration::ZERO, delivery(), placed()).await);
        under_way.is_written();
        assert!(sending.hear_within(Duration::ZERO, delivery(), placed()).await);
    }
}
