//! The outbox, as the transactions that fill it and the worker that empties it see it.

use super::{Tx, put_off, run};
use crate::error::StoreError;
use crate::records::{DeliveryRecord, GivenUp};
use chrono::{DateTime, Utc};
use domain::effect::{Envelope, Recipient};
use domain::ids::{ChannelId, DeliveryId, UserId};
use domain::zone::Zone;

impl Tx {
    /// Stores what is to be said from `available_at` on; returns `false` where the same was to be said before.
    ///
    /// It is worth saying for [`domain::effect::Effect::useful_for`] after `available_at`. A person who wants quiet nights is
    /// told in the morning, where the effect can wait for it.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_delivery(
        &mut self,
        envelope: &Envelope,
        available_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let available_at = match &envelope.to {
            Recipient::Person(user) if envelope.effect.can_wait_for_the_morning() => {
                self.find_waking_time(user, available_at).await?
            }
            _ => available_at,
        };
        self.insert_answer(envelope, available_at, now).await
    }

    /// Returns from when on a person may be written to.
    async fn find_waking_time(
        &mut self,
        user: &UserId,
        at: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let preferences = self.find_preferences(user).await?;
        if !preferences.has_quiet_nights {
            return Ok(at);
        }
        let person = self.find_people(std::slice::from_ref(user)).await?.pop();
        let zone = person.and_then(|person| person.zone);
        let zone = zone.and_then(|zone| Zone::parse(&zone).ok()).unwrap_or_else(Zone::utc);
        Ok(preferences.may_be_written_to_from(&zone, at))
    }

    /// Stores what somebody asked for, as [`Tx::insert_delivery`]: it waits for no morning.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn insert_answer(
        &mut self,
        envelope: &Envelope,
        available_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.gives_work = true;
        let id = envelope.delivery_id(workspace);
        let is_off = put_off!(
            self,
            deliveries,
            deliveries::inserting(workspace, envelope, available_at, now)
        );
        if is_off {
            self.forget(|it| it.arrange_delivery(id, envelope));
            return Ok(true);
        }
        run!(self, deliveries::insert_delivery(workspace, envelope, available_at, now))
    }

    /// Returns a delivery.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_delivery(
        &mut self,
        id: DeliveryId,
    ) -> Result<Option<DeliveryRecord>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.delivery(id)) {
            return Ok(known.cloned());
        }
        let workspace = self.workspace;
        run!(self, deliveries::find_delivery(workspace, id))
    }

    /// Records that a claimed delivery is about to be sent and counts the attempt; to be committed before the call.
    ///
    /// Returns `false` where the lease was lost or ran out; then nothing may be sent.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_sending(
        &mut self,
        id: DeliveryId,
        fence: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_sending(workspace, id, fence, now))
    }

    /// Records that a delivery was sent, with where it stands in Slack; returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_sent(
        &mut self,
        id: DeliveryId,
        fence: i64,
        channel: &ChannelId,
        ts: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_sent(workspace, id, fence, channel, ts, now))
    }

    /// Parks a delivery that was certainly not sent until `available_at`; returns `false` where the lease was lost.
    ///
    /// It keeps what comes after it waiting for two minutes at most.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_not_sent(
        &mut self,
        id: DeliveryId,
        fence: i64,
        available_at: DateTime<Utc>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_not_sent(workspace, id, fence, available_at, code, now))
    }

    /// Lets the deliveries that were parked with this code be sent from `now` on; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_parked(
        &mut self,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::release_parked(workspace, code, now))
    }

    /// Records that a delivery may have been sent; returns `false` where the lease was lost.
    ///
    /// It is held until `hold_until` for its echo and then sent once more. If it was that repetition already, it ends
    /// as [`crate::DeliveryState::Unconfirmed`]. It keeps what comes after it waiting for two minutes at most.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_ambiguous(
        &mut self,
        id: DeliveryId,
        fence: i64,
        hold_until: DateTime<Utc>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_ambiguous(workspace, id, fence, hold_until, code, now))
    }

    /// Ends a delivery that is not sent; returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_given_up(
        &mut self,
        id: DeliveryId,
        fence: i64,
        end: GivenUp,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_given_up(workspace, id, fence, end, code, now))
    }

    /// Gives a claimed delivery back untried, at shutdown for example; returns `false` where the lease was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_delivery(
        &mut self,
        id: DeliveryId,
        fence: i64,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::release_delivery(workspace, id, fence))
    }

    /// Records that a delivery was seen in Slack, whatever was known of it; returns whether that was news.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_echo(
        &mut self,
        id: DeliveryId,
        channel: &ChannelId,
        ts: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_echo(workspace, id, channel, ts, now))
    }
}
