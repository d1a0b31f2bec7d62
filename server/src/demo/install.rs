//! Puts the demo city into an empty database: by the same ops as real work, through the same door,
//! with the times at which they would have come.

mod day;
mod ground;

use std::sync::Arc;

use domain::{
    ids::TenantId,
    text::Text,
    time::{Moment, ZoneOffset},
};
use store::{NewTenant, Settings, Signer, Store};

use super::people::{PASSWORD, PEOPLE, TENANT_CODE};
use crate::{
    failure::{Failure, Result},
    keys::Keys,
    media::Media,
    passwords::Passwords,
    random::Random,
};

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
/// The database or the media store failed; a half-made city is none: empty the data folder and begin anew.
pub async fn if_empty(tools: &Tools<'_>) -> Result<Outcome> {
    let owner_url = tools.owner_url;
    let failed = |error: store::Error| Failure::unexpected("demo city", &error);
    let tenant = TenantId(super::places::ORIGIN);
    let companies = store::tenants(owner_url).await.map_err(failed)?;
    if !companies.is_empty() {
        return Ok(if companies.contains(&tenant) { Outcome::There } else { Outcome::OtherCompany });
    }
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
    Ok(Outcome::Installed)
}

/// Who can sign in, for the terminal.
pub fn print_accounts() {
    println!("演示账号(仅供试用) demo accounts (for trying only); 密码 password: {PASSWORD}");
    for person in PEOPLE {
        let door = if person.is_supervisor() { "/field" } else { "/hq" };
        println!("  {door:<7} {:<10} {} · {}", person.login, person.name, person.title);
    }
}
