//! What can go wrong with the database, without a single value in it.

/// Why the store could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Something with the same key is there already. The transaction still stands.
    #[error("something with the same key is there already ({constraint})")]
    Conflict {
        /// The name of the rule, such as `rotations_name`.
        constraint: &'static str,
    },
    /// A stored value is not what this version writes.
    #[error("the stored value {table}.{column} of row {id} cannot be read")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// The database cannot be reached or gives no connection in time.
    #[error("the database is not available: {reason}")]
    Unavailable {
        /// What was seen, without an address.
        reason: String,
    },
    /// The database refused a statement: a fault of this program or of the set-up.
    #[error("the database refused a statement (code {code}{})", of(.constraint.as_deref()))]
    Refused {
        /// `SQLSTATE` on PostgreSQL, the extended result code on SQLite.
        code: String,
        /// The rule that was broken, where the database names one.
        constraint: Option<String>,
    },
    /// The transaction held the database's one writer for too long and lost it; nothing of it was saved.
    #[error("the transaction took too long, so nothing of it was saved")]
    TookTooLong,
    /// An earlier call in this transaction failed or was cancelled, so nothing of it can be saved.
    #[error("an earlier step of the transaction failed, so nothing of it was saved")]
    Aborted,
    /// A setting is wrong; the text says which and what to do.
    #[error("{0}")]
    Settings(String),
    /// Migrations are pending or do not fit; the text says what to do.
    #[error("{0}")]
    Migration(String),
    /// Nothing was copied from one database to another; the text says why and what to do.
    #[error("{0}")]
    Copy(String),
    /// A sealed value could not be sealed or opened.
    #[error("the sealed value {table}.{column} cannot be used: {reason}")]
    Sealed {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Why.
        reason: String,
    },
}

fn of(constraint: Option<&str>) -> String {
    constraint.map(|name| format!(", rule {name}")).unwrap_or_default()
}

impl StoreError {
    /// Returns whether others that wrote at the same time stood in the way, in a database that is there: rows were locked
    /// for too long or in a ring, a statement took too long, or what was read had changed.
    #[must_use]
    pub fn is_of_the_rows(&self) -> bool {
        const CODES: [&str; 4] = ["code 40001", "code 40P01", "code 55P03", "code 57014"];
        matches!(self, Self::Unavailable { reason } if CODES.iter().any(|code| reason.contains(code)))
    }

    /// Returns whether the transaction in which it happened still stands and may be committed.
    #[must_use]
    pub const fn leaves_transaction_standing(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::Inconsistent { .. } | Self::Sealed { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    /// Keeps codes and names of rules; a message of the database may repeat values, so none is kept.
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(fault) => {
                let code =
                    fault.code().map_or_else(|| String::from("none"), std::borrow::Cow::into_owned);
                if let Some(text) = of_the_set_up(&code) {
                    return Self::Settings(format!("{text} (code {code})"));
                }
                if is_unavailable(&code) {
                    return Self::Unavailable { reason: format!("code {code}{}", meaning(&code)) };
                }
                Self::Refused { code, constraint: fault.constraint().map(String::from) }
            }
            sqlx::Error::Io(fault) => Self::Unavailable { reason: fault.kind().to_string() },
            sqlx::Error::Tls(_) => Self::Unavailable { reason: String::from("TLS failed") },
            sqlx::Error::PoolTimedOut => {
                Self::Unavailable { reason: String::from("no connection in time") }
            }
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable { reason: String::from("the connection is closed") }
            }
            sqlx::Error::Configuration(_) => Self::Settings(String::from(
                "the database URL cannot be read; write it as sqlite://path or postgres://user:password@host/name",
            )),
            _ => Self::Refused { code: String::from("driver"), constraint: None },
        }
    }
}

/// Returns what is wrong with the URL or the server where no retry cures it, but somebody who sets it right.
fn of_the_set_up(code: &str) -> Option<&'static str> {
    match code {
        "28000" | "28P01" => {
            Some("PostgreSQL refuses the login; check its name and password in the database URL")
        }
        "3D000" => Some("PostgreSQL has no database of the name in the database URL"),
        _ => None,
    }
}

/// Returns what a code means of which the number alone tells nobody anything.
fn meaning(code: &str) -> &'static str {
    match code {
        "14" => ", the file cannot be opened",
        "13" => ", the disk is full",
        _ => "",
    }
}

/// Returns whether a retry may cure it: no connection, shutting down or closed to connections, out of resources, a lock or a time limit; a disk
/// that is busy or full. `SQLSTATE` has five characters, SQLite's codes have fewer and their kind in the lowest byte.
fn is_unavailable(code: &str) -> bool {
    // Busy, locked, out of memory, interrupted, fault of the disk, full, cannot open.
    const SQLITE: [u32; 7] = [5, 6, 7, 9, 10, 13, 14];
    if code.len() == 5 {
        return ["08", "53", "57"].iter().any(|class| code.starts_with(class))
            || ["25P03", "40001", "40P01", "55000", "55P03"].contains(&code);
    }
    code.parse::<u32>().is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_retry_may_cure_is_told_from_what_it_cannot() {
        for code in ["57P01", "53300", "55000", "08006", "40P01", "55P03", "5", "517", "13", "778"]
        {
            assert!(is_unavailable(code), "{code}");
        }
        for code in ["42501", "23505", "22P02", "1555", "2067", "787", "8", "none", "driver"] {
            assert!(!is_unavailable(code), "{code}");
        }
    }

    #[test]
    fn a_code_that_is_not_ascii_is_no_reason_to_panic() {
        assert!(!is_unavailable("é1é"));
    }
}
