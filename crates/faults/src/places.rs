//! Every place at which a process can be ended.

/// The kinds of transactions that are told apart, each with the functions of the store by which it is known.
///
/// A transaction that calls several is of the kind that stands first.
pub const COMMITS: [(&str, &str, &[&str]); 13] = [
    ("requests.before_commit", "requests.after_commit", &["requests::record_outcome"]),
    (
        "handoffs.before_commit",
        "handoffs.after_commit",
        &["rotations::record_standing", "turns::insert_turn", "steps::carry_out_all"],
    ),
    ("deliveries.claim.before_commit", "deliveries.claim.after_commit", &["outbox_queue::claim"]),
    (
        "deliveries.sending.before_commit",
        "deliveries.sending.after_commit",
        &["deliveries::record_sending"],
    ),
    (
        "deliveries.sent.before_commit",
        "deliveries.sent.after_commit",
        &["deliveries::record_all_sent"],
    ),
    (
        "deliveries.outcome.before_commit",
        "deliveries.outcome.after_commit",
        &[
            "deliveries::record_not_sent",
            "deliveries::record_ambiguous",
            "deliveries::record_given_up",
        ],
    ),
    ("deliveries.echo.before_commit", "deliveries.echo.after_commit", &["deliveries::record_echo"]),
    (
        "leases.crashes.before_commit",
        "leases.crashes.after_commit",
        &["outbox_queue::count_crashes", "inbox_queue::count_crashes"],
    ),
    (
        "inbox.claim.before_commit",
        "inbox.claim.after_commit",
        &["inbox_queue::claim", "inbox_queue::claim_lone"],
    ),
    (
        "inbox.finish.before_commit",
        "inbox.finish.after_commit",
        &["inbox::finish_inbox", "inbox::finish_inbox_of", "inbox::retry_inbox"],
    ),
    ("inbox.work.before_commit", "inbox.work.after_commit", &["deliveries::insert_delivery"]),
    ("inbox.receive.before_commit", "inbox.receive.after_commit", &["inbox::insert_inbox"]),
    ("entries.before_commit", "entries.after_commit", &["entries::steps"]),
];

/// The places outside of transactions.
pub const OTHERS: [&str; 4] = [
    // With the delivery.
    "deliveries.compose",
    // With the delivery.
    "deliveries.call.before",
    "deliveries.call.after",
    // With the row of the inbox.
    "inbox.work",
];

/// Returns all of them.
pub fn all() -> impl Iterator<Item = &'static str> {
    let commits = COMMITS.iter().flat_map(|(before, after, _)| [*before, *after]);
    commits.chain(OTHERS)
}
