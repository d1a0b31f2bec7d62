//! People: who there is, and how they get in.

use core::str::FromStr as _;

use domain::{
    evidence::Sha256,
    ids::{AccountId, OpId, OrgUnitId},
    op::{
        Payload, RefusedCode, Salt,
        payload::{AccountCreate, AccountDisable, AccountReopen, AccountReset, SupervisorSet},
    },
    role::{Action, Role, RoleSet},
    time::DAY_MS,
};
use http::request::Parts;
use leptos::prelude::*;
use store::{Link, Private, PrivateAccount, PrivateSupervisor, Secret, WayIn, hq};

use super::{
    Cookie,
    act::{Act, Chance, act, acting, drawn, salt, send},
    cookies::read_cookie,
    gate::{Caller, SignedIn, failed, reading},
    qr,
};
use crate::{
    error::HqError,
    loaded::Loaded,
    paths,
    people::shape::{Account, Draw, OneTime, People, Supervisor, UnitsOf, enters_by_link, enters_by_password},
};

/// How long a one-time link works. ms.
const LINK_MS: i64 = 3 * DAY_MS;
/// How long the page that shows it may be waited for, seconds.
const SHOW_S: i64 = 120;
/// The shortest password.
pub const PASSWORD_MIN: usize = 10;

pub(crate) async fn people() -> Result<Loaded<People>, HqError> {
    let mut reading = reading(&[Action::ManageOrg]).await?;
    let accounts = reading.server.store.accounts(reading.who.tenant, reading.who.token, reading.now).await;
    let accounts = accounts.map_err(|error| failed(error.into()))?;
    let units = hq::org::units(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    let accounts = accounts
        .into_iter()
        .map(|account| Account {
            id: account.id,
            login: account.login,
            name: account.name,
            roles: account.roles,
            unit: account.unit,
            disabled_at: account.disabled_at,
            has_password: account.has_password,
            draw: account.supervisor.map(|known| Draw {
                pooled: known.pooled,
                free_days: known.free_days,
                ties: known.ties.len() as u32,
            }),
        })
        .collect();
    Ok(reading.loaded(People { accounts, units: units.into_iter().map(|unit| (unit.id, unit.name)).collect() }))
}

pub(crate) async fn supervisor(id: AccountId) -> Result<Loaded<Supervisor>, HqError> {
    let mut reading = reading(&[Action::ManageOrg]).await?;
    let accounts = reading.server.store.accounts(reading.who.tenant, reading.who.token, reading.now).await;
    let accounts = accounts.map_err(|error| failed(error.into()))?;
    let account = accounts.into_iter().find(|account| account.id == id);
    let known = account.and_then(|account| Some((account.name, account.supervisor?)));
    let (name, known) = known.ok_or_else(|| failed(HqError::NotFound))?;
    let tied = hq::org::among(&mut reading.tx, &known.ties).await.map_err(|error| failed(error.into()))?;
    let counties = hq::org::counties(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    let answering = hq::org::answering(&mut reading.tx, None).await.map_err(|error| failed(error.into()))?;
    let counties: Vec<UnitsOf> = counties
        .into_iter()
        .map(|county| {
            let mine = answering.iter().filter(|(of, unit, _)| *of == county.0 && *unit != county.0);
            UnitsOf { units: mine.map(|(_, unit, name)| (*unit, name.clone())).collect(), county }
        })
        .collect();
    // Ties to units that answer for no venue today: kept, unless they are taken away here.
    let has = |tie: &OrgUnitId| {
        counties.iter().any(|one| one.county.0 == *tie || one.units.iter().any(|(unit, _)| unit == tie))
    };
    let others = tied.iter().filter(|unit| !has(&unit.id)).map(|unit| (unit.id, unit.name.clone())).collect();
    let PrivateSupervisor { pooled, free_days, ties } = known;
    Ok(reading.loaded(Supervisor { id, name, pooled, free_days, ties, counties, others }))
}

pub(crate) async fn set_supervisor(
    op: OpId,
    account: AccountId,
    pooled: bool,
    days: Vec<u8>,
    mut ties: Vec<OrgUnitId>,
) -> Result<(), HqError> {
    let (caller, who) = acting(Action::ManageOrg)?;
    if days.iter().any(|day| *day > 6) || (pooled && days.is_empty()) {
        return Err(HqError::bad("days"));
    }
    ties.sort_unstable();
    ties.dedup();
    let known = {
        let mut tx = caller.server.store.read(who.tenant).await?;
        hq::org::among(&mut tx, &ties).await?
    };
    if known.len() != ties.len() {
        return Err(HqError::bad("ties"));
    }
    let free_days = days.iter().fold(0, |all, day| all | 1 << day);
    let private = PrivateSupervisor { pooled, free_days, ties };
    let salt = salt(&caller, &who, op, &[]);
    let payload = Payload::SupervisorSet(SupervisorSet { commitment: private.commitment(&salt) });
    let asked = Act { op, subject: account.0, base: None, payload, private: Private::Supervisor(private) };
    send(&caller, &who, asked, Salt::new(salt)).await?;
    leptos_axum::redirect(paths::PEOPLE);
    Ok(())
}

pub(crate) async fn create(
    op: OpId,
    login: String,
    name: String,
    roles: Vec<Role>,
    unit: String,
    password: String,
) -> Result<(), HqError> {
    let (caller, who) = acting(Action::ManageOrg)?;
    let (login, name) = (login.trim().to_owned(), name.trim().to_owned());
    let odd = |text: &str| text.is_empty() || text.chars().count() > 60 || text.chars().any(char::is_control);
    if odd(&login) {
        return Err(HqError::bad("login"));
    }
    if odd(&name) {
        return Err(HqError::bad("name"));
    }
    let unit = match unit.as_str() {
        "" => None,
        id => Some(OrgUnitId::from_str(id).map_err(|_| HqError::bad("unit"))?),
    };
    let set = RoleSet::of(&roles);
    if password.is_empty() && enters_by_password(set) {
        return Err(HqError::bad("password"));
    }
    let (way_in, link) = way_in(&caller, &who, op, password).await?;
    let supervisor =
        [Role::Visitor, Role::Inspector].iter().any(|role| roles.contains(role)).then(PrivateSupervisor::default);
    let private = PrivateAccount { login, name, way_in, supervisor };
    let salt = salt(&caller, &who, op, &[]);
    let create = AccountCreate { roles: set, unit, commitment: private.commitment(&salt) };
    let subject = AccountId::derive(op.0, 0).0;
    let asked =
        Act { op, subject, base: None, payload: Payload::AccountCreate(create), private: Private::Account(private) };
    send(&caller, &who, asked, Salt::new(salt)).await?;
    lead(&caller, link);
    Ok(())
}

pub(crate) async fn disable(op: OpId, account: AccountId, reason: String) -> Result<(), HqError> {
    let (caller, who) = acting(Action::ManageOrg)?;
    not_oneself(&who, account)?;
    let payload = Payload::AccountDisable(AccountDisable { reason });
    act(&caller, &who, Act { op, subject: account.0, base: None, payload, private: Private::None }).await?;
    leptos_axum::redirect(paths::PEOPLE);
    Ok(())
}

pub(crate) async fn reset(op: OpId, account: AccountId, password: String) -> Result<(), HqError> {
    let_in(op, account, password, |commitment| Payload::AccountReset(AccountReset { commitment })).await
}

pub(crate) async fn reopen(op: OpId, account: AccountId, password: String) -> Result<(), HqError> {
    let_in(op, account, password, |commitment| Payload::AccountReopen(AccountReopen { commitment })).await
}

/// Sends an op that gives `account` a password, or else a one-time link, and leads to the page that shows that.
async fn let_in(
    op: OpId,
    account: AccountId,
    password: String,
    payload: impl FnOnce(Sha256) -> Payload,
) -> Result<(), HqError> {
    let (caller, who) = acting(Action::ManageOrg)?;
    not_oneself(&who, account)?;
    if password.is_empty() && ends_outside(&caller, &who, account).await? {
        return Err(HqError::bad("password"));
    }
    let (way_in, link) = way_in(&caller, &who, op, password).await?;
    let salt = salt(&caller, &who, op, &[]);
    let payload = payload(way_in.commitment(&salt));
    let asked = Act { op, subject: account.0, base: None, payload, private: Private::WayIn(way_in) };
    send(&caller, &who, asked, Salt::new(salt)).await?;
    lead(&caller, link);
    Ok(())
}

/// Nobody shuts themselves out: who would let them in again? And since only an administrator who may act closes accounts,
/// one of them always stays.
fn not_oneself(who: &SignedIn, account: AccountId) -> Result<(), HqError> {
    if account == who.person.account {
        return Err(HqError::Refused { code: RefusedCode::NotAllowed, detail: "self".to_owned() });
    }
    Ok(())
}

/// Whether a link would take `account` its password and lead it nowhere. Of an account that is guarded, or that there is
/// not, the rules themselves say what is wrong.
async fn ends_outside(caller: &Caller, who: &SignedIn, account: AccountId) -> Result<bool, HqError> {
    let accounts = caller.server.store.accounts(who.tenant, who.token, caller.server.process.now()).await?;
    let roles = accounts.iter().find(|one| one.id == account).map(|one| one.roles);
    Ok(roles.is_some_and(|roles| !roles.is_guarded() && !enters_by_link(roles)))
}

/// By `password`, or by a link where it is empty; the text of the link besides.
async fn way_in(
    caller: &Caller,
    who: &SignedIn,
    op: OpId,
    password: String,
) -> Result<(WayIn, Option<String>), HqError> {
    if password.is_empty() {
        let (text, link) = one_time(caller, who, op);
        return Ok((WayIn { password_hash: None, link: Some(link) }, Some(text)));
    }
    if password.chars().count() < PASSWORD_MIN {
        return Err(HqError::bad("password"));
    }
    let salt = drawn(caller, who, op, Chance::Password, &[]);
    let hash = caller.server.process.hash_password(password, salt).await.ok_or(HqError::Internal)?;
    Ok((WayIn { password_hash: Some(hash), link: None }, None))
}

/// The link that `op` gives. Asked for again it is the same, so that the page after the second answer shows what works.
fn one_time(caller: &Caller, who: &SignedIn, op: OpId) -> (String, Link) {
    let (text, secret) = Secret::mint(who.tenant, drawn(caller, who, op, Chance::Link, &[]));
    (text, Link { hash: secret.hash, expires_at: caller.server.process.now().plus(LINK_MS) })
}

/// Leads to the page that shows the link, which travels in a cookie that only that page is sent.
fn lead(caller: &Caller, link: Option<String>) {
    match link {
        None => leptos_axum::redirect(paths::PEOPLE),
        Some(secret) => {
            cookie(caller, secret, SHOW_S).set();
            leptos_axum::redirect(paths::PEOPLE_LINK);
        }
    }
}

pub(crate) async fn link() -> Result<Loaded<OneTime>, HqError> {
    let reading = reading(&[Action::ManageOrg]).await?;
    let caller = super::caller()?;
    let secret = use_context::<Parts>().and_then(|parts| read_cookie(&parts, LINK_COOKIE).map(str::to_owned));
    let secret = secret.filter(|secret| Secret::parse(secret).is_some()).ok_or_else(|| failed(HqError::NotFound))?;
    cookie(&caller, String::new(), 0).set();
    let address = [caller.server.origin.as_str(), "/field/link#", &secret].concat();
    let code = qr::path(&address);
    Ok(reading.loaded(OneTime { address, code }))
}

const LINK_COOKIE: &str = "mc_link";

fn cookie(caller: &Caller, value: String, max_age: i64) -> Cookie {
    Cookie {
        name: LINK_COOKIE.to_owned(),
        value,
        path: "/hq",
        max_age: Some(max_age),
        http_only: true,
        secure: caller.server.secure,
    }
}
