//! One rotation with everything that planning it needs, read in one transaction.

use crate::AppError;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::absence::{Absence, AbsenceBook};
use domain::catch_up::catch_up;
use domain::engine::{Inputs, Order, Turn, plan_turns};
use domain::grid::Grid;
use domain::ids::UserId;
use domain::roster::{Member, Roster};
use store::{AbsenceRecord, CoverageRecord, RotationRecord, TurnRecord, Tx};

/// A rotation, its people and their absences.
pub(crate) struct Snapshot {
    pub(crate) rotation: RotationRecord,
    pub(crate) people: People,
    pub(crate) absences: Vec<AbsenceRecord>,
    grid: Grid,
    roster: Roster,
    book: AbsenceBook,
}

/// Where a rotation stands at an instant: what is stored, or what the handoff that is due will store.
pub(crate) struct Position {
    pub(crate) current: Option<Current>,
    pub(crate) order: Order,
    pub(crate) next_index: u64,
}

/// The running turn, before coverage.
pub(crate) struct Current {
    pub(crate) number: u64,
    pub(crate) planned_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    pub(crate) holder: Option<UserId>,
}

impl Snapshot {
    /// Loads the absences that touch `[from, ∞)` together with the rotation's people.
    pub(crate) async fn load(
        tx: &mut Tx,
        rotation: RotationRecord,
        from: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let people = People::load(tx, &rotation.members).await?;
        let absences = tx.list_absences(&rotation.members, from, None).await?;
        Self::build(rotation, people, absences)
    }

    fn build(
        rotation: RotationRecord,
        people: People,
        absences: Vec<AbsenceRecord>,
    ) -> Result<Self, AppError> {
        let members = rotation
            .members
            .iter()
            .map(|user| Member { user: user.clone(), is_present: people.is_present(user) });
        let roster = Roster::new(members.collect())
            .map_err(|_| AppError::Unplannable("its roster is empty or names somebody twice"))?;
        let grid = Grid::new(&rotation.rules);
        let book = AbsenceBook::new(absences.iter().map(instants));
        Ok(Self { rotation, people, absences, grid, roster, book })
    }

    /// Returns the same rotation as it would be without one absence.
    pub(crate) fn without(&self, absence: domain::ids::AbsenceId) -> AbsenceBook {
        let others = self.absences.iter().filter(|other| other.id != absence);
        AbsenceBook::new(others.map(instants))
    }

    pub(crate) fn inputs(&self) -> Inputs<'_> {
        self.inputs_with(&self.book)
    }

    pub(crate) fn inputs_with<'a>(&'a self, book: &'a AbsenceBook) -> Inputs<'a> {
        Inputs {
            rules: &self.rotation.rules,
            grid: &self.grid,
            roster: &self.roster,
            absences: book,
        }
    }

    pub(crate) fn order(&self) -> Order {
        Order::after(self.rotation.last_turn.clone())
    }

    pub(crate) fn grid(&self) -> &Grid {
        &self.grid
    }

    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Returns where the rotation stands at `now`.
    ///
    /// A handoff that is due but not carried out yet is looked ahead at, so a question asked exactly at a handoff
    /// is answered with the new turn.
    pub(crate) async fn position(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Position, AppError> {
        let order = self.order();
        if let Some(ahead) = catch_up(&self.inputs(), &order, self.rotation.next_turn, now) {
            return Ok(Position {
                current: Some(Current::from(&ahead.current)),
                order: ahead.order,
                next_index: ahead.next_index,
            });
        }
        let stored = tx.find_turn_at(self.rotation.id, now).await?;
        let current = stored.map(Current::from).filter(|turn| now < turn.ends_at);
        Ok(Position { current, order, next_index: self.rotation.next_turn })
    }

    /// Returns the coming turns, the soonest first.
    pub(crate) fn coming(&self, position: &Position, count: usize) -> Vec<Turn> {
        self.coming_with(position, &self.book, count)
    }

    pub(crate) fn coming_with(
        &self,
        position: &Position,
        book: &AbsenceBook,
        count: usize,
    ) -> Vec<Turn> {
        let inputs = self.inputs_with(book);
        let turns = plan_turns(&inputs, position.order.clone(), position.next_index);
        turns.take(count).map(|(turn, _)| turn).collect()
    }
}

/// Returns the cover in force at `now`; of several, the first made.
pub(crate) fn covering(
    coverages: &[CoverageRecord],
    now: DateTime<Utc>,
) -> Option<&CoverageRecord> {
    let in_force = coverages.iter().filter(|cover| cover.starts_at <= now && now < cover.ends_at);
    in_force.min_by_key(|cover| (cover.created_at, cover.id))
}

impl From<&Turn> for Current {
    fn from(turn: &Turn) -> Self {
        Self {
            number: turn.index,
            planned_at: turn.window.start(),
            ends_at: turn.window.end(),
            holder: turn.holder().cloned(),
        }
    }
}

impl From<TurnRecord> for Current {
    fn from(turn: TurnRecord) -> Self {
        Self {
            number: turn.number,
            planned_at: turn.planned_at,
            ends_at: turn.ends_at,
            holder: turn.holder,
        }
    }
}

fn instants(absence: &AbsenceRecord) -> Absence {
    Absence { user: absence.user.clone(), start: absence.starts_at, end: absence.ends_at }
}
