//! One visit, whole.

use std::collections::BTreeMap;

use domain::{
    ids::{AccountId, VisitId},
    role::Action,
    time::{MINUTE_MS, Moment},
    visit::VisitState,
};
use store::hq;

use crate::{
    error::HqError,
    loaded::Loaded,
    ssr::{Reading, caller, failed, reading},
    visit::shape::{FoundFinding, HandedIn, VisitSheet, Watched},
};

/// Somebody who looked at a visit within so much time still looks at it. ms.
const LOOKING_MS: i64 = 2 * MINUTE_MS;

pub(crate) async fn visit(id: VisitId) -> Result<Loaded<VisitSheet>, HqError> {
    let mut reading = reading(&[Action::ReadRawVisit]).await?;
    let sheet = hq::visit::read(&mut reading.tx, id).await.map_err(|error| failed(error.into()))?;
    let sheet = sheet.ok_or_else(|| failed(HqError::NotFound))?;
    let names = colleagues(&mut reading).await?;
    let decided_by = sheet.visit.decision.as_ref().and_then(|decision| names.get(&decision.by).cloned());
    Ok(reading.loaded(VisitSheet {
        others: others(&reading, id, &names).await,
        decided_by,
        county_name: sheet.county_name,
        scenario: sheet.scenario,
        commitments: sheet.commitments,
        submissions: sheet
            .submissions
            .into_iter()
            .map(|one| HandedIn { number: one.number, received_at: one.received_at, document: one.document })
            .collect(),
        verified: sheet.verified,
        findings: sheet
            .findings
            .into_iter()
            .map(|row| FoundFinding {
                id: row.finding.id,
                item_code: row.finding.item_code,
                title: row.finding.title,
                severity: row.finding.severity,
                state: row.finding.state,
                revision: row.finding.revision,
            })
            .collect(),
        called_back: sheet.called_back,
        venue: sheet.venue,
        checklist: sheet.checklist,
        visit: sheet.visit,
    }))
}

/// Who else looks at it, and how far it has come.
pub(crate) async fn watch(id: VisitId) -> Result<Watched, HqError> {
    let mut reading = reading(&[Action::ReadRawVisit]).await?;
    let standing = hq::visit::standing(&mut reading.tx, id).await.map_err(|error| failed(error.into()))?;
    let standing = standing.ok_or_else(|| failed(HqError::NotFound))?;
    let names = colleagues(&mut reading).await?;
    let others = others(&reading, id, &names).await;
    Ok(Watched { others, revision: standing.revision, evidence_verified: standing.evidence_verified })
}

async fn colleagues(reading: &mut Reading) -> Result<BTreeMap<AccountId, String>, HqError> {
    let names = hq::people::colleagues(&mut reading.tx, &reading.who.token.0, reading.now).await;
    names.map_err(|error| failed(error.into()))
}

/// Says that whoever reads has the visit open, and gives back who else has.
async fn others(reading: &Reading, id: VisitId, names: &BTreeMap<AccountId, String>) -> Vec<String> {
    let who = reading.who.person.account;
    let since = Moment(reading.now.0 - LOOKING_MS);
    let store = &reading.server.store;
    let others = hq::people::look_at(store, reading.who.tenant, id, who, reading.now, since).await;
    // That two see each other is a help: a visit is shown without it.
    others.unwrap_or_default().iter().filter_map(|account| names.get(account).cloned()).collect()
}

/// Who decided first, for whoever comes second; or that it was handed in again, which takes a decision back.
pub(crate) async fn decided(id: VisitId) -> Result<HqError, HqError> {
    let caller = caller()?;
    let who = caller.signed_in.clone().ok_or(HqError::SignedOut)?;
    let mut tx = caller.server.store.read_planned(who.tenant).await?;
    let names = hq::people::colleagues(&mut tx, &who.token.0, caller.server.process.now()).await?;
    let Some(sheet) = hq::visit::read(&mut tx, id).await? else { return Ok(HqError::NotFound) };
    Ok(match sheet.visit.decision {
        Some(decision) => HqError::Decided {
            by: names.get(&decision.by).cloned().unwrap_or_else(|| "HQ".to_owned()),
            at: decision.at,
        },
        None if sheet.visit.state == VisitState::Received => HqError::HandedInAgain,
        None => HqError::NotFound,
    })
}
