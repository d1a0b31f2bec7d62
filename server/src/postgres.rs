//! The database: the one that was named, or one of our own, started and stopped with the server.
//!
//! The embedded PostgreSQL is a direct child on a Unix socket that only its
//! user can reach. What is kept in the data folder: `postgres/` (the cluster),
//! `run/` (the socket), `keys/postgres.json` (the passwords of its three
//! logins). After a crash of the child it is started again; after a crash of
//! the server the orphan is found by its pid file and stopped before a new one
//! starts.

mod account;
mod binaries;
mod checks;
mod child;
mod cluster;
mod dump;
mod orphan;
mod passwords;
mod socket;
mod supervisor;

pub use account::is_reachable;
pub use checks::{Strictness, check};
pub use cluster::bring_up_to_date;
pub(crate) use dump::{dump, load};
pub use supervisor::Supervisor;

use std::path::PathBuf;

use crate::{
    config::Settings,
    data_dir::DataDir,
    failure::{Exit, Failure, Result},
    secret::Secret,
};

/// Addresses of one database under its logins.
#[derive(Clone, Debug)]
pub struct Urls {
    /// As `mingcha_serve`.
    pub serve: Secret,
    /// As its owner; `None` on a server's own PostgreSQL if nobody told us.
    pub owner: Option<Secret>,
    /// As `mingcha_unit`.
    pub unit: Option<Secret>,
}

impl Urls {
    /// The owner's address.
    ///
    /// # Errors
    /// [`Exit::Usage`] if nobody told us.
    pub fn owner(&self) -> Result<&Secret> {
        self.owner.as_ref().ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "这条命令要以数据库所有者登录:请给出 --owner-database-url 或 MINGCHA_OWNER_DATABASE_URL",
                "this command signs in as the database's owner: give --owner-database-url or MINGCHA_OWNER_DATABASE_URL",
            )
        })
    }
}

/// A database to work with, and, if it is our own, the process behind it.
#[derive(Debug)]
pub struct Database {
    /// How to reach it.
    pub urls: Urls,
    supervisor: Option<Supervisor>,
}

impl Database {
    /// The database that `settings` name; without one the embedded one, started
    /// unless a running server already has it. An embedded one is also brought
    /// up to this build's schema.
    ///
    /// # Errors
    /// [`Exit::Postgres`], [`Exit::Data`] or [`Exit::Schema`], each saying what to do.
    pub async fn open(settings: &Settings, data: &DataDir) -> Result<Self> {
        if let Some(serve) = &settings.database_url {
            let urls = Urls {
                serve: serve.clone(),
                owner: settings.owner_database_url.clone(),
                unit: settings.unit_database_url.clone(),
            };
            return Ok(Self { urls, supervisor: None });
        }
        if !data.is_ours() {
            return Ok(Self { urls: cluster::Cluster::of(data)?.urls()?, supervisor: None });
        }
        let (supervisor, urls) = Supervisor::start(data).await?;
        let database = Self { urls, supervisor: Some(supervisor) };
        if let Err(failure) = cluster::prepare(&database.urls).await {
            database.close().await;
            return Err(failure);
        }
        Ok(database)
    }

    /// Whether the process behind it is ours.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        self.supervisor.is_some()
    }

    /// Stops the database if it is ours, and waits until it has.
    pub async fn close(self) {
        if let Some(supervisor) = self.supervisor {
            supervisor.stop().await;
        }
    }
}

/// The data folder: what was asked for; by default `data` here, or, where the
/// database's user cannot walk to that (root in its own home), `/var/lib/mingcha`.
#[must_use]
pub fn data_dir(settings: &Settings) -> PathBuf {
    let embedded = settings.database_url.is_none();
    if embedded && settings.data_dir_is_default && !is_reachable(&settings.data_dir) {
        return PathBuf::from("/var/lib/mingcha");
    }
    settings.data_dir.clone()
}
