//! One visit with everything that a reviewer judges.

use std::collections::BTreeSet;

use domain::{
    assignment::{AssignmentState, Scenario, VisitMode},
    checklist::ChecklistVersion,
    evidence::Sha256,
    ids::{AccountId, AliasId, AssignmentId, ChecklistVersionId, OrgUnitId, VenueId, VisitId},
    org::Venue,
    place::{Fix, NoFix, Whereabouts},
    text::Text,
    time::Moment,
    visit::{Decision, Presence, Visit, VisitDocument, VisitState},
};
use sqlx::{Row as _, postgres::PgRow};

use super::{checklists, count, document, findings::FindingRow, json_or_none, org, visits::score};
use crate::{
    Tx,
    code::Code,
    error::{Error, Result},
    packed::Words,
};

/// One visit with everything that a reviewer judges.
#[derive(Clone, Debug)]
pub struct VisitSheet {
    /// The visit.
    pub visit: Visit,
    /// Its task was called back while it was under way.
    pub called_back: bool,
    /// Its venue.
    pub venue: Venue,
    /// The name of the county branch.
    pub county_name: Text,
    /// The checklist version that was answered.
    pub checklist: ChecklistVersion,
    /// The role that was to be played.
    pub scenario: Option<Scenario>,
    /// The published commitments of the task.
    pub commitments: Vec<Text>,
    /// What was handed in, first to last.
    pub submissions: Vec<Submission>,
    /// The bytes that have arrived and whose hash is right.
    pub verified: BTreeSet<Sha256>,
    /// What the visit found.
    pub findings: Vec<FindingRow>,
}

/// One handing-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// 1, 2, 3 …
    pub number: u32,
    /// When it arrived, by the server's clock.
    pub received_at: Moment,
    /// What was handed in.
    pub document: VisitDocument,
}

/// One visit, or `None` if there is none with this id.
///
/// # Errors
/// The database failed, or a row that the visit names is missing.
pub async fn read(tx: &mut Tx, id: VisitId) -> Result<Option<VisitSheet>> {
    let row = sqlx::query(
        "SELECT v.*, v.returned::text AS returned_text, c.name::text AS county_name, \
         a.scenario::text AS scenario, a.commitments::text AS commitments, a.state AS task_state \
         FROM app.visit v \
         LEFT JOIN app.org_unit c ON c.unit_id = v.county_id \
         LEFT JOIN app.assignment a ON a.assignment_id = v.assignment_id \
         WHERE v.visit_id = $1",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let visit = visit(&row)?;
    let task_state: Option<i16> = row.try_get("task_state")?;
    let called_back = visit.state == VisitState::UnderWay && task_state == Some(AssignmentState::Recalled.code());
    let missing = |table| Error::Inconsistent { table, what: format!("visit {id} names a row that is not there") };
    let venue = org::one_venue(tx, visit.venue).await?.ok_or_else(|| missing("venue"))?;
    let checklist = checklists::one(tx, visit.checklist).await?.ok_or_else(|| missing("checklist_version"))?;
    Ok(Some(VisitSheet {
        county_name: json_or_none(&row, "county_name")?.unwrap_or_default(),
        scenario: json_or_none(&row, "scenario")?,
        commitments: json_or_none(&row, "commitments")?.unwrap_or_default(),
        submissions: submissions(tx, id, &checklist).await?,
        verified: verified(tx, id).await?,
        findings: super::findings::of_visit(tx, id).await?,
        visit,
        called_back,
        venue,
        checklist,
    }))
}

/// How far a visit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Counts what people did to it.
    pub revision: u32,
    /// Pieces of evidence whose bytes are here.
    pub evidence_verified: u32,
}

/// How far a visit has come; `None` if this tenant has none of that id.
///
/// # Errors
/// The database failed.
pub async fn standing(tx: &mut Tx, id: VisitId) -> Result<Option<Standing>> {
    let row = sqlx::query("SELECT revision, evidence_verified FROM app.visit WHERE visit_id = $1");
    let row = row.bind(id.0).fetch_optional(&mut **tx).await?;
    let standing = |row: PgRow| {
        Ok(Standing { revision: count(&row, "revision")?, evidence_verified: count(&row, "evidence_verified")? })
    };
    row.map(standing).transpose()
}

