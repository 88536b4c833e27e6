//! Reading a row without trusting it.

use super::{Db, Row};
use crate::error::StoreError;
use domain::ids::{ChannelId, UserId};
use serde::de::DeserializeOwned;
use sqlx::types::Json;
use sqlx::{Decode, Row as _, Type};
use uuid::Uuid;

/// The fields of one row, with what a complaint needs.
pub(crate) struct Fields<'r> {
    row: &'r Row,
    table: &'static str,
    id_column: &'static str,
}

impl<'r> Fields<'r> {
    pub(crate) const fn new(row: &'r Row, table: &'static str, id_column: &'static str) -> Self {
        Self { row, table, id_column }
    }

    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Db> + Type<Db>,
    {
        self.row.try_get(column).map_err(|_| self.fault(column))
    }

    pub(crate) fn user(&self, column: &'static str) -> Result<UserId, StoreError> {
        Ok(UserId::new(self.get(column)?))
    }

    pub(crate) fn maybe_user(&self, column: &'static str) -> Result<Option<UserId>, StoreError> {
        Ok(self.get::<Option<&str>>(column)?.map(UserId::new))
    }

    pub(crate) fn channel(&self, column: &'static str) -> Result<ChannelId, StoreError> {
        Ok(ChannelId::new(self.get(column)?))
    }

    pub(crate) fn maybe_channel(
        &self,
        column: &'static str,
    ) -> Result<Option<ChannelId>, StoreError> {
        Ok(self.get::<Option<&str>>(column)?.map(ChannelId::new))
    }

    /// Reads a number that is never negative.
    pub(crate) fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.get::<i64>(column)?).map_err(|_| self.fault(column))
    }

    /// Reads one of our own words.
    pub(crate) fn word<T>(
        &self,
        column: &'static str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(self.get(column)?).ok_or_else(|| self.fault(column))
    }

    pub(crate) fn json<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: DeserializeOwned + 'r,
    {
        self.row.try_get::<Json<T>, _>(column).map(|json| json.0).map_err(|_| self.fault(column))
    }

    /// Reads JSON that may be null.
    pub(crate) fn maybe_json<T>(&self, column: &'static str) -> Result<Option<T>, StoreError>
    where
        T: DeserializeOwned + 'r,
    {
        let json = self.row.try_get::<Option<Json<T>>, _>(column);
        json.map(|json| json.map(|json| json.0)).map_err(|_| self.fault(column))
    }

    /// Returns that what stands in a column makes no sense.
    pub(crate) fn fault(&self, column: &'static str) -> StoreError {
        let id = self.row.try_get::<Uuid, _>(self.id_column);
        StoreError::Inconsistent {
            table: self.table,
            column,
            id: id.map_or_else(|_| String::from("unknown"), |id| id.to_string()),
        }
    }
}

/// Returns a count as it is stored; none of ours comes near the limit.
pub(crate) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
