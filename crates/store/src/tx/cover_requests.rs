//! Requests for cover, and who cannot.

use super::{Tx, run, run_touching};
use crate::error::StoreError;
use crate::records::{CoverAnswer, CoverRequestRecord};
use domain::ids::{CoverRequestId, RotationId, UserId};
use domain::interval::Interval;

impl Tx {
    /// Stores a request for cover.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] with `cover_requests_window` where one of that rotation, person and window is there
    /// already, in whatever state; otherwise what the database says.
    pub async fn insert_cover_request(
        &mut self,
        request: &CoverRequestRecord,
    ) -> Result<(), StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.requests = None);
        run_touching!(self, cover_requests::insert_cover_request(workspace, request))
    }

    /// Records all of a request but its rotation, person and window; returns `false` where it is not there.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn update_cover_request(
        &mut self,
        request: &CoverRequestRecord,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        self.forget(|it| it.requests = None);
        run_touching!(self, cover_requests::update_cover_request(workspace, request))
    }

    /// Returns a request for cover.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_cover_request(
        &mut self,
        request: CoverRequestId,
    ) -> Result<Option<CoverRequestRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, cover_requests::find_cover_request(workspace, request))
    }

    /// Returns the one request for cover of this person for exactly this window, in whatever state.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn find_cover_request_of(
        &mut self,
        rotation: RotationId,
        of: &UserId,
        window: Interval,
    ) -> Result<Option<CoverRequestRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, cover_requests::find_cover_request_of(workspace, rotation, of, window))
    }

    /// Returns the requests for cover that touch a window, in whatever state, the first to begin first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_cover_requests(
        &mut self,
        rotation: RotationId,
        window: Interval,
    ) -> Result<Vec<CoverRequestRecord>, StoreError> {
        let known = self.known(rotation, window.start());
        if let Some(requests) = known.and_then(|it| it.requests_in(rotation, window)) {
            return Ok(requests);
        }
        let workspace = self.workspace;
        run!(self, cover_requests::list_cover_requests(workspace, rotation, window))
    }

    /// Returns the open requests for cover of all rotations of the workspace, the first to begin first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_open_cover_requests(
        &mut self,
    ) -> Result<Vec<CoverRequestRecord>, StoreError> {
        let workspace = self.workspace;
        run!(self, cover_requests::list_open_cover_requests(workspace))
    }

    /// Stores what a member answers to a request; returns `false` where they had answered before.
    ///
    /// # Errors
    ///
    /// What the database says, also where there is no such request.
    pub async fn insert_cover_answer(&mut self, answer: &CoverAnswer) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, cover_requests::insert_cover_answer(workspace, answer))
    }

    /// Forgets what a member answered to a request; returns whether they had answered.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_cover_answer(
        &mut self,
        request: CoverRequestId,
        user: &UserId,
    ) -> Result<bool, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, cover_requests::delete_cover_answer(workspace, request, user))
    }

    /// Forgets what was answered to a request, which is made anew; returns how many had answered.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn delete_cover_answers(
        &mut self,
        request: CoverRequestId,
    ) -> Result<u64, StoreError> {
        let workspace = self.workspace;
        run_touching!(self, cover_requests::delete_cover_answers(workspace, request))
    }

    /// Returns what was answered to a request, the first answer first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn list_cover_answers(
        &mut self,
        request: CoverRequestId,
    ) -> Result<Vec<CoverAnswer>, StoreError> {
        let workspace = self.workspace;
        run!(self, cover_requests::list_cover_answers(workspace, request))
    }
}
