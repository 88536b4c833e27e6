//! People leave a rotation.

use super::add::{Stop, unless_said};
use super::scene::{Scene, Target, each_once, resolve};
use super::told;
use crate::outcome::once;
use crate::{AppError, Request};
use domain::action::Field;
use domain::change::{Leave, RosterChange};
use domain::ids::UserId;
use domain::permission::Act;
use domain::reply::{Answer, Reply};
use domain::story::roster::{
    Button, Card, Crowd, Leaving, MOST_NAMED, Pick, RemoveForm, Reply as Said, When,
};
use store::{Store, Tx};

/// How people leave.
#[derive(Clone, Copy)]
struct How {
    /// When; nothing was said of it where it is `None`.
    when: Option<When>,
    /// Whether that was said of those on duty only, so that the others leave now.
    only_on_duty: bool,
    /// Whether they know that nobody would be left.
    may_empty: bool,
    /// Whether a question of ours is answered.
    answers_question: bool,
}

/// Removes people; those who are not in the rotation are said so.
///
/// Where somebody on duty is among them and nothing was said, it asks when; where nobody would be left, it asks whether.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn remove(
    store: &Store,
    request: &Request,
    target: Target<'_>,
    people: &[Pick],
    when: Option<When>,
) -> Result<Reply, AppError> {
    let how = How { when, only_on_duty: false, may_empty: false, answers_question: false };
    carry_out(store, request, target, &resolve(request, people), how).await
}

/// Removes the people whom a pressed button names.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn leave(store: &Store, request: &Request, leaving: &Leaving) -> Result<Reply, AppError> {
    let Leaving { rotation, users, when, may_empty } = leaving;
    let how = How {
        when: Some(*when),
        only_on_duty: true,
        may_empty: *may_empty,
        answers_question: true,
    };
    carry_out(store, request, Target::Id(*rotation), users, how).await
}

/// Removes the people whom the form names, or answers with what is wrong beside the fields.
///
/// # Errors
///
/// When the database cannot be reached; nothing is changed then.
pub async fn submit_remove(
    store: &Store,
    request: &Request,
    form: &RemoveForm,
) -> Result<Answer, AppError> {
    let fault = |text: String| Ok(Answer::FieldErrors(vec![(Field::People, text)]));
    if form.people.is_empty() {
        return fault(String::from("Choose at least one person."));
    }
    let how = How {
        when: Some(if form.now { When::Now } else { When::Handoff }),
        only_on_duty: true,
        may_empty: form.may_empty,
        answers_question: false,
    };
    match carry_out(store, request, Target::Id(form.rotation), &form.people, how).await? {
        Reply::Roster(Said::TooManyNamed) => {
            fault(format!("Please choose at most {MOST_NAMED} people at once."))
        }
        Reply::Roster(Said::AskEmpty { .. }) => fault(String::from(
            "That would leave nobody. Please keep somebody; the last one can be removed alone, in a form of its own.",
        )),
        reply => Ok(Answer::Say(Box::new(reply))),
    }
}

