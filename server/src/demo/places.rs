//! The places of the demo city: one city company, ten county branches, sixty venues. All fictional.

use domain::{
    ids::{OrgUnitId, VenueId},
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    place::Position,
    text::Text,
};
use uuid::Uuid;

/// Everything of the demo city is derived from this, so that two installations are alike.
pub const ORIGIN: Uuid = Uuid::from_u128(0x6d69_6e67_6368_6131_8000_6465_6d6f_0001);

/// A county branch: code, name in both languages, and where its seat lies (1e-7 degrees).
struct County(&'static str, &'static str, &'static str, i32, i32);

const COUNTIES: [County; 10] = [
    County("CD", "城东区", "Chengdong", 312_310_000, 1_215_020_000),
    County("CX", "城西区", "Chengxi", 312_240_000, 1_214_310_000),
    County("HW", "河湾县", "Hewan", 313_480_000, 1_216_450_000),
    County("QL", "青岭县", "Qingling", 314_920_000, 1_213_770_000),
    County("LQ", "柳泉县", "Liuquan", 310_860_000, 1_215_930_000),
    County("SD", "石渡县", "Shidu", 309_540_000, 1_214_080_000),
    County("NP", "南屏县", "Nanping", 308_730_000, 1_216_720_000),
    County("YT", "云台县", "Yuntai", 315_660_000, 1_215_510_000),
    County("WH", "望湖县", "Wanghu", 311_950_000, 1_217_890_000),
    County("ML", "梅岭县", "Meiling", 310_120_000, 1_212_640_000),
];

/// A hall: county, name, street, agent, rural, and its distance from the seat (1e-4 degrees).
struct Hall(usize, &'static str, &'static str, bool, bool, i32, i32);

const HALLS: [Hall; 34] = [
    Hall(0, "清河路营业厅", "清河路 118 号", false, false, 12, 31),
    Hall(0, "东门营业厅", "东门大街 6 号", false, false, -41, 18),
    Hall(0, "体育场营业厅", "体育场北路 52 号", false, false, 63, -27),
    Hall(0, "滨江合作厅", "滨江东路 301 号", true, false, 88, 74),
    Hall(0, "科技园营业厅", "创新一路 9 号", false, false, -95, 102),
    Hall(1, "西市营业厅", "西市街 77 号", false, false, 8, -14),
    Hall(1, "火车站营业厅", "站前广场 1 号", false, false, -52, 39),
    Hall(1, "大学城营业厅", "学府路 200 号", false, false, 110, -81),
    Hall(1, "纺织路合作厅", "纺织路 43 号", true, false, 37, 55),
    Hall(2, "河湾县城营业厅", "人民路 21 号", false, false, 5, 9),
    Hall(2, "下沙镇营业厅", "下沙镇沿河街 14 号", false, true, 420, -310),
    Hall(2, "三岔口代理点", "三岔口村道 3 号", true, true, -530, 280),
    Hall(3, "青岭县城营业厅", "青岭大道 88 号", false, false, -7, 12),
    Hall(3, "松岗镇营业厅", "松岗镇中心街 5 号", false, true, 610, 240),
    Hall(3, "茶场代理点", "茶场路 2 号", true, true, -380, -450),
    Hall(4, "柳泉县城营业厅", "泉城路 36 号", false, false, 11, -6),
    Hall(4, "南街营业厅", "南街 109 号", false, false, -33, 21),
    Hall(4, "双桥镇营业厅", "双桥镇桥头 1 号", false, true, 290, 510),
    Hall(5, "石渡县城营业厅", "渡口街 18 号", false, false, -9, -3),
    Hall(5, "码头合作厅", "码头路 64 号", true, false, 27, 48),
    Hall(5, "黄土岗镇营业厅", "黄土岗镇新街 7 号", false, true, -470, 330),
    Hall(6, "南屏县城营业厅", "屏山路 55 号", false, false, 4, 15),
    Hall(6, "屏山广场营业厅", "屏山广场西侧", false, false, -21, -36),
    Hall(6, "五里亭代理点", "五里亭 12 号", true, true, 350, 190),
    Hall(7, "云台县城营业厅", "云台东路 10 号", false, false, 6, -11),
    Hall(7, "云台镇代理点", "云台镇老街 28 号", true, true, -260, 410),
    Hall(7, "高铁新区营业厅", "迎宾大道 1 号", false, false, 145, 92),
    Hall(8, "望湖县城营业厅", "湖滨路 73 号", false, false, -13, 8),
    Hall(8, "湖心镇营业厅", "湖心镇渔港路 4 号", false, true, 220, 560),
    Hall(8, "芦荡合作厅", "芦荡路 31 号", true, false, 45, -60),
    Hall(9, "梅岭县城营业厅", "梅花路 19 号", false, false, 3, 7),
    Hall(9, "北坡营业厅", "北坡路 82 号", false, false, 58, -17),
    Hall(9, "梅岭镇营业厅", "梅岭镇十字街 2 号", false, true, -340, -220),
    Hall(9, "竹林代理点", "竹林村口", true, true, 480, 130),
];

/// A test point: county, name, rural.
struct TestPoint(usize, &'static str, bool);

const TEST_POINTS: [TestPoint; 14] = [
    TestPoint(0, "万家商圈", false),
    TestPoint(0, "东湖小区", false),
    TestPoint(1, "火车站候车厅", false),
    TestPoint(1, "大学城食堂", false),
    TestPoint(2, "河湾汽车站", false),
    TestPoint(3, "青岭隧道口", true),
    TestPoint(4, "柳泉人民医院", false),
    TestPoint(5, "石渡码头", false),
    TestPoint(5, "黄土岗镇政府", true),
    TestPoint(6, "南屏步行街", false),
    TestPoint(7, "云台高铁站", false),
    TestPoint(8, "湖心镇渔港", true),
    TestPoint(9, "梅岭县中学", false),
    TestPoint(9, "梅岭景区入口", true),
];

/// The city company.
#[must_use]
pub fn city() -> OrgUnitId {
    OrgUnitId::derive(ORIGIN, 0)
}

fn county(index: usize) -> OrgUnitId {
    OrgUnitId::derive(ORIGIN, 100 + index as u32)
}

fn hall_unit(index: usize) -> OrgUnitId {
    OrgUnitId::derive(ORIGIN, 1000 + index as u32)
}

/// The departments that answer for what belongs to no county.
const DEPARTMENTS: [(&str, &str, &str); 4] = [
    ("D-KF", "客户服务部", "Customer service"),
    ("D-WL", "网络部", "Network"),
    ("D-DS", "电子渠道中心", "Online channels"),
    ("D-JF", "计费账务中心", "Billing"),
];

fn department(index: usize) -> OrgUnitId {
    OrgUnitId::derive(ORIGIN, 10 + index as u32)
}

/// The org units: company, departments, county branches, halls.
#[must_use]
pub fn units() -> Vec<OrgUnit> {
    let mut units = vec![OrgUnit {
        id: city(),
        parent: None,
        kind: OrgKind::City,
        code: "YC".to_owned(),
        name: Text::new("云川市分公司", "Yunchuan city company"),
    }];
    for (index, (code, zh, en)) in DEPARTMENTS.iter().enumerate() {
        units.push(OrgUnit {
            id: department(index),
            parent: Some(city()),
            kind: OrgKind::Department,
            code: (*code).to_owned(),
            name: Text::new(zh, en),
        });
    }
    for (index, County(code, zh, en, ..)) in COUNTIES.iter().enumerate() {
        units.push(OrgUnit {
            id: county(index),
            parent: Some(city()),
            kind: OrgKind::County,
            code: (*code).to_owned(),
            name: Text { zh: format!("{zh}分公司"), en: Some(format!("{en} branch")) },
        });
    }
    for (index, Hall(at, name, _, agent, ..)) in HALLS.iter().enumerate() {
        units.push(OrgUnit {
            id: hall_unit(index),
            parent: Some(county(*at)),
            kind: if *agent { OrgKind::Agent } else { OrgKind::Hall },
            code: format!("{}-{:02}", COUNTIES[*at].0, index + 1),
            name: Text::zh(name),
        });
    }
    units
}

/// The venues: 34 halls, 14 test points, 2 hotlines, 3 online halls, 7 billing groups.
#[must_use]
pub fn venues() -> Vec<Venue> {
    let mut venues = Vec::with_capacity(60);
    for (index, Hall(at, name, street, agent, rural, north, east)) in HALLS.iter().enumerate() {
        let seat = &COUNTIES[*at];
        venues.push(Venue {
            unit: hall_unit(index),
            county: county(*at),
            address: format!("云川市{}{street}", seat.1),
            // One hall was never measured: the screens must live with 无坐标.
            position: (index != 11).then_some(Position { lat: seat.3 + north * 1_000, lon: seat.4 + east * 1_000 }),
            hours: "08:30–18:00".to_owned(),
            agent: *agent,
            rural: *rural,
            ..venue(VenueKind::Hall, index as u32, &format!("HALL-{:02}", index + 1), Text::zh(name))
        });
    }
    for (index, TestPoint(at, name, rural)) in TEST_POINTS.iter().enumerate() {
        let seat = &COUNTIES[*at];
        let step = 7_000 * (index as i32 - 6);
        venues.push(Venue {
            unit: county(*at),
            county: county(*at),
            address: format!("云川市{}{name}", seat.1),
            position: Some(Position { lat: seat.3 + step, lon: seat.4 - step }),
            rural: *rural,
            ..venue(VenueKind::TestPoint, 100 + index as u32, &format!("NET-{:02}", index + 1), Text::zh(name))
        });
    }
    let company_wide = [
        (VenueKind::Hotline, "HOT-01", Text::new("客服热线", "Customer hotline"), 0),
        (VenueKind::Hotline, "HOT-02", Text::new("政企客户热线", "Business hotline"), 0),
        (VenueKind::Online, "WEB-01", Text::new("网上营业厅网站", "Online hall (website)"), 2),
        (VenueKind::Online, "WEB-02", Text::new("手机 App", "Mobile app"), 2),
        (VenueKind::Online, "WEB-03", Text::new("微信小程序", "Mini program"), 2),
    ];
    for (index, (kind, code, name, by)) in company_wide.into_iter().enumerate() {
        venues.push(Venue {
            unit: department(by),
            county: department(by),
            ..venue(kind, 200 + index as u32, code, name)
        });
    }
    for (index, seat) in COUNTIES.iter().take(7).enumerate() {
        venues.push(Venue {
            unit: department(3),
            county: county(index),
            ..venue(
                VenueKind::Billing,
                300 + index as u32,
                &format!("BILL-{:02}", index + 1),
                Text { zh: format!("{}测试号账期", seat.1), en: Some(format!("{} test account", seat.2)) },
            )
        });
    }
    venues
}

fn venue(kind: VenueKind, number: u32, code: &str, name: Text) -> Venue {
    Venue {
        id: VenueId::derive(ORIGIN, number),
        kind,
        code: code.to_owned(),
        name,
        unit: city(),
        county: city(),
        address: String::new(),
        position: None,
        original: None,
        hours: String::new(),
        agent: false,
        rural: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sixty_venues_of_all_kinds_and_no_id_twice() {
        let venues = venues();
        assert_eq!(venues.len(), 60);
        for kind in VenueKind::ALL {
            assert!(venues.iter().any(|venue| venue.kind == kind), "{kind:?}");
        }
        let units: BTreeSet<OrgUnitId> = units().iter().map(|unit| unit.id).collect();
        assert_eq!(units.len(), 1 + 4 + 10 + 34);
        assert_eq!(venues.iter().map(|venue| venue.id).collect::<BTreeSet<_>>().len(), 60);
        for venue in venues {
            assert!(units.contains(&venue.unit) && units.contains(&venue.county), "{}", venue.code);
        }
    }
}
