//! A server with a city in it, lent to a browser that measures.

use std::{io::Write as _, path::PathBuf};

use anyhow::Result;
use domain::ids::AccountId;
use tokio::io::AsyncReadExt as _;

use crate::{city::City, node::Ground};

/// What is to be lent.
#[derive(Clone, Debug)]
pub struct Loan {
    /// The server.
    pub server: PathBuf,
    /// The site that it serves.
    pub site: PathBuf,
    /// Where its folder is made.
    pub scratch: PathBuf,
    /// From which everything is drawn.
    pub seed: u64,
    /// How many supervisors there are.
    pub people: usize,
    /// How many tasks each of them has.
    pub tasks: usize,
}

/// Lends it until the input ends. Says in one line of JSON where it listens and by which one-time secret each supervisor
/// gets in: `{"url": "http://…", "secrets": ["…"]}`.
///
/// # Errors
/// The server does not begin, or the city cannot be made.
pub async fn lend(loan: Loan) -> Result<()> {
    let ground = Ground::new(&loan.server, &loan.scratch, None).await?.with_site(loan.site);
    let node = ground.first().await?;
    let mut city = City::make(&ground.urls()?.0, loan.seed, 1).await?;
    let mut secrets = Vec::new();
    let mut people: Vec<AccountId> = Vec::new();
    for _ in 0..loan.people {
        let (account, secret) = city.supervisor().await?;
        people.push(account);
        secrets.push(secret);
    }
    let each = people.iter().flat_map(|account| std::iter::repeat_n(*account, loan.tasks));
    city.plan(&each.collect::<Vec<_>>()).await?;
    let told = serde_json::json!({ "url": format!("http://{}", node.address), "secrets": secrets });
    writeln!(std::io::stdout(), "{told}")?;
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    node.stop().await?;
    ground.leave().await
}
