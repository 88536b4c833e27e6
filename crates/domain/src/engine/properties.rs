//! What holds for every rotation: down time, preview, fairness and the line at a quarter.

use super::{Inputs, Order, Turn, plan_turn, plan_turns};
use crate::absence::{Absence, AbsenceBook};
use crate::catch_up::catch_up;
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
const TURNS: u64 = 24;

/// A rotation with everything that decides who serves.
#[derive(Debug)]
struct Case {
    rules: Rules,
    grid: Grid,
    roster: Roster,
    absences: AbsenceBook,
    order: Order,
}

impl Case {
    fn inputs(&self) -> Inputs<'_> {
        let Self { rules, grid, roster, absences, .. } = self;
        Inputs { rules, grid, roster, absences }
    }

    fn planned(&self) -> Vec<(Turn, Order)> {
        let turns = usize::try_from(TURNS).unwrap();
        plan_turns(&self.inputs(), self.order.clone(), 0).take(turns).collect()
    }
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let skip = prop_oneof![
        3 => Just(SkipRule::default()),
        1 => Just(SkipRule::Any),
        1 => (1..40_u32).prop_map(|hours| SkipRule::AtLeastHours(hours.into())),
        1 => Just(SkipRule::Never),
    ];
    (crate::grid::properties::any_rule(), skip)
        .prop_map(|((zone, cadence), skip)| Rules { skip, ..Rules::new(zone, cadence) })
}

fn member(place: usize) -> UserId {
    user(&format!("U{place}"))
}

/// Any rotation; about a third of the time of each of its people is away.
fn any_case() -> impl Strategy<Value = Case> {
    let people = (1..7_usize).prop_flat_map(|count| {
        let present = prop::collection::vec(prop::bool::weighted(0.9), count);
        let absences = prop::collection::vec(
            (0..count, 0.0..1.0_f64, 0.0..0.2_f64, any::<bool>()),
            0..count * 4,
        );
        (present, absences, prop::option::of(0..count + 1))
    });
    (any_rules(), people).prop_map(|(rules, (present, absences, last))| {
        let grid = Grid::new(&rules);
        let start = grid.turn(0).unwrap().start();
        let length = grid.turn(TURNS).unwrap().end() - start;
        let absences = absences.into_iter().map(|(who, from, share, is_open)| Absence {
            user: member(who),
            start: start + portion(length, from),
            end: (!is_open || from < 0.8).then(|| start + portion(length, from + share)),
        });
        let members = present
            .into_iter()
            .enumerate()
            .map(|(place, is_present)| Member { user: member(place), is_present })
            .collect();
        Case {
            absences: AbsenceBook::new(absences),
            roster: Roster::new(members).unwrap(),
            order: Order::after(last.map(member)),
            grid,
            rules,
        }
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a few years")]
fn portion(length: TimeDelta, share: f64) -> TimeDelta {
    TimeDelta::seconds((length.as_seconds_f64() * share) as i64)
}

/// Returns the turns that a service acts upon and the order it ends with, when it looks only at these instants.
fn served_by_looking_at(case: &Case, instants: &[DateTime<Utc>]) -> (Vec<Turn>, Order, u64) {
    let mut turns = Vec::new();
    let (mut order, mut next_index) = (case.order.clone(), 0);
    for now in instants {
        if let Some(step) = catch_up(&case.inputs(), &order, next_index, *now) {
            turns.extend(step.missed);
            turns.push(step.current);
            (order, next_index) = (step.order, step.next_index);
        }
    }
    (turns, order, next_index)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_down_time_ends_where_a_service_that_was_never_down_is(
        case in any_case(),
        mut looks in prop::collection::vec(0.0..1.0_f64, 0..6),
    ) {
        looks.sort_by(f64::total_cmp);
        let first = case.grid.turn(0).unwrap().start();
        let last = case.grid.turn(TURNS).unwrap().start();
        let every: Vec<_> = (0..=TURNS).map(|k| case.grid.turn(k).unwrap().start()).collect();
        let few: Vec<_> =
            looks.iter().map(|share| first + portion(last - first, *share)).chain([last]).collect();

        let with_down_time = served_by_looking_at(&case, &few);
        let without = served_by_looking_at(&case, &every);

        prop_assert_eq!(with_down_time, without);
    }

    #[test]
    fn what_is_missed_has_passed_and_what_is_current_has_not(case in any_case(), share in 0.0..1.0_f64) {
        let first = case.grid.turn(0).unwrap().start();
        let now = first + portion(case.grid.turn(TURNS).unwrap().start() - first, share);

        let found = catch_up(&case.inputs(), &case.order, 0, now).unwrap();

        prop_assert!(found.missed.iter().all(|turn| turn.window.end() <= now));
        prop_assert!(found.current.window.contains(now));
        prop_assert_eq!(Some(found.current.index), case.grid.turn_at(now));
        prop_assert_eq!(found.next_index, found.current.index + 1);
        prop_assert_eq!(found.next_handoff_at, Some(found.current.window.end()));
        prop_assert_eq!(catch_up(&case.inputs(), &found.order, found.next_index, now), None);
    }

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

        let holders: Vec<_> = case.planned().into_iter().map(|(turn, _)| turn.holder().cloned()).collect();

        if present.is_empty() {
            prop_assert!(holders.iter().all(Option::is_none));
        } else {
            for round in holders.windows(present.len()) {
                prop_assert!(present.iter().all(|member| round.contains(&Some(member.user.clone()))));
            }
        }
    }

    #[test]
    fn nobody_is_passed_over_for_a_quarter_or_less(mut case in any_case()) {
        case.rules.skip = SkipRule::default();

        for (turn, _) in case.planned() {
            let active: TimeDelta = turn.active.iter().map(|part| Interval::length(*part)).sum();
            let is_away = |user: &UserId| {
                // Whole seconds everywhere, so that the line can be drawn without rounding.
                case.absences.missed(user, &turn.active).num_seconds() * 4 > active.num_seconds()
            };
            for member in case.roster.members() {
                let is_skipped = turn.skipped.iter().any(|skip| skip.member == member.user);
                let is_holder = turn.holder() == Some(&member.user);
                prop_assert!(!is_skipped || !member.is_present || is_away(&member.user));
                prop_assert!(!is_holder || member.is_present && !is_away(&member.user));
            }
        }
    }
}
