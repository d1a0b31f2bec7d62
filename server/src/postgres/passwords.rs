//! The passwords of the embedded database's three logins: made once, kept in the data folder.

use std::{fs, io::ErrorKind, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    data_dir::{DataDir, cannot_use, write_private},
    failure::{Failure, Result},
    random::{Random, SystemRandom},
};

/// Passwords, 64 hex digits each.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Passwords {
    pub(crate) owner: String,
    pub(crate) serve: String,
    pub(crate) unit: String,
}

impl Passwords {
    /// Reads them; makes them if there are none.
    pub(crate) fn keep(data: &DataDir) -> Result<Self> {
        let path = data.private("keys")?.join("postgres.json");
        if let Some(there) = read(&path)? {
            return Ok(there);
        }
        let random: &dyn Random = &SystemRandom;
        let fresh = Self { owner: random.token(), serve: random.token(), unit: random.token() };
        let text = serde_json::to_vec(&fresh).map_err(|error| Failure::unexpected("passwords", &error))?;
        write_private(&path, &text).map_err(|error| cannot_use(&path, &error))?;
        Ok(fresh)
    }
}

fn read(path: &Path) -> Result<Option<Passwords>> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| Failure::unexpected(&path.display().to_string(), &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot_use(path, &error)),
    }
}
