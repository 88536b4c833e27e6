//! An explanation says what the engine did, for any rotation.

use super::{DebtFate, Verdict, explain};
use crate::engine::properties::any_case;
use crate::engine::{SeatedBy, Skip};
use crate::ids::UserId;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_explanation_is_the_turn_person_by_person(case in any_case()) {
        let mut before = case.order.clone();
        for (turn, after) in case.planned() {
            let found = explain(&case.inputs(), &before, turn.index).unwrap();

            prop_assert_eq!(&found.turn, &turn);
            let asked: Vec<&UserId> = found.asked.iter().map(|asked| &asked.member).collect();
            let ring: Vec<&UserId> =
                case.roster.after(before.last_turn.as_ref()).map(|member| &member.user).collect();
            prop_assert_eq!(asked, ring);
            for asked in &found.asked {
                let seat = turn.seats.iter().find(|seat| seat.user == asked.member);
                let skip: Option<&Skip> =
                    turn.skipped.iter().find(|skip| skip.member == asked.member);
                match &asked.verdict {
                    Verdict::Serves(by) => prop_assert_eq!(seat.map(|seat| seat.by), Some(*by)),
                    Verdict::PassedOver(reason) => {
                        prop_assert_eq!(seat, None);
                        prop_assert_eq!(skip.map(|skip| &skip.reason), Some(reason));
                    }
                    Verdict::NotAsked => prop_assert!(seat.is_none() && skip.is_none()),
                }
            }
            before = after;
        }
    }

    #[test]
    fn the_measured_absence_is_what_the_rule_decided_by(case in any_case()) {
        let (turn, _) = case.planned().swap_remove(0);
        let found = explain(&case.inputs(), &case.order, 0).unwrap();
        let time = turn.active.iter().map(|part| part.length()).sum();

        for asked in &found.asked {
            let is_away = case.rules.skip.is_away(asked.measured.missed, time);
            let member = case.roster.members().iter().find(|member| member.user == asked.member);
            match &asked.verdict {
                Verdict::Serves(_) => prop_assert!(!is_away),
                Verdict::PassedOver(_) => {
                    prop_assert!(is_away || member.is_some_and(|member| !member.is_present));
                }
                Verdict::NotAsked => {}
            }
            prop_assert!((0.0..=1.0).contains(&asked.measured.share));
        }
    }

    #[test]
    fn debts_and_the_fallback_are_told_as_they_come_to_be(case in any_case()) {
        let mut before = case.order.clone();
        for (turn, after) in case.planned() {
            let found = explain(&case.inputs(), &before, turn.index).unwrap();

            let is_left = |fate| matches!(fate, DebtFate::Made | DebtFate::Waits);
            let left: Vec<_> = found.debts.iter().filter(|debt| is_left(debt.fate)).collect();
            prop_assert_eq!(left.len(), after.owed.len());
            prop_assert!(left.iter().all(|debt| after.owed.contains(&debt.owed)));
            let is_known = |fate| fate != DebtFate::Made;
            let known = found.debts.iter().filter(|debt| is_known(debt.fate)).map(|debt| &debt.owed);
            prop_assert!(known.eq(before.owed.iter()));
            let stands_in = turn.seats.iter().any(|seat| seat.by == SeatedBy::Fallback);
            let verdict = found.fallback.map(|fallback| fallback.verdict);
            prop_assert_eq!(stands_in, verdict == Some(Verdict::Serves(SeatedBy::Fallback)));
            prop_assert!(!found.turn.seats.is_empty() || !matches!(verdict, Some(Verdict::NotAsked)));
            before = after;
        }
    }

    #[test]
    fn any_explanation_can_be_read(case in any_case()) {
        let found = explain(&case.inputs(), &case.order, 0).unwrap();
        let debts_and_fallback = found.debts.len() + usize::from(found.fallback.is_some());

        let words = found.in_words(&case.rules.zone);

        prop_assert_eq!(words.len(), 2 + found.asked.len() + debts_and_fallback);
    }
}
