//! Every call of a transaction, with arguments that the aim chooses: one list for each file of `tx`.

use super::{Aim, tried};
use crate::tests::bench::at;
use crate::{
    AbsenceSource, Claim, Claiming, GivenUp, NoteFault, SentDelivery, StoreError,
    SubscriptionClaim, Tx,
};
use domain::calendar::Published;
use domain::ids::{UserId, WorkspaceId};
use domain::interval::Interval;
use domain::note::NoteText;
use domain::settings::{ChannelFault, RotationSettings, WorkspaceSettings};
use domain::source::SourceCode;
use domain::story::calendar::Opens;
use secrecy::{ExposeSecret, SecretString};

/// The files of `tx` that have calls, each with its calls.
pub(super) const FAMILIES: &[(&str, &[&str])] = &[
    ("absence_sources", absence_sources::NAMES),
    ("absences", absences::NAMES),
    ("calendar_links", calendar_links::NAMES),
    ("cover_requests", cover_requests::NAMES),
    ("coverages", coverages::NAMES),
    ("deliveries", deliveries::NAMES),
    ("erasure", erasure::NAMES),
    ("export_links", export_links::NAMES),
    ("foresight", foresight::NAMES),
    ("inbox", inbox::NAMES),
    ("mod", whole::NAMES),
    ("notes", notes::NAMES),
    ("notices", notices::NAMES),
    ("replay", replay::NAMES),
    ("requests", requests::NAMES),
    ("retention", retention::NAMES),
    ("rotations", rotations::NAMES),
    ("subscriptions", subscriptions::NAMES),
    ("swaps", swaps::NAMES),
    ("turns", turns::NAMES),
    ("workspaces", workspaces::NAMES),
];

/// Makes a call and returns what came back, as text.
pub(super) async fn call(family: &str, name: &str, tx: &mut Tx, aim: &Aim) -> String {
    match family {
        "absence_sources" => absence_sources::call(name, tx, aim).await,
        "absences" => absences::call(name, tx, aim).await,
        "calendar_links" => calendar_links::call(name, tx, aim).await,
        "cover_requests" => cover_requests::call(name, tx, aim).await,
        "coverages" => coverages::call(name, tx, aim).await,
        "deliveries" => deliveries::call(name, tx, aim).await,
        "erasure" => erasure::call(name, tx, aim).await,
        "export_links" => export_links::call(name, tx, aim).await,
        "foresight" => foresight::call(name, tx, aim).await,
        "inbox" => inbox::call(name, tx, aim).await,
        "mod" => whole::call(name, tx, aim).await,
        "notes" => notes::call(name, tx, aim).await,
        "notices" => notices::call(name, tx, aim).await,
        "replay" => replay::call(name, tx, aim).await,
        "requests" => requests::call(name, tx, aim).await,
        "retention" => retention::call(name, tx, aim).await,
        "rotations" => rotations::call(name, tx, aim).await,
        "subscriptions" => subscriptions::call(name, tx, aim).await,
        "swaps" => swaps::call(name, tx, aim).await,
        "turns" => turns::call(name, tx, aim).await,
        "workspaces" => workspaces::call(name, tx, aim).await,
        other => panic!("nobody knows the file {other}"),
    }
}

/// Shows a secret, because a leak of it must be seen.
fn revealed(found: Result<Option<SecretString>, StoreError>) -> Result<Option<String>, StoreError> {
    Ok(found?.map(|secret| secret.expose_secret().to_owned()))
}

fn revealed_note(found: Result<NoteText, NoteFault>) -> Result<String, NoteFault> {
    Ok(found?.reveal().to_owned())
}

fn hibob() -> SourceCode {
    SourceCode::new("hibob").expect("a code")
}

fn users(aim: &Aim) -> Vec<UserId> {
    aim.maker.users()
}

fn ana(aim: &Aim) -> UserId {
    users(aim).remove(0)
}

/// The window of a request.
fn asked_for() -> Interval {
    Interval::new(at(100), at(200)).expect("it ends after it begins")
}

