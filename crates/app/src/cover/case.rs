//! A request for cover with what was taken of it.

use crate::AppError;
use crate::people::People;
use chrono::{DateTime, Utc};
use domain::coverage::claim::remaining;
use domain::effect::{CoverNews, Envelope, Recipient, RequestEffect};
use domain::ids::{CoverRequestId, UserId};
use domain::interval::Interval;
use domain::story::cover::{Card, Origin, Part, State};
use store::{
    CoverRequestOrigin, CoverRequestRecord, CoverRequestState, CoverageRecord, RotationRecord, Tx,
};

/// A request with the cover of that person that stands in its window.
pub(crate) struct Case {
    pub(crate) record: CoverRequestRecord,
    /// The first to begin first.
    pub(crate) covers: Vec<CoverageRecord>,
}

impl Case {
    pub(crate) async fn find(
        tx: &mut Tx,
        request: CoverRequestId,
    ) -> Result<Option<Self>, AppError> {
        match tx.find_cover_request(request).await? {
            Some(record) => Ok(Some(Self::of(tx, record).await?)),
            None => Ok(None),
        }
    }

    pub(crate) async fn of(tx: &mut Tx, record: CoverRequestRecord) -> Result<Self, AppError> {
        let mut covers = match Interval::new(record.starts_at, record.ends_at) {
            Some(window) => tx.list_coverages(record.rotation, window).await?,
            None => Vec::new(),
        };
        covers.retain(|cover| cover.of.as_ref() == Some(&record.of));
        covers.sort_by_key(|cover| (cover.starts_at, cover.id));
        Ok(Self { record, covers })
    }

    pub(crate) fn is_open(&self) -> bool {
        self.record.state == CoverRequestState::Open
    }

    /// Returns what of the window nobody has taken, from an instant on.
    pub(crate) fn open_from(&self, from: DateTime<Utc>) -> Vec<Interval> {
        let window = Interval::new(self.record.starts_at.max(from), self.record.ends_at);
        let taken: Vec<Interval> = self.windows().collect();
        window.map_or_else(Vec::new, |window| remaining(window, &taken))
    }

    fn windows(&self) -> impl Iterator<Item = Interval> {
        self.covers.iter().filter_map(|cover| Interval::new(cover.starts_at, cover.ends_at))
    }

    /// Returns the request as people see it at `now`.
    pub(crate) async fn card(
        &self,
        tx: &mut Tx,
        rotation: &RotationRecord,
        now: DateTime<Utc>,
    ) -> Result<Option<Card>, AppError> {
        let record = &self.record;
        let Some(window) = Interval::new(record.starts_at, record.ends_at) else { return Ok(None) };
        let users: Vec<UserId> = [&record.of, &record.made_by]
            .into_iter()
            .chain(&record.closed_by)
            .chain(self.covers.iter().map(|cover| &cover.user))
            .cloned()
            .collect();
        let people = People::load(tx, &users).await?;
        let closed_by = record.closed_by.as_ref().map(|by| people.person(by));
        let part = |cover: &CoverageRecord| {
            let window = Interval::new(cover.starts_at, cover.ends_at)?;
            Some(Part { coverage: cover.id, by: people.person(&cover.user), window })
        };
        let is_over = record.ends_at <= now || record.state == CoverRequestState::Expired;
        Ok(Some(Card {
            request: record.id,
            rotation: rotation.id,
            name: rotation.name.clone(),
            zone: rotation.rules.zone.name().to_owned(),
            channel: record.channel.clone(),
            of: people.person(&record.of),
            window,
            origin: match record.origin {
                CoverRequestOrigin::Asked => Origin::Asked,
                CoverRequestOrigin::Arranged => {
                    Origin::Arranged { by: people.person(&record.made_by) }
                }
                CoverRequestOrigin::Absence => Origin::Absence,
            },
            state: match (record.state, closed_by) {
                (CoverRequestState::Open, _) => State::Open,
                (CoverRequestState::Met, _) => State::Met,
                (CoverRequestState::Expired, _) => State::Expired,
                (CoverRequestState::Dismissed, Some(by)) => State::Dismissed { by },
                (CoverRequestState::Withdrawn, Some(by)) => State::Withdrawn { by },
                (CoverRequestState::Dismissed | CoverRequestState::Withdrawn, None) => {
                    State::NotNeeded
                }
            },
            taken: self.covers.iter().filter_map(part).collect(),
            open: self.open_from(if is_over { record.starts_at } else { now }),
        }))
    }
}

/// Closes an open request, or opens one again, and says so in its post.
pub(super) async fn turn_to(
    tx: &mut Tx,
    record: &mut CoverRequestRecord,
    state: CoverRequestState,
    by: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let is_open = state == CoverRequestState::Open;
    record.state = state;
    record.closed_by = by.filter(|_| !is_open).cloned();
    record.closed_at = (!is_open).then_some(now);
    tx.update_cover_request(record).await?;
    if is_open { Ok(()) } else { super::steps::schedule_over(tx, record, now).await }
}

/// Lets the post say how a request stands, and where it `is_told` its thread what happened; nothing where it is not posted.
pub(super) async fn tell_post(
    tx: &mut Tx,
    record: &CoverRequestRecord,
    news: &CoverNews,
    is_told: bool,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let CoverRequestRecord { id: request, rotation, occasion, channel, .. } = record;
    let (request, rotation, occasion) = (*request, *rotation, *occasion);
    let to = Recipient::Channel(channel.clone());
    let post = Envelope::new(RequestEffect::post(rotation, request, occasion), to.clone());
    // One that is still to be posted shows how it stands then.
    if tx.find_delivery(post.delivery_id(tx.workspace())).await?.is_none() {
        return Ok(());
    }
    let changed =
        RequestEffect::CoverRequestChanged { rotation, request, occasion, news: news.clone() };
    tx.insert_delivery(&Envelope::new(changed, to.clone()), now, now).await?;
    if is_told {
        let (channel, news) = (channel.clone(), news.clone());
        let told = RequestEffect::CoverRequestNews { rotation, request, occasion, channel, news };
        tx.insert_delivery(&Envelope::new(told, to), now, now).await?;
    }
    Ok(())
}
