//! Who may do what: the one place that decides.

use crate::ids::UserId;
use crate::refusal::Refusal;

/// Decides whether `actor` may enter, and take back, absences of `of`.
///
/// Everybody may for themselves, an admin of the workspace for everybody, and whoever manages a rotation for its members.
/// `manages_rotation_of` says whether `actor` made a rotation of which `of` is a member now.
///
/// # Errors
///
/// [`Refusal::NotAllowed`] for everybody else, with who may.
pub fn may_enter_absence(
    actor: &UserId,
    of: &UserId,
    actor_is_admin: bool,
    manages_rotation_of: bool,
) -> Result<(), Refusal> {
    if actor == of || actor_is_admin || manages_rotation_of {
        Ok(())
    } else {
        Err(Refusal::NotAllowed {
            who: "the person themselves, an admin or whoever made a rotation that they are in",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_oneself_an_admin_or_the_one_who_made_the_rotation_enters_an_absence() {
        let (ana, ben) = (UserId::new("U1"), UserId::new("U2"));

        assert_eq!(may_enter_absence(&ana, &ana, false, false), Ok(()));
        assert_eq!(may_enter_absence(&ana, &ben, true, false), Ok(()));
        assert_eq!(may_enter_absence(&ana, &ben, false, true), Ok(()));
        let refusal = may_enter_absence(&ana, &ben, false, false).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "Only the person themselves, an admin or whoever made a rotation that they are in can do that."
        );
    }
}
