//! Puts the demo city into an empty database: by the same ops as real work, through the same door,
//! with the times at which they would have come.

mod day;
mod ground;

use std::{path::Path, sync::Arc};

use domain::{
    ids::TenantId,
    text::Text,
    time::{Moment, ZoneOffset},
};
use store::{NewTenant, Settings, Signer, Store};

use super::people::{PASSWORD, PEOPLE, TENANT_CODE};
use crate::{
    data_dir::{DataDir, cannot_use, remove, write_private},
    failure::{Exit, Failure, Result},
    keys::Keys,
    media::Media,
    passwords::Passwords,
    random::Random,
};

/// Lies in the data folder for as long as the city is being made: one whose making was cut off is then not taken for whole.
const UNFINISHED: &str = "demo-unfinished";

/// What the installation works with.
pub(super) struct City {
    /// Over the owner's login.
    pub(super) owner: Store,
    pub(super) media: Media,
    pub(super) random: Arc<dyn Random>,
    pub(super) tenant: TenantId,
    pub(super) now: Moment,
}

/// What the installation needs of the process.
#[derive(Debug)]
pub struct Tools<'a> {
    /// The data folder.
    pub data: &'a DataDir,
    /// The database, over its owner's login.
    pub owner_url: &'a str,
    /// Where the pictures go.
    pub media: &'a Media,
    /// The keys that sign.
    pub keys: &'a Arc<Keys>,
    /// Randomness.
    pub random: &'a Arc<dyn Random>,
    /// When the month ends.
    pub now: Moment,
}

/// What became of the wish for a demo city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was installed.
    Installed,
    /// It had been there before.
    There,
    /// The database holds a company of its own: nobody of the demo city can sign in.
    OtherCompany,
}

/// Installs the demo city unless the database holds a company already.
///
/// # Errors
/// The database or the media store failed. [`Exit::Data`]: an installation before this one was cut off; what it left is no
/// city.
pub async fn if_empty(tools: &Tools<'_>) -> Result<Outcome> {
    let owner_url = tools.owner_url;
    let failed = |error: store::Error| Failure::unexpected("demo city", &error);
    let tenant = TenantId(super::places::ORIGIN);
    let companies = store::tenants(owner_url).await.map_err(failed)?;
    let unfinished = tools.data.root().join(UNFINISHED);
    if companies.contains(&tenant) {
        return if unfinished.exists() { Err(half_made(tools.data.root())) } else { Ok(Outcome::There) };
    }
    if !companies.is_empty() {
        return Ok(Outcome::OtherCompany);
    }
    write_private(&unfinished, b"").map_err(|error| cannot_use(&unfinished, &error))?;
    eprintln!("正在安装演示城市(约 10 秒) installing the demo city (about 10 seconds)");
    let now = tools.now;
    let new = NewTenant {
        id: tenant,
        code: TENANT_CODE.to_owned(),
        name: Text::new("云川市分公司", "Yunchuan branch"),
        zone: ZoneOffset::default(),
        at: now,
    };
    store::create_tenant(owner_url, &new).await.map_err(failed)?;
    let keys: Arc<dyn Signer> = Arc::<Keys>::clone(tools.keys);
    let settings = Settings { serve_url: owner_url.to_owned(), unit_url: None, connections: 4 };
    let owner = Store::open(&settings, keys).await.map_err(failed)?;
    let hash = Passwords::new(Arc::clone(tools.random)).hash(PASSWORD.to_owned()).await;
    let hash = hash.ok_or_else(|| Failure::unexpected("demo city", &"no password hash"))?;
    let city = City { owner, media: tools.media.clone(), random: Arc::clone(tools.random), tenant, now };
    city.ground(&hash).await?;
    city.month().await?;
    city.owner.close().await;
    remove(&unfinished).map_err(|error| cannot_use(&unfinished, &error))?;
    Ok(Outcome::Installed)
}

fn half_made(root: &Path) -> Failure {
    let root = root.display();
    Failure::new(
        Exit::Data,
        format!("演示城市上次安装到一半就中断了。请清空数据目录 {root}(数据库不在其中时,连同那个数据库),再运行一次"),
        format!(
            "the installation of the demo city was cut off, and it is only half made. Empty the data folder {root} (and the database, where that lies elsewhere), and run this again"
        ),
    )
}

/// Who can sign in, for the terminal.
pub fn print_accounts() {
    println!("演示账号(仅供试用) demo accounts (for trying only); 密码 password: {PASSWORD}");
    for person in PEOPLE {
        let door = if person.is_supervisor() { "/field" } else { "/hq" };
        println!("  {door:<7} {:<10} {} · {}", person.login, person.name, person.title);
    }
}
