//! Whether the database is one that this build can work with.

use store::SchemaState;

use crate::{
    failure::{Exit, Failure, Result},
    secret::Secret,
};

/// Fails unless the schema is this build's.
///
/// # Errors
/// [`Exit::Schema`], with what to do.
pub(crate) async fn needs(url: &Secret) -> Result<()> {
    let state = store::schema_state(url.reveal()).await.map_err(|error| cannot_connect(&error))?;
    misfit(state)
}

/// What the schema is to this build, as a failure unless it fits.
pub(crate) fn misfit(state: SchemaState) -> Result<()> {
    let wrong = |zh: &str, en: &str| Err(Failure::new(Exit::Schema, zh, en));
    match state {
        SchemaState::Current => Ok(()),
        SchemaState::Missing => wrong(
            "数据库里还没有明察的表。请以所有者登录运行:mingcha migrate",
            "the database has no schema of Mingcha yet. Run as its owner: mingcha migrate",
        ),
        SchemaState::Older => wrong(
            "数据库结构比本程序旧。请先备份,再以所有者登录运行:mingcha migrate",
            "the schema is older than this build. Take a backup, then run as its owner: mingcha migrate",
        ),
        SchemaState::Newer => wrong(
            "数据库结构比本程序新。请运行更新版本的 mingcha",
            "the schema is newer than this build. Run a newer mingcha",
        ),
    }
}

/// The database does not answer.
pub(crate) fn cannot_connect(error: &store::Error) -> Failure {
    Failure::new(Exit::Postgres, format!("连不上数据库:{error}"), format!("the database cannot be reached: {error}"))
}
