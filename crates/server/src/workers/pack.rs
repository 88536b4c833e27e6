//! Puts a delivery together: what it says now, where that goes, and why it may have nothing to say any more.

use super::send::{Content, Page, Parcel};
use crate::bot::Bot;
use crate::sending::Placed;
use app::deliver::{Composed, compose, foresee};
use chrono::{DateTime, Utc};
use domain::effect::Recipient;
use domain::ids::DeliveryId;
use domain::settings::WorkspaceSettings;
use secrecy::SecretString;
use store::{ClaimedDelivery, GivenUp, StoreError, Tx};

/// What is put together in one look at a workspace.
pub(super) struct Packed {
    /// What can be sent.
    pub(super) parcels: Vec<Parcel>,
    /// What cannot, with a code that is safe to store.
    pub(super) over: Vec<(ClaimedDelivery, GivenUp, &'static str)>,
}

/// Reads what the deliveries say now, of a workspace whose token is known.
pub(super) async fn pack(
    bot: &Bot,
    claimed: Vec<ClaimedDelivery>,
    token: &SecretString,
    settings: &WorkspaceSettings,
) -> Result<Packed, StoreError> {
    let mut packed = Packed { parcels: Vec::new(), over: Vec::new() };
    let Some(workspace) = claimed.first().map(|claimed| claimed.claim.workspace) else {
        return Ok(packed);
    };
    let mut tx = bot.store.read(workspace).await?;
    let envelopes = claimed.iter().map(|claimed| &claimed.record.envelope);
    if foresee(&mut tx, envelopes, bot.clock.now()).await.is_err() {
        // Each is asked about by itself then, and what is wrong shows at its own.
        tx = bot.store.read(workspace).await?;
    }
    for claimed in claimed {
        faults::point!("deliveries.compose", claimed.claim.delivery);
        let now = bot.clock.now();
        let ready = match pack_one(&mut tx, &claimed, settings, now).await {
            // What nobody can read says nothing; the others do not wait for it.
            Err(fault @ (StoreError::Inconsistent { .. } | StoreError::Sealed { .. })) => {
                tracing::error!(error = %fault, delivery.id = %claimed.claim.delivery, "What a message tells of cannot be read.");
                tx = bot.store.read(workspace).await?;
                Err((GivenUp::Failed, "not_readable"))
            }
            ready => ready?,
        };
        match ready {
            Ok(ready) => packed.parcels.push(ready.into_parcel(claimed, token.clone())),
            // What may have been sent already is not known, whatever there is left to say.
            Err((_, code)) if claimed.record.is_resend && claimed.record.attempts > 0 => {
                packed.over.push((claimed, GivenUp::Unconfirmed, code));
            }
            Err((end, code)) => packed.over.push((claimed, end, code)),
        }
    }
    Ok(packed)
}

/// What a delivery says, and where its message belongs.
struct Ready {
    content: Content,
    notes: Vec<domain::ids::NoteId>,
    replaces: Option<Placed>,
    replies_to: Option<Placed>,
    direct: Option<domain::ids::ChannelId>,
}

impl Ready {
    fn into_parcel(self, claimed: ClaimedDelivery, token: SecretString) -> Parcel {
        Parcel {
            claim: claimed.claim,
            record: claimed.record,
            token,
            content: self.content,
            notes: self.notes,
            replaces: self.replaces,
            replies_to: self.replies_to,
            direct: self.direct,
        }
    }
}

async fn pack_one(
    tx: &mut Tx,
    claimed: &ClaimedDelivery,
    settings: &WorkspaceSettings,
    now: DateTime<Utc>,
) -> Result<Result<Ready, (GivenUp, &'static str)>, StoreError> {
    let record = &claimed.record;
    if record.is_resend && settings.prefers_silence {
        return Ok(Err((GivenUp::Unconfirmed, "silence_preferred")));
    }
    if record.expires_at <= now {
        return Ok(Err((GivenUp::Expired, "expired")));
    }
    let workspace = claimed.claim.workspace;
    let updates = record.envelope.updates(workspace);
    let replaces = match placed(tx, updates, "nothing_to_replace").await? {
        Ok(replaces) => replaces,
        Err(reason) => return Ok(Err(reason)),
    };
    let thread = record.envelope.replies_to(workspace);
    let replies_to = match placed(tx, thread, "nothing_to_reply_to").await? {
        Ok(replies_to) => replies_to,
        Err(reason) => return Ok(Err(reason)),
    };
    let direct = match &record.envelope.to {
        Recipient::Person(user) if replaces.is_none() => tx.find_direct(user).await?,
        _ => None,
    };
    let composed = compose(tx, &record.envelope.effect, now).await;
    let (content, notes) = match composed {
        Ok(Composed::Say(message)) => {
            let notes = message.notes();
            (Content::Message(slack::render_message(&message, now)), notes)
        }
        Ok(Composed::Home(user, mut home)) => {
            home.offer(crate::perform::absence_source::offered());
            let view = slack::render_home(&home, now);
            (Content::Home(Page { user, view, changes_at: home.changes_at }), Vec::new())
        }
        Ok(Composed::Nothing(code)) => return Ok(Err((GivenUp::Dropped, code))),
        Ok(Composed::TooLate) => return Ok(Err((GivenUp::Expired, "turn_over"))),
        Err(app::AppError::Store(fault)) => return Err(fault),
        Err(fault) => {
            tracing::error!(error = %fault, "A message could not be composed.");
            return Ok(Err((GivenUp::Failed, "not_composed")));
        }
    };
    Ok(Ok(Ready { content, notes, replaces, replies_to, direct }))
}

/// Returns where the message of another delivery is, which this one needs; without it there is nothing to say.
async fn placed(
    tx: &mut Tx,
    original: Option<DeliveryId>,
    code: &'static str,
) -> Result<Result<Option<Placed>, (GivenUp, &'static str)>, StoreError> {
    let Some(original) = original else {
        return Ok(Ok(None));
    };
    let original = tx.find_delivery(original).await?;
    let placed =
        original.and_then(|record| Some(Placed { channel: record.channel?, ts: record.ts? }));
    Ok(placed.map(Some).ok_or((GivenUp::Dropped, code)))
}
