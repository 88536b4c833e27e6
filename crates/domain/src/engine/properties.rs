//! What holds for every rotation: preview, fairness, who is passed over and what is owed.

use super::{Inputs, Order, Owed, SeatedBy, SkipReason, Turn, plan_turn, plan_turns};
use crate::absence::{Absence, AbsenceBook, Amount, Known, PartDay};
use crate::fixtures::user;
use crate::grid::Grid;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::roster::{Member, Roster};
use crate::rules::Rules;
use crate::skip::SkipRule;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

/// How many turns a case looks at.
pub(crate) const TURNS: u64 = 24;

/// A rotation with everything that decides who serves.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) rules: Rules,
    pub(crate) grid: Grid,
    pub(crate) roster: Roster,
    pub(crate) absences: AbsenceBook,
    pub(crate) order: Order,
}

impl Case {
    pub(crate) fn inputs(&self) -> Inputs<'_> {
        let Self { rules, grid, roster, absences, .. } = self;
        Inputs { rules, grid, roster, absences }
    }

    pub(crate) fn planned(&self) -> Vec<(Turn, Order)> {
        let turns = usize::try_from(TURNS).unwrap();
        plan_turns(&self.inputs(), self.order.clone(), 0).take(turns).collect()
    }
}

pub(crate) fn any_rules() -> impl Strategy<Value = Rules> {
    let skip = prop_oneof![
        3 => Just(SkipRule::default()),
        1 => Just(SkipRule::Any),
        1 => (1..40_u32).prop_map(|hours| SkipRule::AtLeastHours(hours.into())),
        1 => Just(SkipRule::Never),
    ];
    let seats = prop_oneof![2 => Just(1), 1 => 2..=4_u16];
    let fallback = prop::option::weighted(0.3, 0..8_usize);
    (crate::grid::properties::any_rule(), skip, seats, any::<bool>(), fallback).prop_map(
        |((zone, cadence), skip, seats, make_up, fallback)| {
            let fallback = fallback.map(member);
            Rules { skip, seats, make_up, fallback, ..Rules::new(zone, cadence) }
        },
    )
}

pub(crate) fn member(place: usize) -> UserId {
    user(&format!("U{place}"))
}

/// Absences of so many people, each as its person, its beginning and its length, as shares of the time that is looked
/// at, and whether its end is open.
type SharesAway = Vec<(usize, f64, f64, bool)>;

fn any_absences(count: usize) -> impl Strategy<Value = SharesAway> {
    prop::collection::vec((0..count, 0.0..1.0_f64, 0.0..0.2_f64, any::<bool>()), 0..count * 4)
}

/// Any rotation; about a third of the time of each of its people is away.
pub(crate) fn any_case() -> impl Strategy<Value = Case> {
    let people = (1..7_usize).prop_flat_map(|count| {
        let present = prop::collection::vec(prop::bool::weighted(0.9), count);
        // The fallback may be away as well.
        let part_days = prop::collection::vec((0..count, 0.0..1.0_f64, 0..600_u32), 0..count);
        (present, any_absences(count + 1), part_days, prop::option::of(0..count + 1))
    });
    (any_rules(), people).prop_map(|(rules, (present, absences, part_days, last))| {
        let grid = Grid::new(&rules);
        let (start, length) = looked_at(&grid);
        let part_days = part_days.into_iter().map(|(who, share, minutes)| PartDay {
            user: member(who),
            date: rules.zone.date_of(start + portion(length, share)),
            window: None,
            amount: Amount::Minutes(minutes),
        });
        let known = Known {
            synced: absences_of(absences, start, length),
            part_days: part_days.collect(),
            ..Known::default()
        };
        let members = present
            .into_iter()
            .enumerate()
            .map(|(place, is_present)| Member { user: member(place), is_present })
            .collect();
        Case {
            absences: AbsenceBook::of(known, &rules.zone, None),
            roster: Roster::new(members).unwrap(),
            order: Order::after(last.map(member)),
            grid,
            rules,
        }
    })
}

