//! Questions about the database as a whole: whether it is there, and what it is like.

use std::str::FromStr as _;

use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _, postgres::PgConnectOptions};

use crate::error::{Error, Result};

/// What a database and a login are like. Judged by whoever starts the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// `on` or `off`.
    pub fsync: String,
    /// `on` or `off`.
    pub full_page_writes: String,
    /// `on`, `off`, `local`, `remote_write` or `remote_apply`, for this login.
    pub synchronous_commit: String,
    /// Whether pages carry checksums.
    pub data_checksums: bool,
    /// The database's encoding.
    pub encoding: String,
    /// `server_version_num`: 150009 is 15.9.
    pub version: i32,
    /// The login's name.
    pub login: String,
    /// The login, or a role that it can take on, is a superuser.
    pub superuser: bool,
    /// The login, or a role that it can take on, bypasses row-level security.
    pub bypasses_rls: bool,
    /// The login can act as the owner of our schemas, tables or the database.
    pub owns: bool,
}

/// Signs in at `url` and looks.
///
/// # Errors
/// Nobody answers, or the login may not sign in.
pub async fn inspect(url: &str) -> Result<Inspection> {
    let mut connection = PgConnection::connect(url).await?;
    let row = sqlx::query(
        "SELECT current_setting('fsync') AS fsync,
                current_setting('full_page_writes') AS full_page_writes,
                current_setting('synchronous_commit') AS synchronous_commit,
                current_setting('data_checksums') = 'on' AS data_checksums,
                current_setting('server_encoding') AS encoding,
                current_setting('server_version_num')::int4 AS version,
                current_user::text AS login,
                EXISTS (SELECT FROM pg_catalog.pg_roles
                        WHERE rolsuper AND pg_has_role(current_user, oid, 'MEMBER')) AS superuser,
                EXISTS (SELECT FROM pg_catalog.pg_roles
                        WHERE rolbypassrls AND pg_has_role(current_user, oid, 'MEMBER')) AS bypasses_rls,
                EXISTS (SELECT FROM pg_catalog.pg_namespace
                        WHERE nspname IN ('app', 'identity', 'unit') AND pg_has_role(current_user, nspowner, 'MEMBER'))
                OR EXISTS (SELECT FROM pg_catalog.pg_class
                           JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
                           WHERE nspname IN ('app', 'identity', 'unit') AND pg_has_role(current_user, relowner, 'MEMBER'))
                OR EXISTS (SELECT FROM pg_catalog.pg_database
                           WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'MEMBER')) AS owns",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(Inspection {
        fsync: row.try_get("fsync")?,
        full_page_writes: row.try_get("full_page_writes")?,
        synchronous_commit: row.try_get("synchronous_commit")?,
        data_checksums: row.try_get("data_checksums")?,
        encoding: row.try_get("encoding")?,
        version: row.try_get("version")?,
        login: row.try_get("login")?,
        superuser: row.try_get("superuser")?,
        bypasses_rls: row.try_get("bypasses_rls")?,
        owns: row.try_get("owns")?,
    })
}

/// Makes the database that `owner_url` names, if it is missing, from the database `postgres` of the same server.
///
/// # Errors
/// The login may not, or `owner_url` names no database.
pub async fn ensure_database(owner_url: &str) -> Result<()> {
    let (mut connection, database) = beside(owner_url).await?;
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1)")
        .bind(&database)
        .fetch_one(&mut connection)
        .await?;
    if !there {
        obey(&mut connection, "SELECT format('CREATE DATABASE %I', $1)", &database).await?;
    }
    connection.close().await?;
    Ok(())
}

/// The same address with another database.
///
/// # Errors
/// `url` is none.
pub fn at_database(url: &str, database: &str) -> Result<String> {
    Ok(PgConnectOptions::from_str(url)?.database(database).to_url_lossy().to_string())
}

/// Drops the database that `owner_url` names with all that is in it, whoever is still connected.
///
/// # Errors
/// The login may not, or `owner_url` names no database.
pub async fn drop_database(owner_url: &str) -> Result<()> {
    let (mut connection, database) = beside(owner_url).await?;
    obey(&mut connection, "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1)", &database).await?;
    connection.close().await?;
    Ok(())
}

/// A connection to the database `postgres` of the same server, and the name of the one that `owner_url` names.
async fn beside(owner_url: &str) -> Result<(PgConnection, String)> {
    let options = PgConnectOptions::from_str(owner_url)?;
    let Some(database) = options.get_database().map(str::to_owned) else {
        return Err(Error::Inconsistent { table: "pg_database", what: "the address names no database".to_owned() });
    };
    Ok((PgConnection::connect_with(&options.database("postgres")).await?, database))
}

/// Does what `asked` says about `database`. Statements about databases take no parameters: the server quotes the name.
async fn obey(connection: &mut PgConnection, asked: &'static str, database: &str) -> Result<()> {
    let statement: String = sqlx::query_scalar(asked).bind(database).fetch_one(&mut *connection).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