async fn submissions(tx: &mut Tx, id: VisitId, list: &ChecklistVersion) -> Result<Vec<Submission>> {
    let words = Words::of(list);
    let rows = sqlx::query(
        "SELECT submission, received_at, document FROM app.visit_revision \
         WHERE visit_id = $1 ORDER BY submission",
    )
    .bind(id.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Submission {
                number: count(row, "submission")?,
                received_at: Moment(row.try_get("received_at")?),
                document: document(row, Some(&words))?,
            })
        })
        .collect()
}

async fn verified(tx: &mut Tx, id: VisitId) -> Result<BTreeSet<Sha256>> {
    let rows = sqlx::query("SELECT DISTINCT sha256 FROM app.evidence WHERE visit_id = $1 AND verified")
        .bind(id.0)
        .fetch_all(&mut **tx)
        .await?;
    rows.iter()
        .map(|row| {
            let bytes: &[u8] = row.try_get("sha256")?;
            bytes.try_into().map(Sha256).map_err(|_| Error::Inconsistent {
                table: "evidence",
                what: "a hash that is not 32 bytes long".to_owned(),
            })
        })
        .collect()
}

fn visit(row: &PgRow) -> Result<Visit> {
    let assignment = AssignmentId(row.try_get("assignment_id")?);
    let decision = match (row.try_get::<Option<_>, _>("decided_by")?, row.try_get::<Option<_>, _>("decided_at")?) {
        (Some(by), Some(at)) => Some(Decision {
            by: AccountId(by),
            at: Moment(at),
            reason: row.try_get::<Option<String>, _>("decision_reason")?.unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(Visit {
        id: VisitId(row.try_get("visit_id")?),
        assignment,
        alias: AliasId::of(assignment),
        venue: VenueId(row.try_get("venue_id")?),
        unit: OrgUnitId(row.try_get("unit_id")?),
        county: OrgUnitId(row.try_get("county_id")?),
        checklist: ChecklistVersionId(row.try_get("checklist_id")?),
        topic: row.try_get("topic")?,
        mode: VisitMode::from_code(row.try_get("mode")?)?,
        state: <VisitState as Code>::from_code(row.try_get("state")?)?,
        revision: count(row, "revision")?,
        submission: count(row, "submission")?,
        arrived: presence(
            row,
            ["arrived_at", "arrived_lat", "arrived_lon", "arrived_accuracy_m", "arrived_age_ms", "arrived_no_fix"],
        )?,
        left: presence(row, ["left_at", "left_lat", "left_lon", "left_accuracy_m", "left_age_ms", "left_no_fix"])?,
        received_at: row.try_get::<Option<_>, _>("received_at")?.map(Moment),
        score: score(row)?,
        evidence_expected: count(row, "evidence_expected")?,
        evidence_verified: count(row, "evidence_verified")?,
        returned: json_or_none(row, "returned_text")?.unwrap_or_default(),
        decision,
    })
}

fn presence(row: &PgRow, [at, lat, lon, accuracy, age, no_fix]: [&'static str; 6]) -> Result<Option<Presence>> {
    let Some(at) = row.try_get::<Option<i64>, _>(at)? else { return Ok(None) };
    let whereabouts = match (row.try_get(lat)?, row.try_get(lon)?) {
        (Some(lat), Some(lon)) => Whereabouts::Fix(Fix {
            lat,
            lon,
            accuracy_m: row
                .try_get::<Option<i64>, _>(accuracy)?
                .and_then(|m| u32::try_from(m).ok())
                .unwrap_or(u32::MAX),
            age_ms: row.try_get::<Option<i64>, _>(age)?.unwrap_or(0),
        }),
        _ => Whereabouts::None(match row.try_get::<Option<i16>, _>(no_fix)? {
            Some(code) => NoFix::from_code(code)?,
            None => NoFix::Unavailable,
        }),
    };
    Ok(Some(Presence { at: Moment(at), whereabouts }))
}
