//! Who may do what: the one place that decides, for commands, buttons, modals and events.

use crate::ids::UserId;
use crate::refusal::Refusal;

/// Somebody who asks for something, as Slack last described them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// Whether they administer or own the workspace.
    pub is_admin: bool,
    /// Whether they are more than a guest of the workspace: guests may look at most.
    pub standing: ActorStanding,
}

/// How somebody belongs to the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorStanding {
    /// A full member.
    Member,
    /// A guest, of one channel or of several.
    Guest,
    /// A person of another workspace, in a shared channel.
    Foreign,
    /// Slack has deactivated them.
    Deactivated,
}

/// The people of a rotation, as far as permissions go.
#[derive(Clone, Copy, Debug)]
pub struct Circle<'a> {
    /// Who made it.
    pub made_by: &'a UserId,
    /// Who manages it besides.
    pub managers: &'a [UserId],
    /// Its members.
    pub members: &'a [UserId],
}

/// Something that somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    /// Look at rotations, turns and statistics.
    Look,
    /// Have a link that shows rotations, or one's own turns, outside Slack.
    Subscribe,
    /// Change anything at all; what it is decides the rest.
    Change,
    /// Make a rotation; the flag says whether the workspace leaves that to its admins.
    Create {
        /// Whether it does.
        only_admins: bool,
    },
    /// Change the rotation: its people, its order, its cadence, its settings; pause, resume.
    Manage(Circle<'a>),
    /// Delete the rotation, or bring it back.
    Delete(Circle<'a>),
    /// Join or leave the rotation oneself.
    Leave(Circle<'a>),
    /// Serve in it: take a turn, say that it was seen, hand over one's own duty.
    Serve(Circle<'a>),
    /// Arrange who serves instead of somebody.
    Arrange(Circle<'a>),
    /// Hand over the duty of somebody.
    HandOver {
        /// Whose it is.
        of: &'a UserId,
        /// The people of the rotation.
        circle: Circle<'a>,
    },
    /// Enter or take back an absence of somebody; the circles are those of the rotations they are in.
    EnterAbsence {
        /// Whose.
        of: &'a UserId,
        /// The rotations of which they are a member.
        circles: &'a [Circle<'a>],
    },
    /// Change the settings of the workspace.
    Administer,
}

impl Circle<'_> {
    /// Returns whether somebody manages the rotation: who made it and those added.
    #[must_use]
    pub fn is_managed_by(&self, user: &UserId) -> bool {
        self.made_by == user || self.managers.contains(user)
    }
}

/// Decides whether somebody may do something.
///
/// # Errors
///
/// [`Refusal::NotAllowed`] with who may, [`Refusal::GuestsLook`] for guests and people of other workspaces.
pub fn may(actor: &Actor, act: Act<'_>) -> Result<(), Refusal> {
    match (actor.standing, act) {
        // A guest may have a link to what they see; of people of another workspace nobody tells us when they leave it.
        (_, Act::Look) | (ActorStanding::Guest, Act::Subscribe) => return Ok(()),
        (ActorStanding::Member, _) => {}
        _ => return Err(Refusal::GuestsLook),
    }
    let user = &actor.user;
    let (is_allowed, who) = match act {
        Act::Look | Act::Subscribe | Act::Change => (true, ""),
        Act::Create { only_admins } => (!only_admins || actor.is_admin, "an admin"),
        Act::Manage(circle) | Act::Delete(circle) => {
            (actor.is_admin || circle.is_managed_by(user), "a manager of the rotation or an admin")
        }
        Act::Leave(circle) => (
            actor.is_admin || circle.is_managed_by(user) || circle.members.contains(user),
            "the person themselves, a manager of the rotation or an admin",
        ),
        Act::Serve(circle) => (circle.members.contains(user), "a member of the rotation"),
        Act::Arrange(circle) => (
            actor.is_admin || circle.is_managed_by(user) || circle.members.contains(user),
            "a member or manager of the rotation, or an admin",
        ),
        Act::HandOver { of, circle } => (
            of == user || actor.is_admin || circle.is_managed_by(user),
            "the person on duty, a manager of the rotation or an admin",
        ),
        Act::EnterAbsence { of, circles } => (
            of == user || actor.is_admin || circles.iter().any(|circle| circle.is_managed_by(user)),
            "the person themselves, an admin or a manager of a rotation that they are in",
        ),
        Act::Administer => (actor.is_admin, "an admin"),
    };
    if is_allowed { Ok(()) } else { Err(Refusal::NotAllowed { who }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::user;

    const STANDINGS: [ActorStanding; 4] = [
        ActorStanding::Member,
        ActorStanding::Guest,
        ActorStanding::Foreign,
        ActorStanding::Deactivated,
    ];

    fn actor(name: &str, is_admin: bool, standing: ActorStanding) -> Actor {
        Actor { user: user(name), is_admin, standing }
    }

    /// Checks who of maker, manager, member, admin and stranger may do something.
    #[track_caller]
    fn check(act: for<'a> fn(Circle<'a>) -> Act<'a>, expected: &str) {
        let (made_by, managers, members) = (user("maker"), [user("manager")], [user("member")]);
        let circle = Circle { made_by: &made_by, managers: &managers, members: &members };

        let allowed: Vec<&str> = ["maker", "manager", "member", "admin", "stranger"]
            .into_iter()
            .filter(|name| {
                let actor = actor(name, *name == "admin", ActorStanding::Member);
                may(&actor, act(circle)).is_ok()
            })
            .collect();

        assert_eq!(allowed.join(" "), expected);
    }

    #[test]
    #[expect(clippy::redundant_closure, reason = "a variant's constructor is of one lifetime only")]
    fn each_act_has_its_people() {
        check(|_| Act::Look, "maker manager member admin stranger");
        check(|_| Act::Subscribe, "maker manager member admin stranger");
        check(|_| Act::Change, "maker manager member admin stranger");
        check(|_| Act::Create { only_admins: false }, "maker manager member admin stranger");
        check(|_| Act::Create { only_admins: true }, "admin");
        check(|circle| Act::Manage(circle), "maker manager admin");
        check(|circle| Act::Delete(circle), "maker manager admin");
        check(|circle| Act::Leave(circle), "maker manager member admin");
        check(|circle| Act::Serve(circle), "member");
        check(|circle| Act::Arrange(circle), "maker manager member admin");
        check(|_| Act::Administer, "admin");
    }

    #[test]
    fn only_oneself_an_admin_or_a_manager_hands_a_duty_over() {
        let of = user("member");
        let (made_by, managers, members) =
            (user("maker"), [user("manager")], [of.clone(), user("other")]);
        let circle = Circle { made_by: &made_by, managers: &managers, members: &members };
        let may_hand_over = |name: &str, is_admin, standing| {
            may(&actor(name, is_admin, standing), Act::HandOver { of: &of, circle }).is_ok()
        };

        for name in ["maker", "manager", "member"] {
            assert!(may_hand_over(name, false, ActorStanding::Member), "{name}");
            assert!(!may_hand_over(name, false, ActorStanding::Guest), "{name}");
        }
        assert!(may_hand_over("admin", true, ActorStanding::Member));
        assert!(!may_hand_over("other", false, ActorStanding::Member));
    }

    #[test]
    fn only_oneself_an_admin_or_a_manager_enters_an_absence() {
        let (made_by, managers, of) = (user("maker"), [user("manager")], user("member"));
        let members = [of.clone(), user("other")];
        let circles = [Circle { made_by: &made_by, managers: &managers, members: &members }];
        let may_enter = |name: &str, is_admin| {
            let act = Act::EnterAbsence { of: &of, circles: &circles };
            may(&actor(name, is_admin, ActorStanding::Member), act)
        };

        assert_eq!(may_enter("member", false), Ok(()));
        assert_eq!(may_enter("maker", false), Ok(()));
        assert_eq!(may_enter("manager", false), Ok(()));
        assert_eq!(may_enter("admin", true), Ok(()));
        let refusal = may_enter("other", false).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "Only the person themselves, an admin or a manager of a rotation that they are in can do that."
        );
    }

    #[test]
    fn guests_and_people_of_other_workspaces_look_at_most() {
        let made_by = user("maker");
        let circle = Circle { made_by: &made_by, managers: &[], members: &[] };
        for standing in STANDINGS {
            let is_full = standing == ActorStanding::Member;
            let maker = actor("maker", true, standing);

            assert_eq!(may(&maker, Act::Look), Ok(()), "{standing:?}");
            let is_ours = is_full || standing == ActorStanding::Guest;
            assert_eq!(may(&maker, Act::Subscribe).is_ok(), is_ours, "{standing:?}");
            assert_eq!(may(&maker, Act::Change).is_ok(), is_full, "{standing:?}");
            assert_eq!(may(&maker, Act::Manage(circle)).is_ok(), is_full, "{standing:?}");
            assert_eq!(may(&maker, Act::Administer).is_ok(), is_full, "{standing:?}");
        }
    }
}
