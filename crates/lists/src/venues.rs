//! A list of venues. Positions are converted once; what the list said is kept beside.

use std::collections::BTreeMap;

use domain::{
    ids::{OrgUnitId, VenueId},
    op::{Payload, payload::VenueImport},
    org::{Crs, OrgKind, OrgUnit, OriginalPosition, Venue, VenueKind},
    place::Position,
    text::Text,
};

use crate::{
    Faults, Import, Record,
    org::once,
    table::{Column, Table},
};

const CODE: usize = 0;
const NAME: usize = 1;
const KIND: usize = 2;
const UNIT: usize = 3;
const ADDRESS: usize = 4;
const LAT: usize = 5;
const LON: usize = 6;
const CRS: usize = 7;
const HOURS: usize = 8;
const AGENT: usize = 9;
const RURAL: usize = 10;
const NAME_EN: usize = 11;

const COLUMNS: [Column; 12] = [
    Column { names: &["代码", "code", "编码"], needed: true },
    Column { names: &["名称", "name"], needed: true },
    Column { names: &["类型", "kind", "type"], needed: true },
    Column { names: &["单位", "unit", "单位代码"], needed: true },
    Column { names: &["地址", "address"], needed: false },
    Column { names: &["纬度", "lat", "latitude"], needed: false },
    Column { names: &["经度", "lon", "lng", "longitude"], needed: false },
    Column { names: &["坐标系", "crs"], needed: false },
    Column { names: &["营业时间", "hours"], needed: false },
    Column { names: &["合作", "agent"], needed: false },
    Column { names: &["农村", "rural"], needed: false },
    Column { names: &["英文名", "name_en"], needed: false },
];

const KINDS: [(&[&str], VenueKind); 5] = [
    (&["测试点", "test_point"], VenueKind::TestPoint),
    (&["热线", "hotline"], VenueKind::Hotline),
    (&["营业厅", "hall", "代理点", "厅"], VenueKind::Hall),
    (&["网上营业厅", "online", "线上"], VenueKind::Online),
    (&["计费", "billing", "计费用例组"], VenueKind::Billing),
];

const SYSTEMS: [(&[&str], Crs); 3] =
    [(&["wgs84", "wgs-84", "gps"], Crs::Wgs84), (&["gcj02", "gcj-02"], Crs::Gcj02), (&["bd09", "bd-09"], Crs::Bd09)];

const YES_NO: [(&[&str], bool); 2] =
    [(&["是", "yes", "y", "true", "1"], true), (&["否", "no", "n", "false", "0", ""], false)];

/// A list as far as it is understood, with what is wrong with it by itself.
#[derive(Clone, Debug, Default)]
pub struct List {
    rows: Vec<Row>,
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
    unit: Option<String>,
    /// Its id, unit and county are still to be found.
    venue: Option<Venue>,
}

/// Understands the rows of a list, as far as that needs nothing but the list.
#[must_use]
pub fn read(records: &[Record]) -> List {
    let mut list = List::default();
    let List { rows, faults } = &mut list;
    let Some(table) = Table::new(records, &COLUMNS, faults) else { return list };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for record in &table.rows {
        let code = table.text(record, CODE, 60, true, faults);
        let name = table.text(record, NAME, 100, true, faults);
        let kind = table.word(record, KIND, &KINDS, faults);
        let unit = table.text(record, UNIT, 60, true, faults);
        let address = table.text(record, ADDRESS, 300, false, faults);
        let original = position(&table, record, faults);
        let hours = table.text(record, HOURS, 200, false, faults);
        let agent = table.word(record, AGENT, &YES_NO, faults);
        let rural = table.word(record, RURAL, &YES_NO, faults);
        let name_en = table.text(record, NAME_EN, 200, false, faults);
        once(&mut seen, code.as_deref(), record.line, table.label(CODE), faults);
        let nobody = OrgUnitId(uuid::Uuid::nil());
        let whole = code.clone().zip(name).zip(kind);
        let venue = whole.map(|((code, name), kind)| Venue {
            id: VenueId(uuid::Uuid::nil()),
            kind,
            code,
            name: Text { zh: name, en: name_en.filter(|name| !name.is_empty()) },
            unit: nobody,
            county: nobody,
            address: address.unwrap_or_default(),
            position: original.map(|original| original.crs.to_wgs84(original.position)),
            original: original.filter(|original| original.crs != Crs::Wgs84),
            hours: hours.unwrap_or_default(),
            agent: agent.unwrap_or_default(),
            rural: rural.unwrap_or_default(),
        });
        rows.push(Row { line: record.line, code, unit, venue });
    }
    list
}

