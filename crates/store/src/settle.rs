//! Visits whose score waits for an answer that can no longer come in time.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    checklist::ChecklistVersion,
    ids::{AssignmentId, ChecklistVersionId, TenantId},
    op::{Conclusion, payload::VisitSettle},
    scoring::{SETTLE_GRACE_MS, settles_at},
    time::Moment,
    visit::VisitDocument,
};
use sqlx::Row as _;
use uuid::Uuid;

use crate::{
    Store, Tx,
    error::Result,
    hq::checklists,
    packed::{Words, unpack},
    planned::kept_plan,
    rows::unsigned,
};

/// A visit whose score can become final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Which of its submissions is scored.
    pub submission: u32,
    /// What the server is to say of it.
    pub settle: VisitSettle,
}

impl From<Unsettled> for Conclusion {
    fn from(Unsettled { submission, settle }: Unsettled) -> Self {
        Self::settled(settle, submission)
    }
}

/// Where one look at the visits that wait has come to.
type Place = (i64, Uuid);

/// Visits that are looked at together.
const AT_ONCE: i64 = 200;

/// What waits, the oldest first, with what was handed in last.
const WAITING: &str = "SELECT v.visit_id, v.received_at, v.submission, v.assignment_id, r.checklist_id, a.rural, r.document \
    FROM app.visit v \
    JOIN app.assignment a ON a.tenant_id = v.tenant_id AND a.assignment_id = v.assignment_id \
    JOIN app.visit_revision r ON r.tenant_id = v.tenant_id AND r.visit_id = v.visit_id AND r.submission = v.submission \
        AND r.checklist_id = v.checklist_id \
    WHERE v.tenant_id = $1 AND v.score_provisional AND v.state IN (2, 4) AND (v.received_at, v.visit_id) > ($2, $3) \
    ORDER BY v.received_at, v.visit_id LIMIT $4";

impl Store {
    /// Visits for whose later answers nobody waits any more at `now`, at most some more than `limit`. Every visit that
    /// waits is looked at: when its time is over stands in its document and its checklist. One that cannot be read is
    /// left to `verify`, and keeps back no other.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unsettled(&self, tenant: TenantId, now: Moment, limit: usize) -> Result<Vec<Unsettled>> {
        let mut tx = self.read_planned(tenant).await?;
        let mut lists = BTreeMap::new();
        let mut found = Vec::new();
        let mut place = Some((i64::MIN, Uuid::nil()));
        while let Some(after) = place.filter(|_| found.len() < limit) {
            place = look(&mut tx, tenant, after, &mut lists, now, &mut found).await?;
        }
        Ok(found)
    }
}

type Lists = BTreeMap<ChecklistVersionId, Arc<(ChecklistVersion, Words)>>;

/// Looks at some visits; where they end, if there may be more.
async fn look(
    tx: &mut Tx,
    tenant: TenantId,
    after: Place,
    lists: &mut Lists,
    now: Moment,
    found: &mut Vec<Unsettled>,
) -> Result<Option<Place>> {
    let rows = sqlx::query(WAITING).bind(tenant.0).bind(after.0).bind(after.1).bind(AT_ONCE);
    let rows = rows.fetch_all(&mut **tx).await?;
    let mut last = None;
    for row in &rows {
        last = Some((row.try_get("received_at")?, row.try_get("visit_id")?));
        let checklist = ChecklistVersionId(row.try_get("checklist_id")?);
        let list = list(tx, lists, checklist).await?;
        let document = list.as_ref().and_then(|list| {
            let text = unpack("visit_revision", row.try_get("document").ok()?, Some(&list.1)).ok()?;
            serde_json::from_str::<VisitDocument>(&text).ok()
        });
        let (Some(list), Some(document)) = (list, document) else {
            let visit: Uuid = row.try_get("visit_id")?;
            tracing::error!(%visit, "what was handed in cannot be read: its score stays as it is");
            continue;
        };
        let settles = settles_at(&list.0, &document, row.try_get("rural")?);
        if settles.is_some_and(|at| now > at.plus(SETTLE_GRACE_MS)) {
            let settle = VisitSettle { assignment: AssignmentId(row.try_get("assignment_id")?), checklist };
            let submission = unsigned("visit", row.try_get::<i32, _>("submission")?.into())?;
            found.push(Unsettled { submission, settle });
        }
    }
    Ok(last.filter(|_| rows.len() as i64 == AT_ONCE))
}

async fn list(
    tx: &mut Tx,
    lists: &mut Lists,
    id: ChecklistVersionId,
) -> Result<Option<Arc<(ChecklistVersion, Words)>>> {
    if let Some(list) = lists.get(&id) {
        return Ok(Some(Arc::clone(list)));
    }
    let Some(list) = checklists::one(tx, id).await? else { return Ok(None) };
    let words = Words::of(&list);
    Ok(Some(Arc::clone(lists.entry(id).or_insert(Arc::new((list, words))))))
}

/// How the database finds what waits: by an index of nothing else.
///
/// # Errors
/// The database failed.
pub async fn plan_of_waiting(tx: &mut Tx) -> Result<Vec<String>> {
    kept_plan(tx, WAITING, 4).await
}