fn claiming(aim: &Aim) -> Claiming<'_> {
    Claiming {
        by: &aim.worker,
        until: at(900),
        limit: 50,
        alone: false,
        leave_out: &[],
        new_only: false,
    }
}

fn sent(workspace: WorkspaceId, aim: &Aim) -> SentDelivery {
    let claim = Claim { workspace, delivery: aim.delivery(5), fence: 1 };
    SentDelivery { claim, channel: aim.maker.channel("sent"), ts: aim.maker.said("ts") }
}

fn claimed(workspace: WorkspaceId) -> SubscriptionClaim {
    SubscriptionClaim { workspace, fence: 1, due_at: at(10) }
}

tried! { absence_sources(tx, aim) {
    upsert_source(&aim.maker.source("hibob"), &SecretString::from(aim.maker.said("opens")));
    list_sources();
    find_source(&hibob());
    lock_source(&hibob());
    open_source(&hibob()) => revealed;
    record_source(&aim.maker.source("hibob"));
    extend_sync(&hibob(), 1, at(500));
    finish_sync(&hibob(), 1);
    delete_source(&SourceCode::new("calendar").expect("a code"));
} }

tried! { absences(tx, aim) {
    insert_absence(&aim.maker.absence(AbsenceSource::Manual));
    list_absences(&users(aim), at(0), None);
    list_absences_of_source(&AbsenceSource::Manual, at(0));
    find_absence(aim.maker.absence_id());
    delete_absence(aim.maker.absence_id());
    delete_absences_of_source(&AbsenceSource::Synced(hibob()));
} }

tried! { calendar_links(tx, aim) {
    insert_calendar_link(&aim.maker.calendar_link(&ana(aim)), &aim.maker.export_hash());
    find_calendar_link(&aim.maker.export_hash());
    lock_calendar_link(&aim.maker.export_hash());
    record_published(&aim.maker.export_hash(), &Published::default());
    delete_calendar_link(&ana(aim), Opens::Rotation(aim.maker.rotation_id()));
    delete_calendar_links_to(aim.maker.rotation_id());
    delete_calendar_links_of(&ana(aim));
    delete_calendar_links();
} }

tried! { cover_requests(tx, aim) {
    insert_cover_request(&aim.maker.request());
    update_cover_request(&aim.maker.request());
    find_cover_request(aim.maker.request_id());
    find_cover_request_of(aim.maker.rotation_id(), &ana(aim), asked_for());
    list_cover_requests(aim.maker.rotation_id(), aim.maker.window());
    list_open_cover_requests();
    insert_cover_answer(&aim.maker.answer(&ana(aim)));
    delete_cover_answer(aim.maker.request_id(), &ana(aim));
    delete_cover_answers(aim.maker.request_id());
    list_cover_answers(aim.maker.request_id());
} }

tried! { coverages(tx, aim) {
    insert_coverage(&aim.maker.coverage());
    find_coverage(aim.maker.coverage_id());
    record_coverage_end(aim.maker.coverage_id(), at(150));
    undo_coverage(aim.maker.coverage_id(), &ana(aim), at(7));
    list_coverages(aim.maker.rotation_id(), aim.maker.window());
    list_coverages_since(at(0));
    list_coverages_for(aim.maker.request_id());
} }

tried! { deliveries(tx, aim) {
    insert_delivery(&aim.maker.envelopes()[0], at(0), at(0));
    insert_answer(&aim.maker.envelopes()[1], at(0), at(0));
    find_delivery(aim.delivery(0));
    claim_deliveries(&claiming(aim), at(61));
    next_delivery_change(at(0));
    record_sending(&aim.worker, at(2));
    record_all_sent(&[sent(tx.workspace(), aim)], at(2));
    find_direct(&ana(aim));
    record_direct(&ana(aim), Some(&aim.maker.channel("direct")));
    record_limit("chat.postMessage", at(800));
    list_limits(at(0));
    record_not_sent(aim.delivery(5), 1, at(300), &aim.maker.code("code"), at(2));
    record_paced(aim.delivery(5), 1, at(300), &aim.maker.code("code"), at(2));
    has_lone_delivery();
    release_batch(&aim.worker);
    release_parked(&aim.code, at(3));
    record_ambiguous(aim.delivery(5), 1, at(300), &aim.maker.code("code"), at(2));
    record_given_up(aim.delivery(5), 1, GivenUp::Dropped, &aim.maker.code("code"), at(2));
    release_delivery(aim.delivery(6), 1);
    record_forgotten((at(-9_000), at(9_000)), at(300), at(2));
    record_echo(aim.delivery(6), &aim.maker.channel("echo"), "1.2", at(2));
} }

