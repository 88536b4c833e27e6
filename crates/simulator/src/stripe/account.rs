//! The account at Stripe, and the person who pays there.

use std::fmt;

/// The account as its dashboard shows it to the one who sets up the bot.
#[derive(Clone, PartialEq, Eq)]
pub struct StripeAccount {
    /// The key that calls carry, `sk_test_...`, or `rk_test_...` for a restricted one.
    pub secret_key: String,
    /// What webhooks are signed with: one secret, or two while it is being rolled.
    pub webhook_secrets: Vec<String>,
    /// The one monthly price.
    pub price: String,
}

impl Default for StripeAccount {
    fn default() -> Self {
        Self {
            secret_key: "sk_test_simulator".into(),
            webhook_secrets: vec!["whsec_simulator".into()],
            price: "price_pro_monthly".into(),
        }
    }
}

impl fmt::Debug for StripeAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeAccount").field("price", &self.price).finish_non_exhaustive()
    }
}

/// What everybody who pays types into the page: nothing of it belongs into the bot's database.
pub const STRIPE_CANARIES: [&str; 8] =
    [EMAIL, NAME, PHONE, STREET, CITY, POSTAL_CODE, FINGERPRINT, STRIPE_CARD];

/// The last four digits of every card.
pub const STRIPE_LAST4: &str = "7417";

/// How an invoice and a receipt name the card.
pub const STRIPE_CARD: &str = "Visa ending in 7417";

pub(crate) const EMAIL: &str = "odalys.quillfeather@canary-pays.example";
pub(crate) const NAME: &str = "Odalys Quillfeather";
pub(crate) const PHONE: &str = "+15550174417";
pub(crate) const STREET: &str = "4417 Canarybird Crescent";
pub(crate) const CITY: &str = "Quillhaven";
pub(crate) const POSTAL_CODE: &str = "QX4 4TT";
pub(crate) const FINGERPRINT: &str = "Cn4ryF1ngerprnt7";

/// The number of the account.
pub(crate) const ACCOUNT: &str = "acct_1SimHarbour00000";

/// The one product.
pub(crate) const PRODUCT: &str = "prod_SimAsyncbotPro";

/// What a month costs, in cents.
pub(crate) const AMOUNT: i64 = 2900;

/// The currency of all that is paid.
pub(crate) const CURRENCY: &str = "usd";
