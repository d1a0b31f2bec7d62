//! A list of units.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::OrgUnitId,
    op::{Payload, payload::OrgImport},
    org::{OrgKind, OrgUnit},
    text::Text,
};

use crate::{
    Faults, Import, Record,
    table::{Column, Table},
};

const CODE: usize = 0;
const NAME: usize = 1;
const KIND: usize = 2;
const PARENT: usize = 3;
const NAME_EN: usize = 4;

const COLUMNS: [Column; 5] = [
    Column { names: &["代码", "code", "编码", "单位代码"], needed: true },
    Column { names: &["名称", "name", "单位名称"], needed: true },
    Column { names: &["类型", "kind", "type"], needed: true },
    Column { names: &["上级", "parent", "上级代码"], needed: true },
    Column { names: &["英文名", "name_en"], needed: false },
];

const KINDS: [(&[&str], OrgKind); 5] = [
    (&["市公司", "city"], OrgKind::City),
    (&["部门", "department"], OrgKind::Department),
    (&["县分公司", "county", "县分", "县公司"], OrgKind::County),
    (&["营业厅", "hall", "厅"], OrgKind::Hall),
    (&["代理点", "agent", "合作厅"], OrgKind::Agent),
];

/// A list as far as it is understood, with what is wrong with it by itself.
#[derive(Clone, Debug, Default)]
pub struct List {
    rows: Vec<Row>,
    /// Whatever may be the code of a unit of this list, that of a faulty row included: who names it above them is not wrong.
    mentioned: BTreeSet<String>,
    faults: Faults,
}

impl List {
    /// What is wrong with the list, as far as that needs nothing but the list.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }
}

/// A row; what is faulty in it is missing.
#[derive(Clone, Debug)]
struct Row {
    line: usize,
    code: Option<String>,
    name: Option<Text>,
    kind: Option<OrgKind>,
    parent: Option<String>,
}

/// Understands the rows of a list, as far as that needs nothing but the list.
#[must_use]
pub fn read(records: &[Record]) -> List {
    let mut list = List::default();
    let List { rows, mentioned, faults } = &mut list;
    let Some(table) = Table::new(records, &COLUMNS, faults) else { return list };
    mentioned.extend(table.loose().map(str::to_owned));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for record in &table.rows {
        let code = table.text(record, CODE, 60, true, faults);
        let name = table.text(record, NAME, 100, true, faults);
        let name_en = table.text(record, NAME_EN, 200, false, faults);
        let kind = table.word(record, KIND, &KINDS, faults);
        let parent = table.text(record, PARENT, 60, false, faults);
        once(&mut seen, code.as_deref(), record.line, table.label(CODE), faults);
        let is_top = table.cell(record, PARENT).is_empty();
        match kind {
            Some(OrgKind::City) if !is_top => {
                faults.add(record.line, table.label(PARENT), "市公司没有上级", "a city company has nothing above it");
            }
            Some(kind) if kind != OrgKind::City && is_top && table.has(PARENT) => {
                faults.add(record.line, table.label(PARENT), "不能为空", "must not be empty");
            }
            _ => {}
        }
        mentioned.insert(table.cell(record, CODE).to_owned());
        let en = name_en.filter(|name| !name.is_empty());
        rows.push(Row {
            line: record.line,
            code,
            name: name.map(|zh| Text { zh, en }),
            kind,
            parent: parent.filter(|parent| !parent.is_empty()),
        });
    }
    list
}

/// A code stands in one line of a list only. `seen`: in which line each stood last.
pub(crate) fn once(
    seen: &mut BTreeMap<String, usize>,
    code: Option<&str>,
    line: usize,
    label: &str,
    faults: &mut Faults,
) {
    let Some(code) = code else { return };
    if let Some(first) = seen.insert(code.to_owned(), line) {
        faults.add(
            line,
            label,
            format!("{code} 在第 {first} 行已出现"),
            format!("{code} stands in line {first} already"),
        );
    }
}