tried! { erasure(tx, aim) {
    list_mentioned();
    erase_person(&ana(aim));
} }

tried! { foresight(tx, aim) {
    lock_rotations(&[aim.maker.rotation_id()]);
    list_due_rotations(at(9_000));
    foresee(&[aim.maker.rotation_id()], &users(aim), at(0));
    foresee_turns();
    foresee_deliveries(&aim.deliveries);
} }

tried! { inbox(tx, aim) {
    insert_inbox(&aim.maker.item(), "event", at(0));
    insert_inbox_at(&aim.maker.item(), "event", at(0), at(0));
    insert_inbox_sealed(&aim.maker.item(), &SecretString::from(aim.maker.said("typed")), "sealed", at(0));
    open_inbox_text(aim.inbox(5)) => revealed;
    find_inbox(aim.inbox(3));
    finish_inbox(aim.inbox(3), 1, at(4));
    retry_inbox(aim.inbox(3), 1, at(400));
    finish_inbox_of(&aim.worker, at(4));
    give_back_inbox(&aim.worker);
    keep_inbox(&aim.worker, at(4), at(700));
    release_inbox(aim.inbox(4), 1);
    record_inbox_crash(aim.inbox(4), 1, at(300), at(4));
    fail_inbox(aim.inbox(4), 1, at(4));
} }

tried! { whole(tx, aim) {
    find_versioned();
} }

tried! { notes(tx, aim) {
    insert_note(&aim.maker.note(), &NoteText::new(aim.maker.said("note")));
    update_note(aim.maker.note_id(), &NoteText::new(aim.maker.said("edited")), true, at(9));
    delete_note(aim.maker.note_id());
    find_note(aim.maker.note_id());
    open_note(aim.maker.note_id()) => revealed_note;
    list_notes(aim.maker.rotation_id(), at(0));
    list_waiting_notes(aim.maker.rotation_id());
    list_notes_read_early(aim.maker.rotation_id(), at(0));
    list_notes_for(aim.maker.rotation_id(), at(0), &ana(aim));
    list_notes_of(&ana(aim), None, 0, 50);
    insert_note_receiver(&aim.maker.receiver(&ana(aim)));
    record_note_told(aim.maker.note_id(), &ana(aim), at(9));
    delete_note_receiver(aim.maker.note_id(), &ana(aim));
    move_note_receiver(aim.maker.note_id(), &ana(aim), at(100));
    list_note_receivers(aim.maker.note_id());
    list_note_receivers_in(aim.maker.rotation_id(), at(0));
    delete_notes_told_before(aim.maker.rotation_id(), at(9_000));
} }

tried! { export_links(tx, aim) {
    set_export_link(&aim.maker.export_link(&ana(aim)), &aim.maker.export_hash());
    find_export_link(&aim.maker.export_hash(), at(0));
    take_export_link(&aim.maker.export_hash(), at(0));
    delete_export_links_before(at(9_000));
} }

tried! { notices(tx, aim) {
    insert_breach(&aim.maker.breach(), at(0));
    find_breach(aim.maker.breach().id());
    delete_notices_before(at(9_000));
} }

tried! { retention(tx, aim) {
    move_said(at(9_000), at(9_000), 100);
    delete_said_before(at(9_000));
    find_planned_since(at(0));
    delete_absences_before(at(9_000));
    delete_turns_before(at(9_000));
    list_turns_with_skips(at(9_000));
    record_skips((aim.maker.rotation_id(), at(0)), &serde_json::json!([]));
    export();
} }