/// The position of a row as the list has it. `None`: there is none, or it was faulty.
fn position(table: &Table<'_>, record: &Record, faults: &mut Faults) -> Option<OriginalPosition> {
    let (lat, lon, crs) = (table.cell(record, LAT), table.cell(record, LON), table.cell(record, CRS));
    if lat.is_empty() && lon.is_empty() {
        // A coordinate system alone says nothing, and is in lists that name it in every row.
        return None;
    }
    let [lat, lon] = [(lat, LAT, 90), (lon, LON, 180)].map(|(text, column, most)| {
        if !text.is_empty() {
            return degrees(table, record, column, most, faults);
        }
        let label = table.label(column);
        faults.add(record.line, label, "纬度和经度要一起给出", "latitude and longitude belong together");
        None
    });
    let crs = if crs.is_empty() {
        faults.add(
            record.line,
            table.label(CRS),
            "有坐标就要写明坐标系:wgs84 | gcj02 | bd09",
            "a position needs its system: wgs84 | gcj02 | bd09",
        );
        None
    } else {
        table.word(record, CRS, &SYSTEMS, faults)
    };
    Some(OriginalPosition { crs: crs?, position: Position { lat: lat?, lon: lon? } })
}

/// Degrees as the list writes them, in units of 1e-7. `None` and a fault where it is no number in range.
fn degrees(table: &Table<'_>, record: &Record, column: usize, most: i32, faults: &mut Faults) -> Option<i32> {
    let text = table.cell(record, column);
    let units = decimal(text).filter(|units| units.abs() <= i64::from(most) * 10_000_000);
    if units.is_none() {
        faults.add(
            record.line,
            table.label(column),
            format!("“{text}”不是 ±{most} 之内的度数"),
            format!("“{text}” is no number of degrees within ±{most}"),
        );
    }
    units.and_then(|units| i32::try_from(units).ok())
}

/// `121.502` is 1215020000; digits after the seventh are rounded. No floats: the number is kept as written.
fn decimal(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || whole.len() > 3 {
        return None;
    }
    let padded: String = part.chars().chain("00000000".chars()).take(8).collect();
    let eighth: i64 = padded[7..].parse().ok()?;
    let units = whole.parse::<i64>().ok()? * 10_000_000 + padded[..7].parse::<i64>().ok()? + i64::from(eighth >= 5);
    Some(if negative { -units } else { units })
}

/// The op's payload. `origin` is the op's id: new rows take theirs from it.
///
/// # Errors
/// [`Faults`], each with its line and column: what is wrong with the list, and what the company's units and venues say
/// against it.
pub fn resolve(
    units: Vec<OrgUnit>,
    known: &BTreeMap<String, Vec<VenueId>>,
    origin: uuid::Uuid,
    list: List,
) -> Result<Import, Faults> {
    let List { rows, mut faults } = list;
    let by_code: BTreeMap<String, OrgUnitId> = units.iter().map(|unit| (unit.code.clone(), unit.id)).collect();
    let by_id: BTreeMap<OrgUnitId, OrgUnit> = units.into_iter().map(|unit| (unit.id, unit)).collect();
    let (unit_label, code_label) = (COLUMNS[UNIT].names[..2].join(" "), COLUMNS[CODE].names[..2].join(" "));
    let (mut venues, mut replaced) = (Vec::new(), 0);
    for (n, Row { line, code, unit, venue }) in rows.into_iter().enumerate() {
        let found = unit.as_ref().and_then(|unit| by_code.get(unit).copied());
        if let (Some(unit), None) = (&unit, found) {
            faults.add(
                line,
                &unit_label,
                format!("没有代码为 {unit} 的单位;请先导入单位"),
                format!("no unit has the code {unit}; import the units first"),
            );
        }
        let Some(code) = code else { continue };
        let there = known.get(&code).map(Vec::as_slice).unwrap_or_default();
        if there.len() > 1 {
            let several = there.len();
            faults.add(
                line,
                &code_label,
                format!("已有 {several} 个对象的代码是 {code}"),
                format!("{several} venues have the code {code} already"),
            );
        }
        let (Some(unit), Some(mut venue)) = (found, venue) else { continue };
        venue.unit = unit;
        venue.county = county_of(unit, &by_id);
        venue.id =
            there.first().copied().unwrap_or_else(|| VenueId::derive(origin, u32::try_from(n).unwrap_or(u32::MAX)));
        replaced += usize::from(!there.is_empty());
        venues.push(venue);
    }
    let without = venues.iter().filter(|venue| venue.kind.has_place() && venue.position.is_none()).count();
    let added = venues.len() - replaced;
    let payload = Payload::VenueImport(VenueImport { venues });
    faults.or(Import { payload, added, replaced, without_position: Some(without) })
}

