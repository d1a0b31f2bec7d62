//! Answers as CSV, of the visits exactly as filtered: piece by piece, whatever their number.

use std::collections::HashMap;

use domain::{
    checklist::{ChecklistVersion, Item},
    ids::{ChecklistVersionId, ItemId, TenantId},
    role::Action,
    text::Lang,
    time::ZoneOffset,
};
use store::{
    Store,
    hq::{
        self, Stretch,
        answers::{Answered, Lists},
        visits::Filter,
    },
};

use super::{
    csv::{Table, may, push_cell, whole},
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

/// The questions of a checklist version, by item.
type Items = HashMap<ItemId, Item>;

/// What was read at once.
pub type Piece = Vec<Answered>;

/// What is still to be read of a download. Each piece is read in a transaction of its own: whoever downloads slowly
/// holds nothing.
#[derive(Debug)]
pub struct Pieces {
    store: Store,
    tenant: TenantId,
    filter: Filter,
    lists: Lists,
    /// Where it goes on.
    from: Stretch,
    /// How many visits the next piece has.
    visits: usize,
}

impl Pieces {
    /// The next piece, and what follows it.
    ///
    /// # Errors
    /// The database failed; [`HqError::TooWide`] for the first piece.
    pub async fn next(mut self) -> Result<(Piece, Option<Self>), HqError> {
        let mut tx = self.store.read_planned(self.tenant).await?;
        whole(&mut tx, &self.filter, self.from).await?;
        let (piece, last) = hq::answers::fetch(&mut tx, &self.filter, self.from, self.visits, &mut self.lists).await?;
        tx.rollback().await.map_err(store::Error::from)?;
        let rest = last.map(|last| Self { from: Stretch::OlderThan(last), visits: STEP, ..self });
        Ok((piece, rest))
    }
}

/// Puts a download into words.
#[derive(Debug)]
pub struct Wording {
    lang: Lang,
    zone: ZoneOffset,
    lists: HashMap<ChecklistVersionId, Items>,
}

impl Wording {
    /// The line above everything.
    #[must_use]
    pub fn heads(&self) -> String {
        Table::new(self.lang, self.zone, &HEADS).text
    }

    /// The lines of a piece.
    #[must_use]
    pub fn lines(&mut self, piece: &Piece) -> String {
        let mut table = Table::empty(self.lang, self.zone);
        for one in piece {
            self.rows(&mut table, one);
        }
        table.text
    }

    /// One row an answer.
    fn rows(&mut self, table: &mut Table, Answered { visit, document, list }: &Answered) {
        let items =
            self.lists.entry(document.checklist).or_insert_with(|| list.as_deref().map(items).unwrap_or_default());
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
            let item = items.get(id);
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

/// The download of what `get` filters by.
///
/// # Errors
/// [`HqError::SignedOut`], [`HqError::NotAllowed`].
pub fn begin(caller: &Caller, lang: Lang, get: impl Fn(&str) -> Option<String>) -> Result<(Wording, Pieces), HqError> {
    let who = may(caller, Action::ReadRawVisit)?;
    let pieces = Pieces {
        store: caller.server.store.clone(),
        tenant: who.tenant,
        filter: store_filter(&VisitFilter::read(get)),
        lists: Lists::default(),
        from: Stretch::Newest,
        visits: FIRST,
    };
    Ok((Wording { lang, zone: who.zone, lists: HashMap::new() }, pieces))
}

fn items(list: &ChecklistVersion) -> Items {
    list.items().map(|item| (item.id, item.clone())).collect()
}