tried! { replay(tx, aim) {
    replay_delivery(aim.delivery(3).as_uuid(), at(9), at(900));
    replay_inbox(aim.inbox(2).as_uuid(), at(9));
    find_inbox_kind(aim.inbox(2).as_uuid());
    count_unknown(at(-9_000));
} }

tried! { requests(tx, aim) {
    find_outcome(&aim.key);
    record_outcome("key", &aim.maker.outcome(), at(0));
    record_event(&aim.maker.event());
    list_events((at(9_000), domain::ids::EventId::new(uuid::Uuid::max())), 50);
} }

tried! { rotations(tx, aim) {
    insert_rotation(&aim.maker.rotation());
    list_rotations();
    list_deleted_rotations();
    find_rotation(aim.maker.rotation_id());
    find_any_rotation(aim.maker.deleted_id());
    find_rotations(&[aim.maker.rotation_id(), aim.maker.deleted_id()]);
    lock_rotation(aim.maker.rotation_id());
    lock_any_rotation(aim.maker.deleted_id());
    record_standing(aim.maker.rotation_id(), &aim.maker.standing(), None);
    record_rotation_settings(aim.maker.rotation_id(), &aim.maker.channel("new"), &RotationSettings::default());
    record_rotation_name(aim.maker.rotation_id(), &aim.maker.said("renamed"));
    record_rotation_revision(aim.maker.rotation_id());
    record_channel_fault(aim.maker.rotation_id(), Some(ChannelFault::Archived));
    record_rotation_deleted(aim.maker.rotation_id(), at(9));
    record_rotation_restored(aim.maker.deleted_id(), &aim.maker.said("restored"));
    erase_deleted_rotations(at(9_000));
} }

tried! { subscriptions(tx, aim) {
    find_subscription();
    lock_subscription();
    lock_claimed_subscription(&claimed(tx.workspace()));
    upsert_subscription(&aim.maker.subscription());
    extend_subscription(&claimed(tx.workspace()), at(500));
    release_subscription(&claimed(tx.workspace()));
    ask_about_subscription(at(500));
    insert_billing_event(&aim.maker.said("billing-event"), at(0));
    delete_billing_events_before(at(9_000));
} }

tried! { swaps(tx, aim) {
    insert_swap(&aim.maker.swap());
    update_swap(&aim.maker.swap());
    find_swap(aim.maker.swap_id());
    list_swaps(aim.maker.rotation_id(), at(0), at(9_000));
    list_swaps_since(at(0));
} }

tried! { turns(tx, aim) {
    insert_turn(&aim.maker.turn());
    find_turn(aim.maker.rotation_id(), at(0));
    find_turn_at(aim.maker.rotation_id(), at(50));
    list_turns(aim.maker.rotation_id(), at(-100), at(9_000));
    list_turns_before(aim.maker.rotation_id(), at(9_000), 50);
    update_turn(&aim.maker.turn());
    record_seen(aim.maker.rotation_id(), at(0), at(9));
    insert_stretch(&aim.maker.stretch());
    list_stretches(aim.maker.rotation_id(), aim.maker.window());
} }

tried! { workspaces(tx, aim) {
    upsert_workspace(&aim.maker.install(&domain::ids::TeamId::new("TH")));
    find_workspace();
    find_bot_token() => revealed;
    deactivate_workspace(at(-5));
    end_install(at(-5), at(9));
    record_kept_until(at(9_000));
    upsert_person(&aim.maker.person(&ana(aim)));
    find_people(&users(aim));
    list_admins(50);
    record_workspace_settings(&WorkspaceSettings { only_admins_create: true, prefers_silence: true });
    record_preferences(&ana(aim), &aim.maker.preferences());
    find_preferences(&ana(aim));
    lock_preferences(&ana(aim));
    find_preferences_of(&users(aim));
    list_preferences();
} }
