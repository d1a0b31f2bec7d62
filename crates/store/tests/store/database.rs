//! A database of a test's own, beside the one that all tests share.

use sqlx::{Connection as _, PgConnection};

use crate::cluster::cluster;

/// The owner's address of an empty database of this name.
pub(crate) async fn database(name: &str) -> String {
    let mut owner = PgConnection::connect(&cluster().owner).await.expect("the owner");
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut owner).await.expect("an empty database");
    }
    cluster().owner.replace("/postgres", &format!("/{name}"))
}
