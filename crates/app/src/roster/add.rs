//! People join a rotation.

use super::scene::{Scene, Target, resolve, unfit};
use super::{everyone, told};
use crate::outcome::{Decision, Done, once};
use crate::people::People;
use crate::{AppError, Request};
use chrono::{DateTime, Utc};
use domain::action::Field;
use domain::change::{Leave, RosterChange};
use domain::effect::{Envelope, Recipient, RosterEffect};
use domain::ids::{RotationId, UserId, WorkspaceId};
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::roster::MAX_MEMBERS;
use domain::story::roster::{AddForm, Card, Crowd, MOST_NAMED, Pick, Reply as Said, Unfit};
use std::collections::HashSet;
use store::{InboxItem, Store, Tx};

/// Adds people, so that they serve last or before a member; those who are there already stay where they are.
///
/// Who was never looked up is added and looked up afterwards: [`check_joiners`].
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn add(
    store: &Store,
    request: &Request,
    target: Target<'_>,
    people: &[Pick],
    before: Option<&Pick>,
) -> Result<Reply, AppError> {
    let users = resolve(request, people);
    let before = before.and_then(|pick| resolve(request, std::slice::from_ref(pick)).pop());
    if users.len() > MOST_NAMED {
        return Ok(Reply::Roster(Said::TooManyNamed));
    }
    let mut said = None;
    let act = async |tx: &mut Tx| {
        let scene = match Scene::lock(tx, request, target, &users).await? {
            Ok(scene) => scene,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let joined = join(tx, request, &scene, &users, before.as_ref(), false).await?;
        Ok(unless_said(joined, &mut said))
    };
    let decision = once(store, request, act).await?;
    told::answer(store, request, decision, said).await
}

/// Adds the people whom the form names, or answers with what is wrong beside the fields.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit_add(
    store: &Store,
    request: &Request,
    form: &AddForm,
) -> Result<Answer, AppError> {
    let target = Target::Id(form.rotation);
    let fault = |field, text: &str| Ok(Answer::FieldErrors(vec![(field, text.to_owned())]));
    let reply = match (form.people.is_empty(), form.everyone) {
        (true, false) => return fault(Field::People, "Pick at least one person."),
        (false, true) => {
            return fault(Field::Everyone, "Pick people above, or everybody here, but not both.");
        }
        (true, true) => everyone::ask_for_everyone(store, request, target).await?,
        (false, false) => {
            let people: Vec<Pick> = form.people.iter().cloned().map(Pick::Person).collect();
            let before = form.before.clone().map(Pick::Person);
            add(store, request, target, &people, before.as_ref()).await?
        }
    };
    match reply {
        Reply::Roster(Said::NotMembers { .. }) => {
            fault(Field::Before, "They are not in the rotation any more. Please choose again.")
        }
        Reply::Roster(Said::TooManyNamed) => {
            fault(Field::People, &format!("Please pick at most {MOST_NAMED} people at once."))
        }
        reply => Ok(Answer::Say(Box::new(reply))),
    }
}

/// Lets people join a locked rotation; an answer without a change comes back as an error of the inner kind.
pub(super) async fn join(
    tx: &mut Tx,
    request: &Request,
    scene: &Scene,
    users: &[UserId],
    before: Option<&UserId>,
    are_all_looked_up: bool,
) -> Result<Result<Card<UserId>, Stop>, AppError> {
    if let Err(refusal) = scene.permit(request, Act::Manage(scene.circle())) {
        return Ok(Err(Stop::Refused(refusal)));
    }
    let name = || scene.rotation().name.clone();
    if let Some(neighbour) = before.filter(|neighbour| !scene.is_member(neighbour)) {
        let people = Crowd::of([scene.person(neighbour)]);
        return Ok(Err(Stop::Said(Said::NotMembers { name: name(), people })));
    }
    let mut sorted = Sorted::default();
    for user in users {
        sorted.put(scene, user, are_all_looked_up);
    }
    let members = scene.members().count() + sorted.joining.len();
    if members > MAX_MEMBERS && !sorted.joining.is_empty() {
        return Ok(Err(Stop::Said(Said::TooMany { name: name(), count: members })));
    }
    let mut card = sorted.card(scene, before, members);
    if !card.is_change() {
        return Ok(Ok(card));
    }
    let add = |before: Option<&UserId>, user: &UserId| RosterChange::Add {
        user: user.clone(),
        before: before.cloned(),
    };
    let stay = sorted.stays.iter().map(|user| add(None, user));
    let changes = sorted.joining.iter().map(|user| add(before, user)).chain(stay).collect();
    let (by, now) = (Some(&request.actor), request.now);
    let difference = scene.carry_out(tx, changes, by, now).await?;
    told::note_turns(&mut card, scene, &difference, now);
    told::record(tx, scene, "roster_added", &sorted.joining, by, now).await?;
    let are_known = are_all_looked_up || !sorted.joining.iter().any(|user| scene.is_unknown(user));
    if are_known {
        if !card.joined.is_empty() {
            told::tell_channel(tx, scene.rotation(), &card, by, (now, now)).await?;
        }
    } else {
        let item = InboxItem::CheckJoiners {
            rotation: scene.rotation().id,
            users: sorted.joining.clone(),
            by: request.actor.clone(),
            added_at: now,
        };
        tx.insert_inbox(&item, &format!("joiners:{}", request.key), now).await?;
    }
    Ok(Ok(card))
}

