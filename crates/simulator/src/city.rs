//! The smallest city in which everything can happen: one unit, one hall, one reviewer, a few supervisors.

use domain::{
    checklist::ChecklistVersion,
    ids::{AccountId, ChecklistVersionId, OrgUnitId, VenueId},
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    role::{Role, RoleSet},
    text::Text,
};
use serde_json::json;
use uuid::Uuid;

/// How many supervisors there are.
pub(crate) const SUPERVISORS: usize = 3;

/// The supervisor with this number.
#[must_use]
pub(crate) const fn supervisor(n: usize) -> AccountId {
    AccountId(Uuid::from_u128(0x5000 + n as u128))
}

/// Whoever acts at HQ.
pub(crate) const REVIEWER: AccountId = AccountId(Uuid::from_u128(0x4000));

/// What supervisors may do.
#[must_use]
pub(crate) fn visitor_roles() -> RoleSet {
    RoleSet::of(&[Role::Visitor])
}

/// What HQ may do.
#[must_use]
pub(crate) fn hq_roles() -> RoleSet {
    RoleSet::of(&[Role::Admin, Role::Office, Role::Reviewer])
}

/// The one unit.
#[must_use]
pub(crate) fn unit() -> OrgUnit {
    OrgUnit {
        id: OrgUnitId(Uuid::from_u128(0x1000)),
        parent: None,
        kind: OrgKind::City,
        code: "C".into(),
        name: Text::zh("市公司"),
    }
}

/// The one venue.
#[must_use]
pub(crate) fn venue() -> Venue {
    Venue {
        id: VenueId(Uuid::from_u128(0x2000)),
        kind: VenueKind::Hall,
        code: "H1".into(),
        name: Text::zh("清河路营业厅"),
        unit: unit().id,
        county: unit().id,
        address: String::new(),
        position: None,
        original: None,
        hours: String::new(),
        agent: false,
        rural: false,
    }
}

/// The `n`-th version of the checklist: a choice, words, and (every other version) an item that is answered later.
///
/// # Panics
/// Never: the JSON is written here.
#[must_use]
pub(crate) fn checklist(n: u32) -> ChecklistVersion {
    let id = |place: u32| Uuid::from_u128(0x3000 + u128::from(place));
    let choice = json!({"choice": {"options": [
        {"code": "yes", "label": {"zh": "是"}, "share": 10_000}, {"code": "no", "label": {"zh": "否"}, "share": 0}]}});
    let mut items = vec![
        json!({"id": id(1), "code": "A", "criterion": {"zh": "甲"}, "weight": 60, "answer": choice}),
        json!({"id": id(2), "code": "B", "criterion": {"zh": "乙"}, "weight": 0, "answer": "text"}),
    ];
    if n % 2 == 1 {
        items.push(json!({"id": id(3), "code": "C", "criterion": {"zh": "丙"}, "weight": 40, "answer": choice,
                          "later": {"hours": 12}}));
    }
    let version = json!({
        "id": Uuid::from_u128(0x3100 + u128::from(n)), "checklist": id(0), "number": n, "topic": "hall",
        "title": {"zh": "厅"}, "how": {"zh": "看"}, "venue_kinds": ["hall"],
        "sections": [{"id": id(9), "title": {"zh": "一"}, "items": items}],
        "red_line_cap": 5_000, "applicable_min": 1,
    });
    serde_json::from_value(version).expect("a checklist version")
}

/// The id of the `n`-th version.
#[must_use]
pub(crate) const fn version(n: u32) -> ChecklistVersionId {
    ChecklistVersionId(Uuid::from_u128(0x3100 + n as u128))
}
