//! What changed for one person since their cursor.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId, TenantId, VenueId, VisitId},
    time::Moment,
    visit::VisitState,
};
use mutants::{Mutant, planted};
use protocol::pull::{Change, Pulled, Task, TaskVisit};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::cursor::{Cursor, Mark};
use crate::{
    Store, Tx,
    by_key::{ASSIGNMENTS, VENUES, VERIFIED, VISITS_WITH_DOCUMENTS},
    error::{Error, Result},
    packed::{Words, unpack},
    rows::{AssignmentRow, VenueRow, VisitRow, digest, parse, unsigned},
    session::{is_due, over_for_good, roll},
    writer::load::read_checklists,
};

/// How many tasks one answer holds.
const PAGE: usize = 50;
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
    visit: VisitId,
    rev: i64,
    granted_rev: i64,
    kind: i16,
    elsewhere: bool,
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
            let mut notices = notices(&mut tx, token, from, now).await?;
            pulled.more = notices.len() > PAGE;
            notices.truncate(PAGE);
            if let Some(last) = notices.last() {
                let told = if pulled.more { from.told } else { last.rev };
                pulled.cursor = Cursor { rev: last.rev, task: last.assignment.0, told, ..from }.text();
            }
            fill(&mut tx, tenant, &notices, from, &mut pulled).await?;
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

async fn notices(tx: &mut Tx, token: Sha256, from: Cursor, now: Moment) -> Result<Vec<Notice>> {
    let rows = sqlx::query(
        "SELECT assignment_id, visit_id, rev, granted_rev, kind, elsewhere
         FROM identity.inbox_after($1, $2, $3, $4, $5)",
    )
    .bind(token.0.to_vec())
    .bind(now.0)
    .bind(from.rev)
    .bind(from.task)
    .bind(PAGE as i32 + 1)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                assignment: AssignmentId(row.try_get("assignment_id")?),
                visit: VisitId(row.try_get("visit_id")?),
                rev: row.try_get("rev")?,
                granted_rev: row.try_get("granted_rev")?,
                kind: row.try_get("kind")?,
                elsewhere: row.try_get("elsewhere")?,
            })
        })
        .collect()
}

async fn fill(
    tx: &mut PgConnection,
    tenant: TenantId,
    notices: &[Notice],
    from: Cursor,
    pulled: &mut Pulled,
) -> Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let assignments = assignments(tx, tenant, notices).await?;
    let mut venues: Vec<Uuid> = assignments.values().map(|assignment| assignment.venue.0).collect();
    venues.sort_unstable();
    venues.dedup();
    let venues = read_venues(tx, tenant, venues).await?;
    let mut visits = visits(tx, tenant, notices, from).await?;
    let mut wanted = Vec::new();
    for notice in notices {
        // Its assignment was granted by an op that a restore has lost: the phone keeps what it has.
        let Some(assignment) = assignments.get(&notice.assignment) else { continue };
        if notice.kind == WITHDRAWN {
            pulled.changes.push(Change::Withdraw { assignment: assignment.id, state: assignment.state });
            continue;
        }
        let venue = venues.get(&assignment.venue).cloned().ok_or_else(|| Error::Inconsistent {
            table: "venue",
            what: format!("task {} names a venue that is not there", assignment.id),
        })?;
        if notice.granted_rev > from.told {
            wanted.push(assignment.checklist.0);
        }
        let visit = visits.remove(&notice.visit);
        pulled.changes.push(Change::Task(Box::new(Task { assignment: assignment.clone(), venue, visit })));
    }
    if !wanted.is_empty() {
        wanted.sort_unstable();
        wanted.dedup();
        let versions = read_checklists(tx, tenant, wanted).await?;
        pulled.checklists = versions.into_iter().map(|(id, version)| (id, (*version).clone())).collect();
    }
    Ok(())
}

async fn assignments(
    tx: &mut PgConnection,
    tenant: TenantId,
    notices: &[Notice],
) -> Result<HashMap<AssignmentId, domain::assignment::Assignment>> {
    let ids: Vec<Uuid> = notices.iter().map(|notice| notice.assignment.0).collect();
    let rows = sqlx::query(ASSIGNMENTS).bind(tenant.0).bind(ids).fetch_all(tx).await?;
    rows.iter().map(|row| AssignmentRow::read(row).map(|assignment| (assignment.id, assignment))).collect()
}

async fn read_venues(
    tx: &mut PgConnection,
    tenant: TenantId,
    ids: Vec<Uuid>,
) -> Result<HashMap<VenueId, domain::org::Venue>> {
    let rows = sqlx::query(VENUES).bind(tenant.0).bind(ids).fetch_all(tx).await?;
    rows.iter().map(|row| VenueRow::read(row).map(|venue| (venue.id, venue))).collect()
}

async fn visits(
    tx: &mut PgConnection,
    tenant: TenantId,
    notices: &[Notice],
    from: Cursor,
) -> Result<HashMap<VisitId, TaskVisit>> {
    let elsewhere: HashMap<VisitId, bool> = notices.iter().map(|notice| (notice.visit, notice.elsewhere)).collect();
    let ids: Vec<Uuid> = elsewhere.keys().map(|visit| visit.0).collect();
    let mut lists: HashMap<Uuid, Option<Words>> = HashMap::new();
    let mut visits = HashMap::new();
    let rows = sqlx::query(VISITS_WITH_DOCUMENTS).bind(tenant.0).bind(ids.clone()).fetch_all(&mut *tx).await?;
    for row in rows {
        let visit = VisitRow::read(&row)?;
        let elsewhere = elsewhere.get(&visit.id).copied().unwrap_or_default();
        // Whoever filled it in has it, but for a phone that begins anew or mends what another wrote.
        let needs = from.told == 0 || elsewhere || visit.state == VisitState::Returned;
        let packed: Option<&[u8]> = row.try_get::<Option<_>, _>("document")?.filter(|_| needs);
        let document = match packed {
            Some(packed) => {
                let list: Uuid = row.try_get("list")?;
                if let Entry::Vacant(new) = lists.entry(list) {
                    let read = read_checklists(&mut *tx, tenant, vec![list]).await?;
                    new.insert(read.values().next().map(|list| Words::of(list)));
                }
                let words = lists.get(&list).and_then(Option::as_ref);
                Some(parse("visit_revision", &unpack("visit_revision", packed, words)?)?)
            }
            None => None,
        };
        visits.insert(
            visit.id,
            TaskVisit {
                state: visit.state,
                revision: visit.revision,
                submission: visit.submission,
                elsewhere,
                returned: visit.returned,
                score: visit.score,
                verified: Vec::new(),
                document,
                decided_at: visit.decision.map(|decision| decision.at),
            },
        );
    }
    for row in sqlx::query(VERIFIED).bind(tenant.0).bind(ids).fetch_all(tx).await? {
        if let Some(visit) = visits.get_mut(&VisitId(row.try_get("visit_id")?)) {
            visit.verified.push(digest("evidence", row.try_get("sha256")?)?);
        }
    }
    Ok(visits)
}