/// Why nothing was changed.
pub(super) enum Stop {
    /// It cannot be.
    Refused(Refusal),
    /// It needs another answer.
    Said(Said),
}

/// Turns the outcome of a change into a decision; what is to be said instead is put aside.
pub(super) fn unless_said(
    outcome: Result<Card<UserId>, Stop>,
    said: &mut Option<Said>,
) -> Decision {
    match outcome {
        Ok(card) => Ok(Done::Roster { card: Box::new(card) }),
        Err(Stop::Refused(refusal)) => Err(refusal),
        Err(Stop::Said(answer)) => {
            *said = Some(answer);
            Err(Refusal::Gone)
        }
    }
}

/// Those who are to join, by what becomes of them.
#[derive(Default)]
struct Sorted {
    joining: Vec<UserId>,
    stays: Vec<UserId>,
    known: Vec<UserId>,
    unfit: Vec<(UserId, Unfit)>,
}

impl Sorted {
    fn put(&mut self, scene: &Scene, user: &UserId, are_all_looked_up: bool) {
        let user = user.clone();
        let is_unknown = are_all_looked_up && scene.is_unknown(&user);
        let unfit = scene.unfit(&user).or(is_unknown.then_some(Unfit::Unknown));
        match unfit {
            _ if scene.is_leaving(&user) => self.stays.push(user),
            _ if scene.is_member(&user) => self.known.push(user),
            Some(why) => self.unfit.push((user, why)),
            None => self.joining.push(user),
        }
    }

    fn card(&self, scene: &Scene, before: Option<&UserId>, members: usize) -> Card<UserId> {
        let mut card = Card::new(scene.rotation().id, members);
        card.joined = Crowd::of(self.joining.iter().cloned());
        card.before = before.cloned();
        card.stays = Crowd::of(self.stays.iter().cloned());
        card.known = Crowd::of(self.known.iter().cloned());
        card.refused = told::by_reason(&self.unfit);
        card
    }
}

/// Returns those of the people who were never looked up.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn unknown_of(
    store: &Store,
    workspace: WorkspaceId,
    users: &[UserId],
) -> Result<Vec<UserId>, AppError> {
    let known = store.read(workspace).await?.find_people(users).await?;
    let known: HashSet<UserId> = known.into_iter().map(|person| person.user).collect();
    Ok(users.iter().filter(|user| !known.contains(user)).cloned().collect())
}

/// Takes out again who turns out to be no member of the workspace now that they were looked up, tells the one who added
/// them, and tells the channel of the others. Done twice it is done once.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn check_joiners(
    store: &Store,
    workspace: WorkspaceId,
    (rotation, users): (RotationId, &[UserId]),
    by: &UserId,
    (added_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AppError> {
    let key = format!("joiners:{rotation}:{added_at}");
    let request = Request { workspace, actor: by.clone(), channel: None, key, now };
    let act = async |tx: &mut Tx| {
        let scene = match Scene::lock(tx, &request, Target::Id(rotation), users).await? {
            Ok(scene) => scene,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let people = People::load(tx, users).await?;
        let why = |user: &UserId| {
            let unknown = (!people.is_known(user)).then_some(Unfit::Unknown);
            unfit(&people, user).or(unknown)
        };
        let still_in: Vec<&UserId> = users.iter().filter(|user| scene.is_member(user)).collect();
        let out: Vec<(UserId, Unfit)> =
            still_in.iter().filter_map(|user| Some(((*user).clone(), why(user)?))).collect();
        let mut card = Card::new(rotation, scene.members().count() - out.len());
        let stay = still_in.iter().filter(|user| why(user).is_none());
        card.joined = Crowd::of(stay.map(|user| (*user).clone()));
        card.refused = told::by_reason(&out);
        if !out.is_empty() {
            let left: Vec<UserId> = out.iter().map(|(user, _)| user.clone()).collect();
            let leave =
                |user: &UserId| RosterChange::Remove { user: user.clone(), leave: Leave::Now };
            scene.carry_out(tx, left.iter().map(leave).collect(), None, now).await?;
            told::record(tx, &scene, "roster_removed", &left, None, now).await?;
            let refused = card.refused.clone();
            let effect = RosterEffect::JoinersTakenOut { rotation, changed_at: added_at, refused };
            let to = Recipient::Person(by.clone());
            tx.insert_delivery(&Envelope::new(effect, to), now, now).await?;
        }
        if !card.joined.is_empty() {
            let at = (added_at, now);
            told::tell_channel(tx, scene.rotation(), &card, Some(by), at).await?;
        }
        Ok(Ok(Done::Roster { card: Box::new(card) }))
    };
    once(store, &request, act).await.map(drop)
}
