//! `mingcha migrate`.

use crate::{
    config::Settings,
    data_dir::DataDir,
    failure::Result,
    postgres::{self, Database, Strictness, bring_up_to_date, check},
};

pub(super) async fn run(settings: &Settings) -> Result<()> {
    let data = DataDir::open(&postgres::data_dir(settings))?;
    // An embedded database is brought up to date by being opened.
    let database = Database::open(settings, &data).await?;
    let done = migrate(&database).await;
    database.close().await;
    done
}

async fn migrate(database: &Database) -> Result<()> {
    let owner = database.urls.owner()?;
    check(owner, Strictness::Owner).await?;
    bring_up_to_date(owner).await?;
    println!("数据库结构已是最新。 The schema is up to date.");
    Ok(())
}
