//! What changed for one person since their cursor.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use domain::{
    assignment::{Assignment, AssignmentState},
    evidence::Sha256,
    ids::{AccountId, AssignmentId, TenantId},
    org::Venue,
    time::Moment,
    visit::VisitState,
};
use mutants::{Mutant, planted};
use protocol::pull::{Change, Pulled, Task, TaskVisit};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::cursor::{Cursor, Mark};
use crate::{
    Store, Tx,
    by_key::{NOTICES, TASKS},
    code::Code,
    error::{Error, Result},
    packed::{Words, unpack},
    reasons::reasons,
    rows::{AssignmentRow, VenueRow, VisitRow, digest, parse, unsigned},
    session::{is_due, over_for_good, roll},
    writer::load::read_checklists,
};

/// How many tasks one answer holds at most.
const PAGE: usize = 100;
/// How many bytes of packed documents one answer holds, a last one that is larger not counted: on a line of 20 kbit/s that
/// is cut every half minute an answer still gets through whole.
const PAGE_BYTES: usize = 48 * 1024;
/// The kind of notice that closes a task.
const WITHDRAWN: i16 = 3;

/// What a pull came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// Nothing since the cursor: 204.
    Nothing,
    /// What changed.
    Changes(Box<Pulled>),
    /// The session is another person's than the phone believes.
    OtherAccount,
}

/// What the idle poll says.
struct Poll {
    account: AccountId,
    active: bool,
    epoch: u32,
    fresh: bool,
    is_due: bool,
    /// The mark of the cursor is of our own history.
    ours: bool,
    /// The newest batch, for the next cursor.
    newest: Mark,
}

/// One subject of the inbox.
struct Notice {
    assignment: AssignmentId,
    rev: i64,
    granted_rev: i64,
    kind: i16,
    visit: Option<TaskVisit>,
    /// The document of the visit as it lies there, and whose words it is packed by.
    packed: Option<(Uuid, Vec<u8>)>,
}

impl Store {
    /// What changed for whoever has this session, since `cursor` (from the start without one). `named`: on whose behalf
    /// the phone says that it asks.
    ///
    /// # Errors
    /// [`Error::Unauthorized`]: no such session. Or the database failed.
    pub async fn pull(
        &self,
        tenant: TenantId,
        token: Sha256,
        named: Option<AccountId>,
        cursor: Option<&str>,
        now: Moment,
    ) -> Result<Pull> {
        let cursor = cursor.and_then(Cursor::read);
        let Some(poll) = self.poll(tenant, token, cursor.unwrap_or_default(), now).await? else {
            over_for_good(self.touch(tenant).await?, token, now).await?;
            return Err(Error::Unauthorized);
        };
        if named.is_some_and(|named| named != poll.account) {
            return Ok(Pull::OtherAccount);
        }
        if poll.is_due {
            let mut tx = self.touch(tenant).await?;
            roll(&mut tx, token, now).await?;
            tx.commit().await?;
        }
        // A cursor of another epoch, or of a batch that we do not have, points into a history that was cut off:
        // from the start.
        let known = cursor.filter(|cursor| cursor.epoch == poll.epoch && poll.ours);
        if known.is_some() && !poll.fresh && poll.active {
            return Ok(Pull::Nothing);
        }
        let from = Cursor { mark: poll.newest, ..known.unwrap_or(Cursor { epoch: poll.epoch, ..Cursor::default() }) };
        let mut pulled = Pulled {
            epoch: poll.epoch,
            cursor: from.text(),
            more: false,
            server_time: now,
            changes: Vec::new(),
            checklists: BTreeMap::new(),
            deactivated: !poll.active,
        };
        if poll.active {
            let mut tx = self.read_planned(tenant).await?;
            let mut notices = notices(&mut tx, tenant, token, from, now).await?;
            let fit = fitting(&notices);
            pulled.more = notices.len() > fit;
            notices.truncate(fit);
            if let Some(last) = notices.last() {
                let told = if pulled.more { from.told } else { last.rev };
                pulled.cursor = Cursor { rev: last.rev, task: last.assignment.0, told, ..from }.text();
            }
            fill(&mut tx, tenant, notices, from, &mut pulled).await?;
        }
        Ok(Pull::Changes(Box::new(pulled)))
    }