async fn carry_out(
    store: &Store,
    request: &Request,
    target: Target<'_>,
    users: &[UserId],
    how: How,
) -> Result<Reply, AppError> {
    let users = &each_once(users);
    if users.len() > MOST_NAMED {
        return Ok(Reply::Roster(Said::TooManyNamed));
    }
    let mut said = None;
    let act = async |tx: &mut Tx| {
        let scene = match Scene::lock(tx, request, target, users).await? {
            Ok(scene) => scene,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let left = remove_from(tx, request, &scene, users, how).await?;
        Ok(unless_said(left, &mut said))
    };
    let decision = once(store, request, act).await?;
    told::answer(store, request, decision, said).await
}

async fn remove_from(
    tx: &mut Tx,
    request: &Request,
    scene: &Scene,
    users: &[UserId],
    how: How,
) -> Result<Result<Card<UserId>, Stop>, AppError> {
    let is_oneself = matches!(users, [only] if *only == request.actor);
    let permitted = if is_oneself && !scene.is_member(&request.actor) {
        // There is nothing to leave, which is said.
        scene.permit(request, Act::Look)
    } else if is_oneself {
        scene.permit(request, Act::Leave(scene.circle()))
    } else {
        scene.permit(request, Act::Manage(scene.circle()))
    };
    if let Err(refusal) = permitted {
        return Ok(Err(Stop::Refused(refusal)));
    }
    let (present, missing): (Vec<UserId>, Vec<UserId>) =
        users.iter().cloned().partition(|user| scene.is_member(user));
    let plan = match Plan::make(scene, &present, how) {
        Ok(plan) => plan,
        Err(said) => return Ok(Err(Stop::Said(*said))),
    };
    let members = scene.members().count() - plan.now.len();
    let mut card = Card::new(scene.rotation().id, members);
    card.left = Crowd::of(plan.now.iter().cloned());
    card.leaving = Crowd::of(plan.handoff.iter().cloned());
    card.handoff = scene.standing.next.map(|next| next.at).filter(|_| !plan.handoff.is_empty());
    card.leaves_already = Crowd::of(plan.known.iter().cloned());
    card.missing = Crowd::of(missing);
    card.answers_question = how.answers_question;
    if !card.is_change() {
        return Ok(Ok(card));
    }
    let (by, now) = (Some(&request.actor), request.now);
    let difference = scene.carry_out(tx, plan.changes(), by, now).await?;
    told::note_turns(&mut card, scene, &difference, now);
    let gone: Vec<UserId> = plan.now.into_iter().chain(plan.handoff).collect();
    told::record(tx, scene, "roster_removed", &gone, by, now).await?;
    told::tell_channel(tx, scene.rotation(), &card, by, (now, now)).await?;
    Ok(Ok(card))
}

/// Who leaves when.
struct Plan {
    now: Vec<UserId>,
    handoff: Vec<UserId>,
    /// Those who leave at the next handoff already.
    known: Vec<UserId>,
}

impl Plan {
    /// Returns who leaves when, or the question that has to be answered first.
    fn make(scene: &Scene, present: &[UserId], how: How) -> Result<Self, Box<Said>> {
        let is_on_duty = |user: &&UserId| scene.on_duty.contains(user);
        let name = scene.rotation().name.clone();
        let stays = |user: &&UserId| !present.contains(user) && !scene.is_leaving(user);
        let is_empty = !present.is_empty() && !scene.members().any(|user| stays(&user));
        let leaving = |when| Leaving {
            rotation: scene.rotation().id,
            users: present.to_vec(),
            when,
            may_empty: is_empty,
        };
        let on_duty: Vec<&UserId> = present.iter().filter(is_on_duty).collect();
        // Who leaves at the handoff already and is to be removed without another word has nothing to be asked.
        let is_open = on_duty.iter().any(|user| !scene.is_leaving(user));
        if how.when.is_none()
            && is_open
            && let Some(handoff) = scene.turn_ends
        {
            let on_duty = on_duty.into_iter().map(|user| scene.person(user)).collect();
            let zone = scene.rotation().rules.zone.name().to_owned();
            let leaving = sendable(leaving(When::Now))?;
            let asked = Said::AskWhen { name, zone, on_duty, handoff, leaving };
            return Err(Box::new(asked));
        }
        if is_empty && !how.may_empty {
            let leaving = sendable(leaving(how.when.unwrap_or(When::Now)))?;
            return Err(Box::new(Said::AskEmpty { name, leaving }));
        }
        let mut plan = Self { now: Vec::new(), handoff: Vec::new(), known: Vec::new() };
        for user in present {
            let waits = how.when == Some(When::Handoff)
                && (!how.only_on_duty || scene.on_duty.contains(user));
            let waits_already = scene.is_leaving(user);
            match (waits, waits_already) {
                (true, true) => plan.known.push(user.clone()),
                (true, false) => plan.handoff.push(user.clone()),
                (false, true) if how.when.is_none() && scene.on_duty.contains(user) => {
                    plan.known.push(user.clone());
                }
                (false, _) => plan.now.push(user.clone()),
            }
        }
        Ok(plan)
    }

    fn changes(&self) -> Vec<RosterChange> {
        let change =
            |leave| move |user: &UserId| RosterChange::Remove { user: user.clone(), leave };
        let later = self.handoff.iter().map(change(Leave::NextHandoff));
        self.now.iter().map(change(Leave::Now)).chain(later).collect()
    }
}

/// Returns what a button does, where a button can carry it.
fn sendable(leaving: Leaving) -> Result<Leaving, Box<Said>> {
    let length = Button::Leave(leaving.clone()).value().len();
    if length > Button::LONGEST_VALUE { Err(Box::new(Said::TooManyNamed)) } else { Ok(leaving) }
}