/// The county branch above a unit, or the unit itself where there is none: what scopes and scores go by.
fn county_of(unit: OrgUnitId, units: &BTreeMap<OrgUnitId, OrgUnit>) -> OrgUnitId {
    let mut at = units.get(&unit);
    // The rules let no unit stand above itself, so that this ends.
    while let Some(here) = at {
        if here.kind == OrgKind::County {
            return here.id;
        }
        at = here.parent.and_then(|parent| units.get(&parent));
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv;

    fn records(rows: &[&str]) -> Vec<Record> {
        csv::records(rows.join("\n").as_bytes()).unwrap()
    }

    #[test]
    fn degrees_are_read_without_floats() {
        for (text, units) in [
            ("121.502", Some(1_215_020_000)),
            ("-0.00000005", Some(-1)),
            ("31", Some(310_000_000)),
            ("31.23456784", Some(312_345_678)),
            ("31.23456785", Some(312_345_679)),
            ("", None),
            (".5", None),
            ("5.", None),
            ("1e2", None),
            ("+1", None),
            ("31,2", None),
            ("1234", None),
        ] {
            assert_eq!(decimal(text), units, "{text}");
        }
    }

    #[test]
    fn a_position_is_whole_or_a_fault_and_none_at_all_is_fine() {
        let head = "code,name,kind,unit,lat,lon,crs";
        let list = read(&records(&[
            head,
            "A,a,hall,U,31.2,,wgs84",
            "B,b,hall,U,31.2,121.5,",
            "C,c,hall,U,91,121.5,mars",
            "D,d,hall,U,north,121.5,wgs84",
            "E,e,hall,U,,east,",
        ]));
        assert_eq!(
            list.faults.places(),
            [
                (2, "经度 lon"),
                (3, "坐标系 crs"),
                (4, "纬度 lat"),
                (4, "坐标系 crs"),
                (5, "纬度 lat"),
                (6, "纬度 lat"),
                (6, "经度 lon"),
                (6, "坐标系 crs")
            ]
        );
        let list =
            read(&records(&[head, "A,a,hall,U,,,", "B,b,hall,U,31.2,121.5,gcj02", "C,c,hall,U,31.2,121.5,wgs84"]));
        assert_eq!(list.faults, Faults::default());
        let venues: Vec<Venue> = list.rows.into_iter().filter_map(|row| row.venue).collect();
        assert_eq!(venues[0].position, None);
        let original = venues[1].original.unwrap();
        assert_eq!(
            (original.crs, original.position.lat, original.position.lon),
            (Crs::Gcj02, 312_000_000, 1_215_000_000)
        );
        let moved = venues[1].position.unwrap().distance_m(original.position);
        assert!((300..700).contains(&moved), "{moved}");
        assert_eq!(venues[2].original, None);
        assert_eq!(venues[2].position, Some(original.position));
    }

    #[test]
    fn the_county_is_found_above_and_an_unknown_unit_is_a_fault() {
        let id = |n| OrgUnitId(uuid::Uuid::from_u128(n));
        let unit = |n, parent: Option<u128>, kind, code: &str| OrgUnit {
            id: id(n),
            parent: parent.map(id),
            kind,
            code: code.into(),
            name: Text::zh("单位"),
        };
        let units = vec![
            unit(1, None, OrgKind::City, "C"),
            unit(2, Some(1), OrgKind::County, "K"),
            unit(3, Some(2), OrgKind::Hall, "H"),
        ];
        let rows = |rows: &[&str]| read(&records(rows));
        let known = BTreeMap::from([("A".to_owned(), vec![VenueId(uuid::Uuid::from_u128(7))])]);
        let origin = uuid::Uuid::from_u128(9);
        let import =
            resolve(units.clone(), &known, origin, rows(&["code,name,kind,unit", "A,a,hall,H", "B,b,hotline,C"]))
                .unwrap();
        assert_eq!((import.added, import.replaced, import.without_position), (1, 1, Some(1)));
        let Payload::VenueImport(VenueImport { venues }) = import.payload else { panic!("venues") };
        assert_eq!((venues[0].unit, venues[0].county, venues[0].id.0.as_u128()), (id(3), id(2), 7));
        assert_eq!((venues[1].unit, venues[1].county), (id(1), id(1)));
        let faults =
            resolve(units, &known, origin, rows(&["code,name,kind,unit", "A,a,hall,H", "B,b,hall,X"])).unwrap_err();
        assert_eq!(faults.0.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3]);
    }

    /// As for units: the second round named units that are not there, and the third a code that several venues have.
    #[test]
    fn what_the_list_and_what_the_company_says_is_told_at_once() {
        let known = BTreeMap::from([("A".to_owned(), vec![VenueId(uuid::Uuid::nil()); 2])]);
        let list = read(&records(&["code,name,kind,unit", "A,,hall,X", "B,b,palace,X"]));
        let faults = resolve(Vec::new(), &known, uuid::Uuid::nil(), list).unwrap_err();
        let expected = [(2, "名称 name"), (3, "类型 kind"), (2, "单位 unit"), (2, "代码 code"), (3, "单位 unit")];
        assert_eq!(faults.places(), expected);
    }
}
