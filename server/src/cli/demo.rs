//! `mingcha demo`.

use super::{
    owner::{self, Owner},
    say::say,
};
use crate::{
    config::Settings,
    demo::install::{self, Outcome, Tools},
    failure::{Exit, Failure, Result},
};

pub(super) async fn run(settings: &Settings) -> Result<()> {
    owner::with(settings, install).await
}

async fn install(owner: &Owner) -> Result<()> {
    owner.needs_schema().await?;
    let tools = Tools {
        data: &owner.data,
        owner_url: owner.url(),
        media: &owner.media,
        keys: &owner.keys,
        random: &owner.random,
        now: owner.clock.now(),
    };
    if install::if_empty(&tools).await? != Outcome::Installed {
        return Err(Failure::new(
            Exit::Usage,
            "数据库里已有公司;演示城市只装进空数据库。试用请另选目录:mingcha serve --demo --data-dir ./try",
            "the database holds a company already; the demo city goes into an empty one only. To try it use another folder: mingcha serve --demo --data-dir ./try",
        ));
    }
    install::print_accounts();
    say("演示城市已装好。", "The demo city is installed.");
    Ok(())
}
