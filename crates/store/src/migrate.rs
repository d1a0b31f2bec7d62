//! The schema, as a list of small steps that only ever grows.

use std::str::FromStr as _;

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
    postgres::PgConnectOptions,
};

use crate::error::Result;

/// Number, name and text of every step, in order. A test compares it with the folder.
macro_rules! steps {
    ($($number:literal $name:literal,)*) => {
        const STEPS: &[(i64, &str, &str)] = &[$(
            ($number, $name, include_str!(concat!("../migrations/", $name, ".sql"))),
        )*];
    };
}

steps! {
    1 "0001_roles_and_schemas",
    2 "0002_tenants_units_venues",
    3 "0003_assignments_visits_findings",
    4 "0004_log",
    5 "0005_identity_tables",
    6 "0006_identity_sessions",
    7 "0007_identity_writer",
    8 "0008_identity_people",
    9 "0009_identity_phone",
    10 "0010_throttle_counts_first",
    20 "0020_side_leaves",
    30 "0030_journals_by_name",
    31 "0031_cursors_with_a_mark",
    101 "0101_hq_reads",
    110 "0110_phone_round_trips",
    120 "0120_phone_plans_kept",
    130 "0130_documents_packed",
    131 "0131_sessions_follow_their_phone",
    132 "0132_guarded_roles",
    133 "0133_read_plans_kept",
    134 "0134_keys_made_last",
    135 "0135_why_tasks_ended",
    136 "0136_logs_look_filled",
    137 "0137_clocks_that_go_back",
    138 "0138_each_by_its_key",
    139 "0139_journals_lead_on",
    140 "0140_account_reopen",
    141 "0141_what_the_draw_knows",
    142 "0142_scores_that_wait",
    143 "0143_last_journals_and_others_heads",
    144 "0144_tries_at_no_company",
    145 "0145_waits_since_it_came_last",
    146 "0146_journals_opened_one_by_one",
}

/// What step 1 could not know: since PostgreSQL 16 whoever makes a role is a member of it, and still may not act in its
/// name until they have granted that to themselves.
const MAY_BECOME_IDENTITY: &str = "
DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 160000
       OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mingcha_identity') THEN
        CREATE ROLE mingcha_identity NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF NOT pg_catalog.pg_has_role(current_user, 'mingcha_identity', 'SET') THEN
        EXECUTE format('GRANT mingcha_identity TO %I WITH INHERIT TRUE, SET TRUE', current_user);
    END IF;
END
$$";

/// What a database's schema is to this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// There is none.
    Missing,
    /// A step of this build has not run yet.
    Older,
    /// A step has run that this build does not know.
    Newer,
    /// It is this build's.
    Current,
}

/// Looks what the schema of the database at `url` is to this build. Both logins may look.
///
/// # Errors
/// The database failed.
pub async fn schema_state(url: &str) -> Result<SchemaState> {
    let mut connection = PgConnection::connect(url).await?;
    let there: bool = sqlx::query_scalar(
        "SELECT to_regclass('_sqlx_migrations') IS NOT NULL
             AND has_table_privilege(to_regclass('_sqlx_migrations'), 'SELECT')",
    )
    .fetch_one(&mut connection)
    .await?;
    let ran: Vec<i64> = if there {
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(&mut connection).await?
    } else {
        Vec::new()
    };
    connection.close().await?;
    let known = |version: &i64| STEPS.iter().any(|(number, ..)| number == version);
    Ok(match () {
        () if ran.is_empty() => SchemaState::Missing,
        () if !ran.iter().all(known) => SchemaState::Newer,
        () if STEPS.iter().any(|(number, ..)| !ran.contains(number)) => SchemaState::Older,
        () => SchemaState::Current,
    })
}

/// The number of this build's last step.
#[must_use]
pub fn newest_schema() -> i64 {
    STEPS.iter().map(|(number, ..)| *number).max().unwrap_or_default()
}

/// Brings the database at `owner_url` up to this build's schema. Running it again changes nothing.
///
/// The login must own the database, and be a superuser or able to create roles
/// (or find `mingcha_serve`, `mingcha_identity` and `mingcha_unit` made and
/// itself a member of `mingcha_identity`).
///
/// # Errors
/// A step failed (it was rolled back), or a step that ran before has another text now.
pub async fn migrate(owner_url: &str) -> Result<()> {
    migrate_to(owner_url, i64::MAX).await
}

/// As [`migrate`], with the steps up to `last` only: a backup is restored into the schema that it was made of.
pub(crate) async fn migrate_to(owner_url: &str, last: i64) -> Result<()> {
    let mut connection = PgConnection::connect(owner_url).await?;
    sqlx::raw_sql(MAY_BECOME_IDENTITY).execute(&mut connection).await?;
    let steps = STEPS.iter().filter(|(number, ..)| *number <= last).map(|(number, name, text)| {
        Migration::new(*number, (*name).into(), MigrationType::Simple, (*text).into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect()).run(&mut connection).await?;
    // Whoever serves looks which steps have run before it trusts the schema.
    sqlx::raw_sql("GRANT SELECT ON _sqlx_migrations TO mingcha_serve").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Sets the password of `mingcha_serve` or `mingcha_unit`: the server makes one
/// up for its embedded database. `role` is one of the two names, nothing else.
///
/// # Errors
/// The database refuses, or `role` is another one.
pub async fn set_password(owner_url: &str, role: ServedRole, password: &str) -> Result<()> {
    // The statement holds the password: it must not reach a log, however much is logged.
    let options = PgConnectOptions::from_str(owner_url)?.disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await?;
    // ALTER ROLE takes no parameters: the database itself quotes the password.
    let statement: String = sqlx::query_scalar("SELECT format('ALTER ROLE %I PASSWORD %L', $1, $2)")
        .bind(role.name())
        .bind(password)
        .fetch_one(&mut connection)
        .await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// A role that the server connects as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServedRole {
    /// `mingcha_serve`.
    Serve,
    /// `mingcha_unit`.
    Unit,
}

impl ServedRole {
    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serve => "mingcha_serve",
            Self::Unit => "mingcha_unit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    #[test]
    fn every_file_is_a_step_and_every_step_has_its_number() -> std::io::Result<()> {
        let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))?
            .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".sql").to_owned()))
            .collect::<Result<_, _>>()?;
        files.sort();
        assert_eq!(files, STEPS.iter().map(|(_, name, _)| (*name).to_owned()).collect::<Vec<_>>());
        for (number, name, _) in STEPS {
            assert!(name.starts_with(&format!("{number:04}_")), "{name}");
        }
        Ok(())
    }
}
