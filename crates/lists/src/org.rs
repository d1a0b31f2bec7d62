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

/// A row that makes sense by itself.
#[derive(Clone, Debug)]
pub struct Row {
    line: usize,
    code: String,
    name: Text,
    kind: OrgKind,
    parent: Option<String>,
}

/// Understands the rows of a list, as far as that needs nothing but the list.
///
/// # Errors
/// [`Faults`], each with its line and column.
pub fn read(records: &[Record]) -> Result<Vec<Row>, Faults> {
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    let Some(table) = Table::new(records, &COLUMNS, &mut faults) else { return Err(faults) };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for record in &table.rows {
        let code = table.text(record, CODE, 60, true, &mut faults);
        let name = table.text(record, NAME, 100, true, &mut faults);
        let name_en = table.text(record, NAME_EN, 200, false, &mut faults);
        let kind = table.word(record, KIND, &KINDS, &mut faults);
        let parent = table.text(record, PARENT, 60, false, &mut faults);
        once(&mut seen, code.as_deref(), record.line, table.label(CODE), &mut faults);
        let parent = parent.filter(|parent| !parent.is_empty());
        match (kind, &parent) {
            (Some(OrgKind::City), Some(_)) => {
                faults.add(record.line, table.label(PARENT), "市公司没有上级", "a city company has nothing above it");
            }
            (Some(kind), None) if kind != OrgKind::City => {
                faults.add(record.line, table.label(PARENT), "不能为空", "must not be empty");
            }
            _ => {}
        }
        if let (Some(code), Some(name), Some(kind)) = (code, name, kind) {
            let en = name_en.filter(|name| !name.is_empty());
            rows.push(Row { line: record.line, code, name: Text { zh: name, en }, kind, parent });
        }
    }
    faults.or(rows)
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
/// [`Faults`]: what the company's own units say against it.
pub fn resolve(known: Vec<OrgUnit>, origin: uuid::Uuid, rows: Vec<Row>) -> Result<Import, Faults> {
    let mut faults = Faults::default();
    let mut by_code: BTreeMap<String, OrgUnitId> = known.iter().map(|unit| (unit.code.clone(), unit.id)).collect();
    let before: BTreeSet<OrgUnitId> = known.iter().map(|unit| unit.id).collect();
    for (n, row) in rows.iter().enumerate() {
        let number = u32::try_from(n).unwrap_or(u32::MAX);
        by_code.entry(row.code.clone()).or_insert_with(|| OrgUnitId::derive(origin, number));
    }
    let (parent_label, code_label) = (COLUMNS[PARENT].names[..2].join(" "), COLUMNS[CODE].names[..2].join(" "));
    let mut units = Vec::new();
    for row in &rows {
        let parent = match &row.parent {
            None => None,
            Some(code) => match by_code.get(code) {
                Some(id) => Some(*id),
                None => {
                    faults.add(
                        row.line,
                        &parent_label,
                        format!("没有代码为 {code} 的单位,文件里也没有"),
                        format!("no unit has the code {code}, here or in this file"),
                    );
                    continue;
                }
            },
        };
        let Some(id) = by_code.get(&row.code).copied() else { continue };
        units.push(OrgUnit { id, parent, kind: row.kind, code: row.code.clone(), name: row.name.clone() });
    }
    // As it will be: a unit below itself would make every walk up the tree endless.
    let mut parents: BTreeMap<OrgUnitId, Option<OrgUnitId>> = known.iter().map(|unit| (unit.id, unit.parent)).collect();
    parents.extend(units.iter().map(|unit| (unit.id, unit.parent)));
    for row in &rows {
        let Some(start) = by_code.get(&row.code) else { continue };
        let mut seen = BTreeSet::from([*start]);
        let mut above = parents.get(start).copied().flatten();
        while let Some(id) = above {
            if !seen.insert(id) {
                faults.add(
                    row.line,
                    &code_label,
                    format!("{} 成了自己的上级", row.code),
                    format!("{} would stand above itself", row.code),
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

    fn records(rows: &[&str]) -> Vec<Record> {
        let record =
            |(n, row): (usize, &&str)| Record { line: n + 1, cells: row.split(',').map(str::to_owned).collect() };
        rows.iter().enumerate().map(record).collect()
    }

    fn places(faults: &Faults) -> Vec<(usize, &str)> {
        faults.0.iter().map(|fault| (fault.line, fault.column.as_str())).collect()
    }

    #[test]
    fn every_faulty_line_and_column_is_named() {
        let faults = read(&records(&[
            "代码,名称,类型,上级,电话",
            "YC,云川,市公司,,1",
            ",没有代码,部门,YC,1",
            "CD,城东,乡公司,YC,1",
            "CD,,县分公司,,1",
            "X,缺一格,部门",
        ]))
        .unwrap_err();
        let expected = [
            (1, "电话"),
            (6, "*"),
            (3, "代码 code"),
            (4, "类型 kind"),
            (5, "名称 name"),
            (5, "代码 code"),
            (5, "上级 parent"),
        ];
        assert_eq!(places(&faults), expected);
        let (zh, en) = faults.told("x.csv");
        assert!(zh.contains("第 4 行,类型 kind:“乡公司”不在其中"), "{zh}");
        assert!(en.contains("line 6, *: has 3 cells, the header has 5"), "{en}");
    }

    #[test]
    fn english_headers_in_any_order_and_parents_wherever_they_stand() {
        let rows = read(&records(&["Parent,KIND,Name,Code", "A,county,城东,B", ",city,云川,A"])).unwrap();
        let origin = uuid::Uuid::from_u128(9);
        let import = resolve(Vec::new(), origin, rows).unwrap();
        assert_eq!((import.added, import.replaced), (2, 0));
        let Payload::OrgImport(OrgImport { units }) = import.payload else { panic!("units") };
        assert_eq!(units[0].parent, Some(units[1].id));
        // Again: the same units keep their ids, and a stranger above is a fault.
        let again = read(&records(&["code,name,kind,parent", "B,城东分公司,county,A", "C,厅,hall,Z"])).unwrap();
        let faults = resolve(units.clone(), uuid::Uuid::from_u128(10), again).unwrap_err();
        assert_eq!(places(&faults), [(3, "上级 parent")]);
        let again = read(&records(&["code,name,kind,parent", "B,城东分公司,county,A"])).unwrap();
        let import = resolve(units.clone(), uuid::Uuid::from_u128(10), again).unwrap();
        assert_eq!((import.added, import.replaced), (0, 1));
        let Payload::OrgImport(OrgImport { units: renamed }) = import.payload else { panic!("units") };
        assert_eq!(renamed[0].id, units[0].id);
    }

    #[test]
    fn a_unit_above_itself_is_a_fault() {
        let rows = read(&records(&["code,name,kind,parent", "A,甲,county,B", "B,乙,county,A"])).unwrap();
        let faults = resolve(Vec::new(), uuid::Uuid::from_u128(9), rows).unwrap_err();
        assert_eq!(places(&faults), [(2, "代码 code"), (3, "代码 code")]);
    }
}
