//! Ops that touch people are carried out by `identity`, within the same transaction.

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId, VisitId},
    op::{
        Op, Payload, RefusedCode, States, Verdict,
        payload::{AccountCreate, AssignmentDecline, AssignmentPlan},
    },
};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    batch::Prepared,
    private::{Private, PrivatePlan, Who},
};
use crate::{error::Result, rows::json};

/// A task as `identity` hears of it.
#[derive(Serialize)]
struct GivenTask {
    assignment: Uuid,
    visit: Uuid,
    venue: Uuid,
    unit: Uuid,
    county: Uuid,
    from: i64,
    until: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
}

/// Carries out what `op` asks of `identity`. `Some`: it cannot be, and nothing was changed.
pub(super) async fn carry_out(
    connection: &mut PgConnection,
    op: &Op,
    salt: Option<[u8; 16]>,
    request: &Prepared,
    states: &States,
) -> Result<Option<Verdict>> {
    let said = match &op.payload {
        Payload::AccountCreate(account) => create(connection, op, account, salt, request).await?,
        Payload::AccountReset(reset) => let_in(connection, op, salt, reset.commitment, RESET, request).await?,
        Payload::AccountReopen(reopen) => let_in(connection, op, salt, reopen.commitment, REOPEN, request).await?,
        Payload::AccountDisable(_) => {
            let query = match token(request) {
                Some(token) => sqlx::query_scalar("SELECT identity.account_disable($1, $2, $3)").bind(token),
                None => sqlx::query_scalar("SELECT identity.account_disable_($1, $2)"),
            };
            query.bind(op.subject).bind(request.received_at.0).fetch_one(connection).await?
        }
        Payload::SupervisorSet(set) => {
            let Private::Supervisor(private) = &request.private else { return Ok(Some(bad_private())) };
            if salt.map(|salt| private.commitment(&salt)) != Some(set.commitment) {
                return Ok(Some(bad_private()));
            }
            let query = match token(request) {
                Some(token) => sqlx::query_scalar("SELECT identity.supervisor_set($1, $2, $3::jsonb, $4)").bind(token),
                None => sqlx::query_scalar("SELECT identity.supervisor_set_($1, $2::jsonb)"),
            };
            query.bind(op.subject).bind(json(private)?).bind(request.received_at.0).fetch_one(connection).await?
        }
        // They know somebody there: the draw does not send them to that place again.
        Payload::AssignmentDecline(AssignmentDecline { tie: true, .. }) => {
            let query = sqlx::query_scalar("SELECT identity.stepped_aside($1)");
            query.bind(op.subject).fetch_one(connection).await?
        }
        Payload::AssignmentPlan(plan) => {
            let Private::Plan(private) = &request.private else { return Ok(Some(bad_private())) };
            give(connection, op, plan, private, request, states).await?
        }
        _ => String::new(),
    };
    Ok(refusal(&said, &op.payload))
}

/// A new way in, by session and by the owner.
const RESET: [&str; 2] =
    ["SELECT identity.account_reset($1, $2, $3::jsonb, $4)", "SELECT identity.account_reset_($1, $2::jsonb, $3)"];
/// The same for an account that was closed.
const REOPEN: [&str; 2] =
    ["SELECT identity.account_reopen($1, $2, $3::jsonb, $4)", "SELECT identity.account_reopen_($1, $2::jsonb, $3)"];

async fn let_in(
    connection: &mut PgConnection,
    op: &Op,
    salt: Option<[u8; 16]>,
    commitment: Sha256,
    [by_session, by_owner]: [&'static str; 2],
    request: &Prepared,
) -> Result<String> {
    let Private::WayIn(way_in) = &request.private else { return Ok("private".to_owned()) };
    if salt.map(|salt| way_in.commitment(&salt)) != Some(commitment) {
        return Ok("private".to_owned());
    }
    let query = match token(request) {
        Some(token) => sqlx::query_scalar(by_session).bind(token),
        None => sqlx::query_scalar(by_owner),
    };
    Ok(query.bind(op.subject).bind(json(way_in)?).bind(request.received_at.0).fetch_one(connection).await?)
}

async fn create(
    connection: &mut PgConnection,
    op: &Op,
    account: &AccountCreate,
    salt: Option<[u8; 16]>,
    request: &Prepared,
) -> Result<String> {
    let Private::Account(private) = &request.private else { return Ok("private".to_owned()) };
    if salt.map(|salt| private.commitment(&salt)) != Some(account.commitment) {
        return Ok("private".to_owned());
    }
    let query = match token(request) {
        Some(token) => sqlx::query_scalar("SELECT identity.account_create($1, $2, $3, $4, $5::jsonb, $6)").bind(token),
        None => sqlx::query_scalar("SELECT identity.account_create_($1, $2, $3, $4::jsonb, $5)"),
    };
    let said = query
        .bind(op.subject)
        .bind(i32::from(account.roles.0))
        .bind(account.unit.map(|unit| unit.0))
        .bind(json(private)?)
        .bind(request.received_at.0)
        .fetch_one(connection)
        .await?;
    Ok(said)
}

async fn give(
    connection: &mut PgConnection,
    op: &Op,
    plan: &AssignmentPlan,
    private: &PrivatePlan,
    request: &Prepared,
    states: &States,
) -> Result<String> {
    let mut tasks = Vec::with_capacity(plan.tasks.len());
    for task in &plan.tasks {
        // The rules have asked for it already.
        let Some(venue) = states.venues.get(&task.venue) else { return Ok("venue".to_owned()) };
        let (handle, account) = chosen(private, task.id);
        tasks.push(GivenTask {
            assignment: task.id.0,
            visit: VisitId::of(task.id).0,
            venue: venue.id.0,
            unit: venue.unit.0,
            county: venue.county.0,
            from: task.window.from.0,
            until: task.window.until.0,
            handle,
            account: account.map(|account| account.0),
        });
    }
    let query = match token(request) {
        Some(token) => sqlx::query_scalar("SELECT identity.plan($1, $2, $3::jsonb, $4, $5, $6)").bind(token),
        None => sqlx::query_scalar("SELECT identity.plan_(NULL, $1, $2::jsonb, $3, $4, $5)"),
    };
    let said = query
        .bind(op.id.0)
        .bind(json(&tasks)?)
        .bind(private.seed.to_vec())
        .bind(private.lock_out_ms)
        .bind(request.received_at.0)
        .fetch_one(connection)
        .await?;
    Ok(said)
}

fn chosen(private: &PrivatePlan, task: AssignmentId) -> (Option<Uuid>, Option<AccountId>) {
    match private.who.get(&task) {
        None => (None, None),
        Some(Who::Handle(handle)) => (Some(handle.0), None),
        Some(Who::Account(account)) => (None, Some(*account)),
    }
}

fn token(request: &Prepared) -> Option<Vec<u8>> {
    request.caller.map(|caller| caller.hash().0.to_vec())
}

fn bad_private() -> Verdict {
    Verdict::Refused { code: RefusedCode::BadValue, detail: "private".to_owned() }
}

/// The verdict on what `identity` said; '' is nothing in the way.
fn refusal(said: &str, payload: &Payload) -> Option<Verdict> {
    let code = match said {
        "" => return None,
        "private" => RefusedCode::BadValue,
        "role" | "tie" => RefusedCode::NotAllowed,
        "login" | "task" => RefusedCode::Exists,
        "open" => RefusedCode::AlreadyDecided,
        "account" if matches!(payload, Payload::AccountCreate(_)) => RefusedCode::Exists,
        _ => RefusedCode::Unknown,
    };
    Some(Verdict::Refused { code, detail: said.to_owned() })
}
