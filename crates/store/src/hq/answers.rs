//! What the visits of the list answered: for a download, a stretch at a time.

use std::collections::{HashMap, hash_map::Entry};

use domain::{
    ids::{ChecklistVersionId, VisitId},
    visit::VisitDocument,
};
use sqlx::Row as _;
use uuid::Uuid;

use super::{
    Cursor, Stretch, checklists, document,
    visits::{self, Filter, VisitRow},
};
use crate::{Tx, error::Result, packed::Words, rows::signed};

/// A visit of the list with the document that was handed in last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The visit.
    pub visit: VisitRow,
    /// Its answers.
    pub document: VisitDocument,
}

/// What up to `limit` visits in the order of `stretch` answered, and the place of the last of them; those in which
/// nothing was handed in yet have no answers. No place: there are no more.
///
/// # Errors
/// The database failed.
pub async fn fetch(
    tx: &mut Tx,
    filter: &Filter,
    stretch: Stretch,
    limit: usize,
) -> Result<(Vec<Answered>, Option<Cursor>)> {
    let visits = visits::fetch(tx, filter, stretch, limit).await?;
    let last = visits.last().map(visits::place).filter(|_| visits.len() == limit);
    let mut documents = documents(tx, &visits).await?;
    let answered = visits.into_iter().filter_map(|visit| {
        let document = documents.remove(&visit.id)?;
        Some(Answered { visit, document })
    });
    Ok((answered.collect(), last))
}

async fn documents(tx: &mut Tx, of: &[VisitRow]) -> Result<HashMap<VisitId, VisitDocument>> {
    let ids: Vec<Uuid> = of.iter().map(|visit| visit.id.0).collect();
    let submissions = of.iter().map(|visit| signed(visit.submission)).collect::<Result<Vec<_>>>()?;
    let rows = sqlx::query(
        "SELECT r.visit_id, r.checklist_id, r.document FROM unnest($1::uuid[], $2::integer[]) AS x (visit, submission)
         CROSS JOIN LATERAL (
             SELECT * FROM app.visit_revision WHERE visit_id = x.visit AND submission = x.submission LIMIT 1) AS r",
    );
    let rows = rows.bind(ids).bind(submissions).fetch_all(&mut **tx).await?;
    let mut words: HashMap<Uuid, Option<Words>> = HashMap::new();
    let mut documents = HashMap::with_capacity(rows.len());
    for row in &rows {
        let list: Uuid = row.try_get("checklist_id")?;
        let words = match words.entry(list) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                new.insert(checklists::one(tx, ChecklistVersionId(list)).await?.as_ref().map(Words::of))
            }
        };
        documents.insert(VisitId(row.try_get("visit_id")?), document(row, words.as_ref())?);
    }
    Ok(documents)
}