/// Returns when the turns that a case looks at begin, and how long they take.
pub(crate) fn looked_at(grid: &Grid) -> (DateTime<Utc>, TimeDelta) {
    let start = grid.turn(0).unwrap().start();
    (start, grid.turn(TURNS).unwrap().end() - start)
}

fn absences_of(shares: SharesAway, start: DateTime<Utc>, length: TimeDelta) -> Vec<Absence> {
    let absence = |(who, from, share, is_open): (usize, f64, f64, bool)| Absence {
        user: member(who),
        start: start + portion(length, from),
        end: (!is_open || from < 0.8).then(|| start + portion(length, from + share)),
    };
    shares.into_iter().map(absence).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a few years")]
pub(crate) fn portion(length: TimeDelta, share: f64) -> TimeDelta {
    TimeDelta::seconds((length.as_seconds_f64() * share) as i64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_preview_is_what_happens(case in any_case()) {
        let preview = case.planned();

        let mut order = case.order.clone();
        for (planned, order_after) in preview {
            let index = case.grid.turn_at(planned.window.start()).unwrap();
            let (turn, after) = plan_turn(&case.inputs(), &order, index).unwrap();
            prop_assert_eq!(&turn, &planned);
            prop_assert_eq!(&after, &order_after);
            order = after;
        }
    }

    #[test]
    fn without_absences_everybody_serves_once_a_round(mut case in any_case()) {
        case.absences = AbsenceBook::default();
        let present: Vec<_> =
            case.roster.members().iter().filter(|member| member.is_present).collect();

        let turns = case.planned();

        let seats = usize::from(case.rules.seats).min(present.len());
        for (turn, _) in &turns {
            let by_order = turn.seats.iter().filter(|seat| seat.by == SeatedBy::Order);
            prop_assert_eq!(by_order.count(), seats);
        }
        let served: Vec<&UserId> =
            turns.iter().flat_map(|(turn, _)| &turn.seats).map(|seat| &seat.user).collect();
        for round in served.windows(present.len().max(1)) {
            // Within a turn of so many seats everybody has had the next one.
            prop_assert!(present.iter().all(|member| round.contains(&&member.user)));
        }
    }

    #[test]
    fn nobody_away_by_the_rule_serves_while_somebody_is_free(case in any_case()) {
        for (turn, _) in case.planned() {
            let is_free = |user: &UserId| {
                let known = case.roster.members().iter().find(|member| member.user == *user);
                let time = turn.active.iter().map(|part| part.length()).sum();
                known.is_none_or(|member| member.is_present)
                    && !case.absences.is_away(user, &turn.active, time, case.rules.skip)
            };
            let is_seated = |user: &UserId| turn.seats.iter().any(|seat| seat.user == *user);
            prop_assert!(turn.seats.iter().all(|seat| is_free(&seat.user)));
            let is_full = turn.seats.len() == usize::from(case.rules.seats);
            let everybody = case.roster.members().iter().map(|member| &member.user);
            for user in everybody {
                prop_assert!(is_full || is_seated(user) || !is_free(user), "{} is free", user);
            }
            let is_own = |seat: &super::Seat| seat.by != SeatedBy::Fallback;
            let has_fallback = turn.seats.iter().any(|seat| !is_own(seat));
            let can_stand_in = case.rules.fallback.as_ref().is_some_and(is_free);
            prop_assert_eq!(has_fallback, can_stand_in && !turn.seats.iter().any(is_own));
        }
    }

    #[test]
    fn nobody_has_two_seats_and_the_seats_are_no_more_than_wanted(case in any_case()) {
        for (turn, _) in case.planned() {
            let users: std::collections::HashSet<_> =
                turn.seats.iter().map(|seat| &seat.user).collect();
            prop_assert_eq!(users.len(), turn.seats.len());
            prop_assert!(users.len() <= usize::from(case.rules.seats));
        }
    }

    /// Whoever is asked stands in the ring where they always did: those asked are its beginning, without a gap.
    #[test]
    fn somebody_passed_over_keeps_the_place(case in any_case()) {
        let mut before = case.order.clone();
        for (turn, after) in case.planned() {
            let ring: Vec<&UserId> =
                case.roster.after(before.last_turn.as_ref()).map(|member| &member.user).collect();
            let is_asked = |user: &UserId| {
                turn.skipped.iter().any(|skip| skip.member == *user)
                    || turn.seats.iter().any(|seat| seat.user == *user && seat.by == SeatedBy::Order)
            };
            let asked = ring.iter().take_while(|user| is_asked(user)).count();
            prop_assert!(!ring[asked..].iter().any(|user| is_asked(user)));
            let by_order = turn.seats.iter().rev().find(|seat| seat.by == SeatedBy::Order);
            let last = by_order.map(|seat| seat.user.clone()).or(before.last_turn);
            prop_assert_eq!(&after.last_turn, &last);
            before = after;
        }
    }

    #[test]
    fn what_is_owed_is_paid_as_soon_as_can_be_and_lapses_after_a_round(case in any_case()) {
        let patience = u64::try_from(case.roster.present()).unwrap();
        let mut before = case.order.clone();
        for (turn, after) in case.planned() {
            let seat_of = |user: &UserId| turn.seats.iter().find(|seat| seat.user == *user);
            let was_away = |user: &UserId| {
                let of_user = |skip: &&super::Skip| skip.member == *user;
                matches!(
                    turn.skipped.iter().find(of_user).map(|skip| &skip.reason),
                    Some(SkipReason::Away { .. })
                )
            };
            let owes = |owed: &[Owed], user: &UserId| owed.iter().any(|owed| owed.member == *user);
            let is_just_next = |seat: &super::Seat| {
                seat.by == SeatedBy::Order && !owes(&before.owed, &seat.user)
            };
            let has_order_seat = turn.seats.iter().any(is_just_next);

            prop_assert!(after.owed.is_sorted_by_key(|owed| owed.since));
            for seat in turn.seats.iter().filter(|seat| seat.by == SeatedBy::MakeUp) {
                prop_assert!(case.rules.make_up && owes(&before.owed, &seat.user));
            }
            for owed in &before.owed {
                let is_fresh = turn.index - owed.since <= patience;
                let time = turn.active.iter().map(|part| part.length()).sum();
                let is_away = case.absences.is_away(&owed.member, &turn.active, time, case.rules.skip);
                let is_paid = seat_of(&owed.member).is_some();
                prop_assert!(is_paid || !is_fresh || is_away || !has_order_seat);
                prop_assert!(!is_paid || !owes(&after.owed, &owed.member));
            }
            for owed in &after.owed {
                let is_new = owed.since == turn.index && was_away(&owed.member);
                prop_assert!(is_new || before.owed.contains(owed) && turn.index - owed.since <= patience);
                let same = after.owed.iter().filter(|other| other.member == owed.member);
                prop_assert_eq!(same.count(), 1);
            }
            prop_assert!(case.rules.make_up || after.owed.is_empty());
            before = after;
        }
    }

    #[test]
    fn nobody_is_passed_over_for_a_quarter_or_less(mut case in any_case()) {
        case.rules.skip = SkipRule::default();

        for (turn, _) in case.planned() {
            let active: TimeDelta = turn.active.iter().map(|part| Interval::length(*part)).sum();
            let is_away = |user: &UserId| {
                // Whole microseconds, so that the line can be drawn without rounding.
                let micros = |delta: TimeDelta| i128::from(delta.num_microseconds().unwrap());
                micros(case.absences.missed(user, &turn.active)) * 4 > micros(active)
            };
            for member in case.roster.members() {
                let skip = turn.skipped.iter().find(|skip| skip.member == member.user);
                let is_skipped = skip.is_some_and(|skip| skip.reason != SkipReason::AlreadySeated);
                let is_holder = turn.seats.iter().any(|seat| seat.user == member.user);
                prop_assert!(!is_skipped || !member.is_present || is_away(&member.user));
                prop_assert!(!is_holder || member.is_present && !is_away(&member.user));
            }
        }
    }
}
