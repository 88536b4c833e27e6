//! The outbox, as the transactions that fill it and the worker that empties it see it.

use super::{Tx, put_off, run};
use crate::error::StoreError;
use crate::records::{ClaimedDelivery, Claiming, DeliveryRecord, GivenUp, SentDelivery};
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
        // Nobody is behind that name any more.
        if envelope.to.reader().is_some_and(UserId::is_erased) {
            return Ok(false);
        }
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

    /// Returns a delivery, also one that was said long ago and has left the outbox.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_delivery(
        &mut self,
        id: DeliveryId,
    ) -> Result<Option<DeliveryRecord>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.delivery(id)) {
            return Ok(known.first().cloned());
        }
        let workspace = self.workspace;
        run!(self, deliveries::find_delivery(workspace, id))
    }

    /// Leases deliveries of this workspace that may be sent now, the longest due first.
    ///
    /// Only the first unfinished row of each channel or person is leased, unless it is parked or held for longer than
    /// two minutes; none of a kind of call that Slack wants left alone ([`Tx::record_limit`]), and no post within a second
    /// of the last one of its channel or person.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn claim_deliveries(
        &mut self,
        claiming: &Claiming<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let workspace = self.workspace;
        run!(self, outbox_queue::claim(workspace, claiming, now))
    }

    /// Returns when a delivery of this workspace can be leased that cannot be now.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn next_delivery_change(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let workspace = self.workspace;
        run!(self, outbox_queue::next_change_here(workspace, now))
    }

    /// Records that everything is about to be sent that was leased under this name, and returns what that is.
    ///
    /// What is not among it was given up, was seen in Slack meanwhile, or its lease was lost: it must not be sent.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_sending(
        &mut self,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_sending(workspace, by, now))
    }

    /// Records that deliveries were sent, with where they stand in Slack; returns for how many, without those whose lease was
    /// lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_all_sent(
        &mut self,
        sent: &[SentDelivery],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_all_sent(workspace, sent, now))
    }

    /// Returns the channel of a person's direct messages with the bot, if it is known.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_direct(&mut self, user: &UserId) -> Result<Option<ChannelId>, StoreError> {
        if let Some(known) = self.foresight().and_then(|it| it.direct(user)) {
            return Ok(known.first().cloned());
        }
        let workspace = self.workspace;
        run!(self, directs::find_direct(workspace, user))
    }

    /// Remembers the channel of a person's direct messages with the bot, or forgets it; of somebody unknown nothing is kept.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_direct(
        &mut self,
        user: &UserId,
        channel: Option<&ChannelId>,
    ) -> Result<(), StoreError> {
        self.forget(|it| it.forget_direct(user));
        let workspace = self.workspace;
        run!(self, directs::record_direct(workspace, user, channel))
    }

    /// Records that Slack wants a kind of call left alone in this workspace until an instant.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_limit(
        &mut self,
        call: &str,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        run!(self, limits::record_limit(workspace, call, until))
    }

    /// Returns which kinds of calls Slack wants left alone, and until when.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_limits(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        let workspace = self.workspace;
        run!(self, limits::list_limits(workspace, now))
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

    /// Records that a delivery was put back before Slack was called, which is no attempt; returns `false` where the lease
    /// was lost.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_paced(
        &mut self,
        id: DeliveryId,
        fence: i64,
        available_at: DateTime<Utc>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, deliveries::record_paced(workspace, id, fence, available_at, code, now))
    }

    /// Returns whether there is a delivery over which a worker died, which is leased alone.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn has_lone_delivery(&mut self) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run!(self, outbox_queue::has_lone(workspace))
    }

    /// Gives back what was leased under this name and is not being sent; returns how many.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn release_batch(&mut self, by: &str) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run!(self, outbox_queue::release_batch(workspace, by))
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

    /// Takes the deliveries that are not over, and could have been sent by now or were due since an instant, for ones that may
    /// have been sent: the database has forgotten what it knew of them. Whoever has a lease of one has lost it. Returns how many.
    ///
    /// They are held until `hold_until` for their echo, as after a call of which nobody knows whether it arrived.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn record_forgotten(
        &mut self,
        (due_since, tried_until): (DateTime<Utc>, DateTime<Utc>),
        hold_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (workspace, when) = (self.workspace, (due_since, tried_until));
        run!(self, setbacks::record_forgotten(workspace, when, hold_until, now))
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
