//! Answers as CSV, of the visits exactly as filtered: piece by piece, whatever their number.

use std::collections::{HashMap, hash_map::Entry};

use domain::{
    checklist::{ChecklistVersion, Item},
    ids::{ChecklistVersionId, ItemId, TenantId},
    role::Action,
    text::Lang,
    time::ZoneOffset,
};
use store::{
    Store,
    hq::{self, Stretch, answers::Answered, visits::Filter},
};

use super::{
    csv::{Table, may, push_cell},
    gate::Caller,
    rows::store_filter,
};
use crate::{
    error::HqError,
    labels,
    visit::answer_text::answer_text,
    visits::filter::VisitFilter,
    words::{Word, w},
};

/// Visits of the first piece: whoever asks sees at once that something comes.
const FIRST: usize = 20;
/// Visits of each further piece: about a megabyte.
const STEP: usize = 100;
/// The columns.
const HEADS: [Word; 13] = [
    w("走访", "Visit"),
    w("化名", "Alias"),
    w("对象", "Venue"),
    w("县分", "County"),
    w("专项", "Topic"),
    w("状态", "State"),
    w("收到", "Received"),
    w("题目", "Item"),
    w("内容", "Question"),
    w("答案", "Answer"),
    w("红线", "Red line"),
    w("说明", "Note"),
    w("作答", "Answered"),
];

/// A checklist version, by item.
type Items = HashMap<ItemId, Item>;

/// A download of answers. Each piece is read in a transaction of its own: whoever downloads slowly holds nothing.
#[derive(Debug)]
pub struct Answers {
    store: Store,
    tenant: TenantId,
    filter: Filter,
    lang: Lang,
    zone: ZoneOffset,
    lists: HashMap<ChecklistVersionId, Items>,
    /// Where it goes on; `None` at the end.
    rest: Option<Stretch>,
}

impl Answers {
    /// The download of what `get` filters by, and its first piece.
    ///
    /// # Errors
    /// [`HqError::SignedOut`], [`HqError::NotAllowed`]; the database failed.
    pub async fn begin(
        caller: &Caller,
        lang: Lang,
        get: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, String), HqError> {
        let who = may(caller, Action::ReadRawVisit)?;
        let mut answers = Self {
            store: caller.server.store.clone(),
            tenant: who.tenant,
            filter: store_filter(&VisitFilter::read(get)),
            lang,
            zone: who.zone,
            lists: HashMap::new(),
            rest: Some(Stretch::Newest),
        };
        let mut table = Table::new(lang, who.zone, &HEADS);
        answers.read(&mut table, FIRST).await?;
        Ok((answers, table.text))
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next(&mut self) -> Result<Option<String>, HqError> {
        if self.rest.is_none() {
            return Ok(None);
        }
        let mut table = Table::empty(self.lang, self.zone);
        self.read(&mut table, STEP).await?;
        Ok(Some(table.text))
    }

    async fn read(&mut self, table: &mut Table, visits: usize) -> Result<(), HqError> {
        let Some(stretch) = self.rest else { return Ok(()) };
        let mut tx = self.store.read(self.tenant).await?;
        let (answered, last) = hq::answers::fetch(&mut tx, &self.filter, stretch, visits).await?;
        for one in &answered {
            if let Entry::Vacant(unknown) = self.lists.entry(one.document.checklist) {
                let list = hq::checklists::one(&mut tx, one.document.checklist).await?;
                unknown.insert(list.map(items).unwrap_or_default());
            }
            self.rows(table, one);
        }
        tx.rollback().await.map_err(store::Error::from)?;
        self.rest = last.map(Stretch::OlderThan);
        Ok(())
    }

    /// One row an answer.
    fn rows(&self, table: &mut Table, Answered { visit, document }: &Answered) {
        let nothing = Items::new();
        let list = self.lists.get(&document.checklist).unwrap_or(&nothing);
        // What is the same in all rows of a visit is written once.
        let mut of_visit = String::new();
        for cell in [
            &visit.id.to_string(),
            &visit.alias.code(),
            visit.venue_name.get(self.lang),
            visit.county_name.get(self.lang),
            &table.topic(&visit.topic),
            labels::visit_state(visit.state).1.get(self.lang),
            &table.at(visit.received_at),
        ] {
            push_cell(&mut of_visit, cell);
            of_visit.push(',');
        }
        for (id, answer) in &document.answers {
            let item = list.get(id);
            let said = item.and_then(|item| answer_text(item, answer, self.lang)).unwrap_or_default();
            let ticked = if answer.ticked { table.word(w("是", "yes")) } else { String::new() };
            table.text.push_str(&of_visit);
            table.row(&[
                item.map_or_else(|| id.to_string(), |item| item.code.clone()).as_str(),
                item.map_or("", |item| item.criterion.get(self.lang)),
                &said,
                &ticked,
                &answer.note,
                &table.at(document.answered_at.get(id).copied()),
            ]);
        }
    }
}

fn items(list: ChecklistVersion) -> Items {
    list.sections.into_iter().flat_map(|section| section.items).map(|item| (item.id, item)).collect()
}
