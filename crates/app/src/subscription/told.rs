//! What admins are told of what their workspace pays, as it is when it is delivered.

use crate::AppError;
use crate::deliver::Composed;
use domain::billing::PAST_DUE_GRACE;
use domain::effect::SubscriptionEffect;
use domain::message;
use domain::story::checkout::Message;
use store::Tx;

/// Composes an effect of this story.
pub(crate) async fn compose(
    tx: &mut Tx,
    effect: &SubscriptionEffect,
) -> Result<Composed, AppError> {
    let failing_since = tx.find_subscription().await?.and_then(|record| record.past_due_since);
    Ok(match effect {
        SubscriptionEffect::PaymentFailed { since } if failing_since == Some(*since) => {
            say(Message::PaymentFailed { until: *since + PAST_DUE_GRACE })
        }
        SubscriptionEffect::PaymentFailed { .. } => Composed::Nothing("payment_works"),
        SubscriptionEffect::PaymentWorks { .. } if failing_since.is_none() => {
            say(Message::PaymentWorks)
        }
        SubscriptionEffect::PaymentWorks { .. } => Composed::Nothing("payment_failed"),
    })
}

fn say(message: Message) -> Composed {
    Composed::Say(message::Message::Checkout(message))
}