    /// `None`: no such session.
    async fn poll(&self, tenant: TenantId, token: Sha256, cursor: Cursor, now: Moment) -> Result<Option<Poll>> {
        let row = sqlx::query(
            "SELECT account_id, active, epoch, fresh, expires_at, idle_ms, ours, batch, root
             FROM identity.polled($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(tenant.0)
        .bind(token.0.to_vec())
        .bind(now.0)
        .bind(cursor.rev)
        .bind(cursor.task)
        .bind(cursor.mark.batch)
        .bind(cursor.mark.root.to_vec())
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (expires_at, idle_ms) = (Moment(row.try_get("expires_at")?), row.try_get::<i64, _>("idle_ms")?);
        if planted(Mutant::DoubtsSessionsOfTomorrow) && expires_at.plus(-idle_ms) > now {
            return Ok(None);
        }
        let root: Option<&[u8]> = row.try_get("root")?;
        let root = root.map(|root| digest("batch_head", root)).transpose()?;
        Ok(Some(Poll {
            account: AccountId(row.try_get("account_id")?),
            ours: row.try_get("ours")?,
            newest: Mark::of(row.try_get("batch")?, root.unwrap_or(Sha256([0; 32]))),
            active: row.try_get("active")?,
            epoch: unsigned("tenant_head", row.try_get::<i32, _>("epoch")?.into())?,
            fresh: row.try_get("fresh")?,
            is_due: is_due(now, expires_at, idle_ms),
        }))
    }
}

async fn notices(tx: &mut Tx, tenant: TenantId, token: Sha256, from: Cursor, now: Moment) -> Result<Vec<Notice>> {
    let rows = sqlx::query(NOTICES)
        .bind(token.0.to_vec())
        .bind(now.0)
        .bind(from.rev)
        .bind(from.task)
        .bind(PAGE as i32 + 1)
        .bind(tenant.0)
        .bind(from.told == 0)
        .bind(Code::code(VisitState::Returned))
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(notice).collect()
}

/// How many of them one answer holds.
fn fitting(notices: &[Notice]) -> usize {
    let mut bytes = 0;
    let before_last = notices.iter().take(PAGE).take_while(|notice| {
        let had = bytes;
        bytes += notice.packed.as_ref().map_or(0, |(_, document)| document.len());
        had < PAGE_BYTES
    });
    before_last.count()
}

fn notice(row: &PgRow) -> Result<Notice> {
    let visit = match row.try_get::<Option<Uuid>, _>("visit_id")? {
        Some(_) => Some(task_visit(row)?),
        None => None,
    };
    let list: Option<Uuid> = row.try_get("list")?;
    Ok(Notice {
        assignment: AssignmentId(row.try_get("task")?),
        rev: row.try_get("rev")?,
        granted_rev: row.try_get("granted_rev")?,
        kind: row.try_get("kind")?,
        visit,
        packed: list.zip(row.try_get("document")?),
    })
}

/// The visit of a notice, without its document.
fn task_visit(row: &PgRow) -> Result<TaskVisit> {
    let visit = VisitRow::read(row)?;
    let verified = row.try_get::<Option<Vec<Vec<u8>>>, _>("verified")?.unwrap_or_default();
    Ok(TaskVisit {
        state: visit.state,
        revision: visit.revision,
        submission: visit.submission,
        elsewhere: row.try_get("elsewhere")?,
        returned: visit.returned,
        score: visit.score,
        verified: verified.iter().map(|sha256| digest("evidence", sha256)).collect::<Result<_>>()?,
        document: None,
        decided_at: visit.decision.map(|decision| decision.at),
    })
}

async fn fill(
    tx: &mut PgConnection,
    tenant: TenantId,
    notices: Vec<Notice>,
    from: Cursor,
    pulled: &mut Pulled,
) -> Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let mut tasks = tasks(tx, tenant, &notices).await?;
    let recalled = |notice: &&Notice| {
        tasks.get(&notice.assignment).is_some_and(|(task, _)| task.state == AssignmentState::Recalled)
    };
    let recalled: Vec<Uuid> = notices.iter().filter(recalled).map(|notice| notice.assignment.0).collect();
    let mut why = if recalled.is_empty() { HashMap::new() } else { reasons(&mut *tx, recalled).await? };
    let mut lists: HashMap<Uuid, Option<Words>> = HashMap::new();
    let mut wanted = Vec::new();
    for notice in notices {
        // Its assignment was granted by an op that a restore has lost: the phone keeps what it has.
        let Some((assignment, venue)) = tasks.remove(&notice.assignment) else { continue };
        if notice.kind == WITHDRAWN {
            let reason = why.remove(&assignment.id).unwrap_or_default();
            pulled.changes.push(Change::Withdraw { assignment: assignment.id, state: assignment.state, reason });
            continue;
        }
        if notice.granted_rev > from.told {
            wanted.push(assignment.checklist.0);
        }
        let mut visit = notice.visit;
        if let (Some(visit), Some((list, packed))) = (&mut visit, notice.packed) {
            if let Entry::Vacant(new) = lists.entry(list) {
                let read = read_checklists(&mut *tx, tenant, vec![list]).await?;
                new.insert(read.values().next().map(|list| Words::of(list)));
            }
            let words = lists.get(&list).and_then(Option::as_ref);
            visit.document = Some(parse("visit_revision", &unpack("visit_revision", &packed, words)?)?);
        }
        pulled.changes.push(Change::Task(Box::new(Task { assignment, venue, visit })));
    }
    if !wanted.is_empty() {
        wanted.sort_unstable();
        wanted.dedup();
        let versions = read_checklists(tx, tenant, wanted).await?;
        pulled.checklists = versions.into_iter().map(|(id, version)| (id, (*version).clone())).collect();
    }
    Ok(())
}

async fn tasks(
    tx: &mut PgConnection,
    tenant: TenantId,
    notices: &[Notice],
) -> Result<HashMap<AssignmentId, (Assignment, Venue)>> {
    let ids: Vec<Uuid> = notices.iter().map(|notice| notice.assignment.0).collect();
    let rows = sqlx::query(TASKS).bind(tenant.0).bind(ids).fetch_all(tx).await?;
    rows.iter()
        .map(|row| {
            let assignment = AssignmentRow::read(row)?;
            if row.try_get::<Option<&str>, _>("kind")?.is_none() {
                let what = format!("task {} names a venue that is not there", assignment.id);
                return Err(Error::Inconsistent { table: "venue", what });
            }
            Ok((assignment.id, (assignment, VenueRow::read_beside(row)?)))
        })
        .collect()
}
