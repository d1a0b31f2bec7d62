//! Lists as CSV, exactly as filtered: piece by piece, a mark for Excel, and formulas that stay texts.

use domain::{
    ids::TenantId,
    role::Action,
    text::Lang,
    time::{ZoneOffset, show_date_time},
};
use store::{
    Store, Tx,
    hq::{self, Stretch},
};

use super::{
    gate::{Caller, SignedIn, enters},
    rows::{finding_filter, store_filter},
};
use crate::{
    error::HqError,
    findings::filter::FindingFilter,
    labels,
    parts::number::scaled,
    visits::filter::VisitFilter,
    words::{Word, w},
};

/// Rows of the first piece: whoever asks sees at once that something comes.
const FIRST: usize = 20;
/// Rows of each further piece.
const STEP: usize = 500;
/// The columns of the visits.
const VISITS: [Word; 14] = [
    w("走访", "Visit"),
    w("化名", "Alias"),
    w("对象", "Venue"),
    w("县分", "County"),
    w("专项", "Topic"),
    w("方式", "Mode"),
    w("状态", "State"),
    w("得分", "Score"),
    w("红线", "Red lines"),
    w("凭证应有", "Evidence named"),
    w("凭证已到", "Evidence here"),
    w("提交次数", "Times handed in"),
    w("收到", "Received"),
    w("处理", "Decided"),
];
/// The columns of the findings.
const FINDINGS: [Word; 12] = [
    w("问题", "Finding"),
    w("程度", "Severity"),
    w("状态", "State"),
    w("专项", "Topic"),
    w("题目", "Item"),
    w("内容", "What"),
    w("说明", "Note"),
    w("对象", "Venue"),
    w("单位", "Unit"),
    w("县分", "County"),
    w("发现", "Found"),
    w("不成立的原因", "Dismissed because"),
];

/// A table on its way out.
pub(super) struct Table {
    pub(super) text: String,
    pub(super) lang: Lang,
    zone: ZoneOffset,
}

impl Table {
    pub(super) fn new(lang: Lang, zone: ZoneOffset, heads: &[Word]) -> Self {
        let mut table = Self { text: String::from("\u{feff}"), ..Self::empty(lang, zone) };
        let heads: Vec<&str> = heads.iter().map(|word| word.get(lang)).collect();
        table.row(&heads);
        table
    }

    /// More of a table that has begun.
    pub(super) const fn empty(lang: Lang, zone: ZoneOffset) -> Self {
        Self { text: String::new(), lang, zone }
    }

    pub(super) fn row(&mut self, cells: &[impl AsRef<str>]) {
        for (n, text) in cells.iter().enumerate() {
            if n > 0 {
                self.text.push(',');
            }
            push_cell(&mut self.text, text.as_ref());
        }
        self.text.push_str("\r\n");
    }

    pub(super) fn at(&self, at: Option<domain::time::Moment>) -> String {
        at.map(|at| show_date_time(at, self.zone)).unwrap_or_default()
    }

    pub(super) fn word(&self, word: Word) -> String {
        word.get(self.lang).to_owned()
    }

    /// The topic in words; its code where it has none.
    pub(super) fn topic(&self, topic: &str) -> String {
        labels::topic(topic).map_or_else(|| topic.to_owned(), |word| self.word(word))
    }
}

/// Adds a cell that no program takes for a formula, quoted where it must be.
pub(super) fn push_cell(table: &mut String, text: &str) {
    // Programs pass over white space, and take full-width signs for the plain ones.
    let first =
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}').chars().next();
    let leads = first.is_some_and(|c| "=+-@＝＋－＠".contains(c)) || text.starts_with(['\t', '\r', '\n']);
    let formula = leads && !mutants::planted(mutants::Mutant::ExportsFormulas);
    let quoted = text.contains([',', '"', '\n', '\r']);
    if quoted {
        table.push('"');
    }
    if formula {
        table.push('\'');
    }
    if quoted {
        table.push_str(&text.replace('"', "\"\""));
        table.push('"');
    } else {
        table.push_str(text);
    }
}

/// A list leaves the house only with who may read it and may take lists away.
pub(super) fn may(caller: &Caller, action: Action) -> Result<SignedIn, HqError> {
    let who = caller.signed_in.clone().ok_or(HqError::SignedOut)?;
    let roles = who.person.roles;
    let exports = roles.may(Action::Export) || mutants::planted(mutants::Mutant::ExportsToAnybody);
    if enters(roles) && roles.may(action) && exports { Ok(who) } else { Err(HqError::NotAllowed) }
}

/// A list on its way out, whatever its length. Each piece is read in a transaction of its own: whoever downloads slowly
/// holds nothing.
#[derive(Debug)]
pub struct List {
    store: Store,
    tenant: TenantId,
    lang: Lang,
    zone: ZoneOffset,
    of: Of,
    /// Where it goes on.
    from: Stretch,
    /// How many rows the next piece has.
    rows: usize,
}