/// The op's payload. `origin` is the op's id: new rows take theirs from it.
///
/// # Errors
/// [`Faults`], each with its line and column: what is wrong with the list, and what the company's own units say against it.
pub fn resolve(known: Vec<OrgUnit>, origin: uuid::Uuid, list: List) -> Result<Import, Faults> {
    let List { rows, mentioned, mut faults } = list;
    let mut by_code: BTreeMap<String, OrgUnitId> = known.iter().map(|unit| (unit.code.clone(), unit.id)).collect();
    let before: BTreeSet<OrgUnitId> = known.iter().map(|unit| unit.id).collect();
    for (n, row) in rows.iter().enumerate() {
        let Some(code) = row.code.clone() else { continue };
        let number = u32::try_from(n).unwrap_or(u32::MAX);
        by_code.entry(code).or_insert_with(|| OrgUnitId::derive(origin, number));
    }
    let (parent_label, code_label) = (COLUMNS[PARENT].names[..2].join(" "), COLUMNS[CODE].names[..2].join(" "));
    // As it will be: a unit below itself would make every walk up the tree endless.
    let mut parents: BTreeMap<OrgUnitId, Option<OrgUnitId>> = known.iter().map(|unit| (unit.id, unit.parent)).collect();
    let mut units = Vec::new();
    for row in &rows {
        let parent = row.parent.as_ref().and_then(|code| {
            let found = by_code.get(code).copied();
            if found.is_none() && !mentioned.contains(code) {
                faults.add(
                    row.line,
                    &parent_label,
                    format!("没有代码为 {code} 的单位,文件里也没有"),
                    format!("no unit has the code {code}, here or in this file"),
                );
            }
            found
        });
        let Some(id) = row.code.as_ref().and_then(|code| by_code.get(code).copied()) else { continue };
        parents.insert(id, parent);
        if let (Some(code), Some(name), Some(kind)) = (row.code.clone(), row.name.clone(), row.kind) {
            units.push(OrgUnit { id, parent, kind, code, name });
        }
    }
    for row in &rows {
        let Some(code) = &row.code else { continue };
        let Some(start) = by_code.get(code) else { continue };
        let mut seen = BTreeSet::from([*start]);
        let mut above = parents.get(start).copied().flatten();
        while let Some(id) = above {
            if !seen.insert(id) {
                faults.add(
                    row.line,
                    &code_label,
                    format!("{code} 成了自己的上级"),
                    format!("{code} would stand above itself"),
                );
                break;
            }
            above = parents.get(&id).copied().flatten();
        }
    }
    let replaced = units.iter().filter(|unit| before.contains(&unit.id)).count();
    let added = units.len() - replaced;
    let payload = Payload::OrgImport(OrgImport { units });
    faults.or(Import { payload, added, replaced, without_position: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv;

    fn records(rows: &[&str]) -> Vec<Record> {
        csv::records(rows.join("\n").as_bytes()).unwrap()
    }

    #[test]
    fn every_faulty_line_and_column_is_named() {
        let list = read(&records(&[
            "代码,名称,类型,上级,电话",
            "YC,云川,市公司,,1",
            ",没有代码,部门,YC,1",
            "CD,城东,乡公司,YC,1",
            "CD,,县分公司,,1",
            "X,缺一格,部门",
        ]));
        let faults = list.faults;
        let expected = [
            (1, "电话"),
            (6, "*"),
            (3, "代码 code"),
            (4, "类型 kind"),
            (5, "名称 name"),
            (5, "代码 code"),
            (5, "上级 parent"),
        ];
        assert_eq!(faults.places(), expected);
        let (zh, en) = faults.told("x.csv");
        assert!(zh.contains("第 4 行,类型 kind:“乡公司”不在其中"), "{zh}");
        assert!(en.contains("line 6, *: has 3 cells, the header has 5"), "{en}");
    }

    #[test]
    fn english_headers_in_any_order_and_parents_wherever_they_stand() {
        let rows = read(&records(&["Parent,KIND,Name,Code", "A,county,城东,B", ",city,云川,A"]));
        let origin = uuid::Uuid::from_u128(9);
        let import = resolve(Vec::new(), origin, rows).unwrap();
        assert_eq!((import.added, import.replaced), (2, 0));
        let Payload::OrgImport(OrgImport { units }) = import.payload else { panic!("units") };
        assert_eq!(units[0].parent, Some(units[1].id));
        // Again: the same units keep their ids, and a stranger above is a fault.
        let again = read(&records(&["code,name,kind,parent", "B,城东分公司,county,A", "C,厅,hall,Z"]));
        let faults = resolve(units.clone(), uuid::Uuid::from_u128(10), again).unwrap_err();
        assert_eq!(faults.places(), [(3, "上级 parent")]);
        let again = read(&records(&["code,name,kind,parent", "B,城东分公司,county,A"]));
        let import = resolve(units.clone(), uuid::Uuid::from_u128(10), again).unwrap();
        assert_eq!((import.added, import.replaced), (0, 1));
        let Payload::OrgImport(OrgImport { units: renamed }) = import.payload else { panic!("units") };
        assert_eq!(renamed[0].id, units[0].id);
    }

    #[test]
    fn a_unit_above_itself_is_a_fault() {
        let rows = read(&records(&["code,name,kind,parent", "A,甲,county,B", "B,乙,county,A"]));
        let faults = resolve(Vec::new(), uuid::Uuid::from_u128(9), rows).unwrap_err();
        assert_eq!(faults.places(), [(2, "代码 code"), (3, "代码 code")]);
    }

    /// What the company has was held against a list only once nothing was wrong with it by itself: who mended that heard
    /// of the next faults.
    #[test]
    fn what_the_list_and_what_the_company_says_is_told_at_once() {
        let list = read(&records(&[
            "代码,名称,类型,上级",
            "YC,云川,市公司,",
            "CD,,乡公司,ZZ",
            "CX,城西,县分公司,CD",
            "CN,城南,县分公司,NN",
            "X,缺一格",
            "CB,城北,县分公司,X",
        ]));
        let faults = resolve(Vec::new(), uuid::Uuid::from_u128(9), list).unwrap_err();
        // CD and X are faulty themselves, and that they are named above others is not.
        let expected = [(6, "*"), (3, "名称 name"), (3, "类型 kind"), (3, "上级 parent"), (5, "上级 parent")];
        assert_eq!(faults.places(), expected);
    }

    #[test]
    fn a_column_that_is_missing_is_named_once() {
        let list = read(&records(&["代码,名称,类型", "YC,云川,市公司", "CD,城东,县分公司"]));
        assert_eq!(list.faults.places(), [(1, "上级 parent")]);
        let list = read(&records(&["代码,上级", "YC,"]));
        assert_eq!(list.faults.places(), [(1, "名称 name"), (1, "类型 kind")]);
    }
}
