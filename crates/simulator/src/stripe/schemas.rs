//! What each call may say, so far as the simulator knows it; Stripe knows more, which is refused here.

use super::schema::{Field, Kind, may, must};
use super::version::Release;

const ID: Kind = Kind::Text(5000);
const LONG: Kind = Kind::Text(5000);

/// The objects that can be put in the place of their ids.
const OF_SESSION: Kind = Kind::Expand(&["customer", "invoice", "subscription"]);
const OF_SUBSCRIPTION: Kind =
    Kind::Expand(&["customer", "default_payment_method", "latest_invoice"]);
const OF_SUBSCRIPTIONS: Kind =
    Kind::Expand(&["data.customer", "data.default_payment_method", "data.latest_invoice"]);
const OF_OTHERS: Kind = Kind::Expand(&[]);
const ENABLED: Kind = Kind::Object(&[must("enabled", Kind::Flag)]);

const ADDRESS: Kind = Kind::Object(&[
    may("city", Kind::Clearable(5000)),
    may("country", Kind::Clearable(5000)),
    may("line1", Kind::Clearable(5000)),
    may("line2", Kind::Clearable(5000)),
    may("postal_code", Kind::Clearable(5000)),
    may("state", Kind::Clearable(5000)),
]);

pub(crate) const ONE_SESSION: &[Field] = &[may("expand", OF_SESSION)];
pub(crate) const ONE_SUBSCRIPTION: &[Field] = &[may("expand", OF_SUBSCRIPTION)];
pub(crate) const ONE_OTHER: &[Field] = &[may("expand", OF_OTHERS)];
pub(crate) const NOTHING: &[Field] = &[];

pub(crate) const CREATE_CUSTOMER: &[Field] = &[
    may("address", ADDRESS),
    may("description", Kind::Clearable(5000)),
    may("email", Kind::Clearable(512)),
    may("expand", OF_OTHERS),
    may("metadata", Kind::Metadata),
    may("name", Kind::Clearable(256)),
    may("phone", Kind::Clearable(20)),
    may("preferred_locales", Kind::List(&LONG)),
    may("tax_exempt", Kind::Word(&["exempt", "none", "reverse"])),
];

const LINE_ITEM: Kind = Kind::Object(&[
    may("price", ID),
    may("quantity", Kind::Whole),
    may("tax_rates", Kind::List(&ID)),
]);

const AUTO_OR_NEVER: Kind = Kind::Word(&["auto", "never"]);

const TRIAL_SETTINGS: Kind = Kind::Object(&[must(
    "end_behavior",
    Kind::Object(&[must(
        "missing_payment_method",
        Kind::Word(&["cancel", "create_invoice", "pause"]),
    )]),
)]);

pub(crate) const CREATE_CHECKOUT: &[Field] = &[
    may("allow_promotion_codes", Kind::Flag),
    may("automatic_tax", ENABLED),
    may("billing_address_collection", Kind::Word(&["auto", "required"])),
    may("cancel_url", Kind::Address),
    may("client_reference_id", Kind::Text(200)),
    may("currency", Kind::Text(3)),
    may("customer", ID),
    may("customer_email", Kind::Text(800)),
    may(
        "customer_update",
        Kind::Object(&[
            may("address", AUTO_OR_NEVER),
            may("name", AUTO_OR_NEVER),
            may("shipping", AUTO_OR_NEVER),
        ]),
    ),
    may("expand", OF_SESSION),
    may("expires_at", Kind::Time),
    may("line_items", Kind::List(&LINE_ITEM)),
    may("locale", Kind::Text(10)),
    may("metadata", Kind::Metadata),
    may("mode", Kind::Word(&["payment", "setup", "subscription"])),
    may("payment_method_collection", Kind::Word(&["always", "if_required"])),
    may("payment_method_types", Kind::List(&LONG)).until(Release::Endive),
    may("allowed_payment_method_types", Kind::List(&LONG)).since(Release::Endive),
    may("phone_number_collection", ENABLED),
    must("success_url", Kind::Address),
    may(
        "subscription_data",
        Kind::Object(&[
            may("description", Kind::Text(500)),
            may("metadata", Kind::Metadata),
            may("trial_end", Kind::Time),
            may("trial_period_days", Kind::Whole),
            may("trial_settings", TRIAL_SETTINGS),
        ]),
    ),
    may("tax_id_collection", ENABLED),
    may("ui_mode", Kind::Word(&["custom", "embedded", "hosted"])).until(Release::Endive),
    may("ui_mode", Kind::Word(&["elements", "embedded_page", "form", "hosted_page"]))
        .since(Release::Endive),
];

pub(crate) const CREATE_PORTAL: &[Field] = &[
    may("configuration", ID),
    must("customer", ID),
    may("expand", OF_OTHERS),
    may("locale", Kind::Text(10)),
    may("return_url", Kind::Address),
];

pub(crate) const LIST_SUBSCRIPTIONS: &[Field] = &[
    may("collection_method", Kind::Word(&["charge_automatically", "send_invoice"])),
    may("customer", ID),
    may("ending_before", ID),
    may("expand", OF_SUBSCRIPTIONS),
    may("limit", Kind::Whole),
    may("price", ID),
    may("starting_after", ID),
    may(
        "status",
        Kind::Word(&[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]),
    ),
];

const CANCELLATION_DETAILS: Kind = Kind::Object(&[
    may("comment", Kind::Clearable(5000)),
    may(
        "feedback",
        Kind::Word(&[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]),
    ),
]);

pub(crate) const UPDATE_SUBSCRIPTION: &[Field] = &[
    may("cancel_at", Kind::Clearable(20)),
    may("cancel_at_period_end", Kind::Flag),
    may("cancellation_details", CANCELLATION_DETAILS),
    may("description", Kind::Clearable(500)),
    may("expand", OF_SUBSCRIPTION),
    may("metadata", Kind::Metadata),
    may("proration_behavior", Kind::Word(&["always_invoice", "create_prorations", "none"])),
];

pub(crate) const CANCEL_SUBSCRIPTION: &[Field] = &[
    may("cancellation_details", CANCELLATION_DETAILS),
    may("expand", OF_SUBSCRIPTION),
    may("invoice_now", Kind::Flag),
    may("prorate", Kind::Flag),
];

pub(crate) const RESUME_SUBSCRIPTION: &[Field] = &[
    may("billing_cycle_anchor", Kind::Word(&["now", "unchanged"])),
    may("expand", OF_SUBSCRIPTION),
    may("proration_behavior", Kind::Word(&["always_invoice", "create_prorations", "none"])),
];

pub(crate) const LIST_PRICES: &[Field] = &[
    may("active", Kind::Flag),
    may("currency", Kind::Text(3)),
    may("ending_before", ID),
    may("expand", OF_OTHERS),
    may("limit", Kind::Whole),
    may("lookup_keys", Kind::List(&ID)),
    may("product", ID),
    may("starting_after", ID),
    may("type", Kind::Word(&["one_time", "recurring"])),
];