/// What it is a list of.
#[derive(Debug)]
enum Of {
    Visits(hq::visits::Filter),
    Findings(hq::findings::Filter),
}

impl List {
    fn new(caller: &Caller, who: &SignedIn, lang: Lang, of: Of) -> Self {
        let store = caller.server.store.clone();
        Self { store, tenant: who.tenant, lang, zone: who.zone, of, from: Stretch::Newest, rows: FIRST }
    }

    /// The line above everything.
    #[must_use]
    pub fn heads(&self) -> String {
        let heads: &[Word] = match self.of {
            Of::Visits(_) => &VISITS,
            Of::Findings(_) => &FINDINGS,
        };
        Table::new(self.lang, self.zone, heads).text
    }

    /// The lines of the next piece, and what follows it.
    ///
    /// # Errors
    /// The database failed; [`HqError::TooWide`] for the first piece.
    pub async fn next(self) -> Result<(String, Option<Self>), HqError> {
        let (mut table, most) = (Table::empty(self.lang, self.zone), self.rows);
        let mut tx = self.store.read_planned(self.tenant).await?;
        let last = match &self.of {
            Of::Visits(filter) => {
                whole(&mut tx, filter, self.from).await?;
                let rows = hq::visits::fetch(&mut tx, filter, self.from, most).await?;
                rows.iter().for_each(|row| visit(&mut table, row));
                rows.get(most - 1).map(hq::visits::place)
            }
            Of::Findings(filter) => {
                let rows = hq::findings::fetch(&mut tx, filter, self.from, most).await?;
                rows.iter().for_each(|row| finding(&mut table, row));
                rows.get(most - 1).map(hq::findings::place)
            }
        };
        tx.rollback().await.map_err(store::Error::from)?;
        let rest = last.map(|last| Self { from: Stretch::OlderThan(last), rows: STEP, ..self });
        Ok((table.text, rest))
    }
}

/// Fails where a search would leave visits out: a file does not show that it lacks some. Asked before the first piece.
pub(super) async fn whole(tx: &mut Tx, filter: &hq::visits::Filter, from: Stretch) -> Result<(), HqError> {
    if from == Stretch::Newest && hq::visits::is_cut_short(tx, filter).await? {
        return Err(HqError::TooWide);
    }
    Ok(())
}

/// The visits that `get` filters by.
///
/// # Errors
/// [`HqError::SignedOut`], [`HqError::NotAllowed`].
pub fn visits(caller: &Caller, lang: Lang, get: impl Fn(&str) -> Option<String>) -> Result<List, HqError> {
    let who = may(caller, Action::ReadRawVisit)?;
    Ok(List::new(caller, &who, lang, Of::Visits(store_filter(&VisitFilter::read(get)))))
}

/// The findings that `get` filters by.
///
/// # Errors
/// As [`visits`].
pub fn findings(caller: &Caller, lang: Lang, get: impl Fn(&str) -> Option<String>) -> Result<List, HqError> {
    let who = may(caller, Action::ReadFindings)?;
    Ok(List::new(caller, &who, lang, Of::Findings(finding_filter(&FindingFilter::read(get)))))
}

fn visit(table: &mut Table, row: &hq::visits::VisitRow) {
    let score = row.score.and_then(|score| score.score).map(|score| scaled(i64::from(score), 100));
    table.row(&[
        row.id.to_string(),
        row.alias.code(),
        row.venue_name.get(table.lang).to_owned(),
        row.county_name.get(table.lang).to_owned(),
        table.topic(&row.topic),
        table.word(labels::mode(row.mode)),
        table.word(labels::visit(row.state, row.called_back).1),
        score.unwrap_or_default(),
        row.score.map_or(0, |score| score.red_lines).to_string(),
        row.evidence_expected.to_string(),
        row.evidence_verified.to_string(),
        row.submission.to_string(),
        table.at(row.received_at),
        table.at(row.decided_at),
    ]);
}

fn finding(table: &mut Table, row: &hq::findings::FindingRow) {
    let finding = &row.finding;
    table.row(&[
        finding.id.to_string(),
        table.word(labels::severity(finding.severity).2),
        table.word(labels::finding_state(finding.state).1),
        table.topic(&finding.topic),
        finding.item_code.clone(),
        finding.title.get(table.lang).to_owned(),
        finding.note.clone(),
        row.venue_name.get(table.lang).to_owned(),
        row.unit_name.get(table.lang).to_owned(),
        row.county_name.get(table.lang).to_owned(),
        table.at(Some(finding.found_at)),
        finding.reason.clone(),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_stay_texts_and_quotes_are_doubled() {
        for (text, safe) in [
            ("清河路", "清河路"),
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            let mut cell = String::new();
            push_cell(&mut cell, text);
            assert_eq!(cell, safe);
        }
        let table = Table::new(Lang::Zh, ZoneOffset(480), &[w("甲", "A"), w("乙", "B")]);
        assert_eq!(table.text, "\u{feff}甲,乙\r\n");
    }
}
