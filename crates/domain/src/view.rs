//! stub
use crate::{
    absence::AbsenceBook,
    coverage::{Coverage, Swap},
    engine::*,
    finding::Finding,
    ids::UserId,
    interval::Interval,
    presence::Presence,
    shift::*,
};
use chrono::{DateTime, Utc};
use std::marker::PhantomData;
pub struct FinalView<'a>(PhantomData<&'a ()>);
impl<'a> FinalView<'a> {
    pub fn new(
        _: &'a [Coverage],
        _: &'a [Swap],
        _: u16,
        _: impl Fn(u64) -> Option<UserId>,
    ) -> Self {
        Self(PhantomData)
    }
    pub fn shifts_of(&mut self, s: &Stretch, _: &Presence) -> Vec<Shift> {
        let mut v = vec![];
        let mut at = s.window.start();
        let mut sk = s.skipped.clone();
        let off = |a, b| {
            Interval::new(a, b).map(|window| Shift {
                window,
                turn: s.turn,
                seats: vec![],
                state: ShiftState::OffHours,
                skipped: vec![],
            })
        };
        for d in &s.active {
            v.extend(off(at, d.start()));
            let state = match &s.seating {
                Seating::Paused => ShiftState::Paused,
                Seating::On(x) if x.is_empty() => ShiftState::Unassigned,
                _ => ShiftState::Planned,
            };
            v.push(Shift {
                window: *d,
                turn: s.turn,
                seats: s
                    .seats()
                    .iter()
                    .map(|x| Served { user: x.user.clone(), right: Right::Own(x.by) })
                    .collect(),
                state,
                skipped: std::mem::take(&mut sk),
            });
            at = d.end();
        }
        v.extend(off(at, s.window.end()));
        v
    }
    pub fn findings(&self, _: DateTime<Utc>) -> Vec<Finding> {
        vec![]
    }
}
pub fn coverers_away(_: &[Shift], _: &AbsenceBook) -> Vec<Finding> {
    vec![]
}
