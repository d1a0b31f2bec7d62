//! What the visits of the list answered: for a download, a stretch at a time.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use domain::{
    checklist::ChecklistVersion,
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
#[derive(Clone, Debug)]
pub struct Answered {
    /// The visit.
    pub visit: VisitRow,
    /// Its answers.
    pub document: VisitDocument,
    /// What was asked.
    pub list: Option<Arc<ChecklistVersion>>,
}

/// The checklists that were answered. They are immutable: whoever reads on keeps them from one stretch to the next.
#[derive(Debug, Default)]
pub struct Lists(HashMap<ChecklistVersionId, Option<List>>);

#[derive(Debug)]
struct List {
    version: Arc<ChecklistVersion>,
    words: Words,
}

impl Lists {
    async fn get(&mut self, tx: &mut Tx, id: ChecklistVersionId) -> Result<Option<&List>> {
        let list = match self.0.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let version = checklists::one(tx, id).await?;
                new.insert(version.map(|version| List { words: Words::of(&version), version: Arc::new(version) }))
            }
        };
        Ok(list.as_ref())
    }
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
    lists: &mut Lists,
) -> Result<(Vec<Answered>, Option<Cursor>)> {
    let visits = visits::fetch(tx, filter, stretch, limit).await?;
    let last = visits.last().map(visits::place).filter(|_| visits.len() == limit);
    let ids: Vec<Uuid> = visits.iter().map(|visit| visit.id.0).collect();
    let submissions = visits.iter().map(|visit| signed(visit.submission)).collect::<Result<Vec<_>>>()?;
    let rows = sqlx::query(
        "SELECT r.visit_id, r.checklist_id, r.document FROM unnest($1::uuid[], $2::integer[]) AS x (visit, submission)
         CROSS JOIN LATERAL (
             SELECT * FROM app.visit_revision WHERE visit_id = x.visit AND submission = x.submission LIMIT 1) AS r",
    );
    let rows = rows.bind(ids).bind(submissions).fetch_all(&mut **tx).await?;
    let mut documents = HashMap::with_capacity(rows.len());
    for row in &rows {
        let list = lists.get(tx, ChecklistVersionId(row.try_get("checklist_id")?)).await?;
        let answers = document(row, list.map(|list| &list.words))?;
        documents.insert(VisitId(row.try_get("visit_id")?), (answers, list.map(|list| Arc::clone(&list.version))));
    }
    let answered = visits.into_iter().filter_map(|visit| {
        let (document, list) = documents.remove(&visit.id)?;
        Some(Answered { visit, document, list })
    });
    Ok((answered.collect(), last))
}
