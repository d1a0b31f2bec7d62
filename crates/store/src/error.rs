//! What can go wrong between us and the database.

/// A result of this crate.
pub type Result<T> = core::result::Result<T, Error>;

/// What can go wrong between us and the database. "Not found" is `Option`, never one of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database or the connection to it failed; nothing was written.
    #[error("the database failed: {0}")]
    Driver(#[source] sqlx::Error),
    /// A row holds what it cannot hold: a code without meaning, a document that cannot be read.
    #[error("{table}: {what}")]
    Inconsistent {
        /// Which table.
        table: &'static str,
        /// What is wrong; no personal data.
        what: String,
    },
    /// A statement met another number of rows than it must.
    #[error("{statement}: {rows} rows")]
    WrongRowCount {
        /// Which statement.
        statement: &'static str,
        /// How many there were.
        rows: u64,
    },
    /// A named constraint was hit.
    #[error("constraint {0}")]
    Constraint(String),
    /// The answer to COMMIT did not come, or all of it took too long: written or not, the retry finds out. 503 at the
    /// edge.
    #[error("the outcome of the commit is unknown")]
    Unknown,
    /// There is no such session, key or journal, or it has ended. 401 at the edge.
    #[error("no such session, key or journal")]
    Unauthorized,
    /// There is no such tenant.
    #[error("no such tenant")]
    NoTenant,
    /// The server is shutting down.
    #[error("the writer has stopped")]
    Stopped,
    /// A migration failed.
    #[error("the migration failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|database| database.constraint()) {
            Some(constraint) => Self::Constraint(constraint.to_owned()),
            None => Self::Driver(error),
        }
    }
}

impl Error {
    /// Whether the connection, or whoever else is at work, is at fault rather than what was asked: a new one may succeed.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        let Self::Driver(error) = self else { return false };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            // 08…: connection; 57P01–57P03: shut down or starting; 53…: out of connections; 55P03: somebody held a lock for
            // too long.
            sqlx::Error::Database(database) => database
                .code()
                .is_some_and(|code| ["08", "57P", "53", "55P03"].iter().any(|start| code.starts_with(*start))),
            _ => false,
        }
    }

    /// Whether the database cannot read what it holds: a page, a file or a value of it is damaged.
    pub(crate) fn is_damage(&self) -> bool {
        let Self::Driver(sqlx::Error::Database(database)) = self else { return false };
        // XX…: corrupted, or what cannot be; 58…: the file is not there or cannot be read.
        database.code().is_some_and(|code| ["XX", "58"].iter().any(|start| code.starts_with(*start)))
    }
}
