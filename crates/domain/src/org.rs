//! Org units and venues.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrgUnitId, VenueId},
    place::Position,
    text::Text,
};

/// What an org unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// 市公司.
    City,
    /// 部门.
    Department,
    /// 县(市)分公司.
    County,
    /// 营业厅.
    Hall,
    /// 代理点.
    Agent,
}

impl OrgKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::City, Self::Department, Self::County, Self::Hall, Self::Agent];

    /// The code used in files and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Department => "department",
            Self::County => "county",
            Self::Hall => "hall",
            Self::Agent => "agent",
        }
    }

    /// The kind that has this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A unit of the company, any depth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgUnit {
    /// Its id; it never changes.
    pub id: OrgUnitId,
    /// The unit above; `None` for the city company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrgUnitId>,
    /// What it is.
    pub kind: OrgKind,
    /// The code of the unit in the company's own lists.
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// What kind of thing is visited: decides which checklists fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VenueKind {
    /// 测试点: a place where the network is tried.
    TestPoint,
    /// 热线: a number that is called.
    Hotline,
    /// 营业厅 or 代理点.
    Hall,
    /// 网上营业厅: a website, app or mini program.
    Online,
    /// 计费用例组: the bill of one test account.
    Billing,
}

impl VenueKind {
    /// Every kind, in the order of the five topics.
    pub const ALL: [Self; 5] = [Self::TestPoint, Self::Hotline, Self::Hall, Self::Online, Self::Billing];

    /// The code used in files and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TestPoint => "test_point",
            Self::Hotline => "hotline",
            Self::Hall => "hall",
            Self::Online => "online",
            Self::Billing => "billing",
        }
    }

    /// The kind that has this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether one goes there: a visit of it has a position and a distance.
    #[must_use]
    pub const fn has_place(self) -> bool {
        matches!(self, Self::TestPoint | Self::Hall)
    }
}

/// The coordinate system in which a list names positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Crs {
    /// GPS.
    Wgs84,
    /// Chinese maps (AutoNavi, Tencent).
    Gcj02,
    /// Baidu.
    Bd09,
}

/// A position as it was imported: kept beside the converted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalPosition {
    /// Its coordinate system.
    pub crs: Crs,
    /// The numbers of the list.
    pub position: Position,
}

/// Something that can be visited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// Its id; it never changes.
    pub id: VenueId,
    /// What it is.
    pub kind: VenueKind,
    /// The code of the venue in the company's own lists.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// The unit that answers for it.
    pub unit: OrgUnitId,
    /// The county branch above that unit (or the unit itself): scopes and scores go by it.
    pub county: OrgUnitId,
    /// The address as people say it; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// WGS-84; `None` shows 无坐标, never a distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The position as it was imported, where that was another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<OriginalPosition>,
    /// Opening hours as posted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hours: String,
    /// Run by an agent (合作厅): other minimums apply.
    #[serde(default)]
    pub agent: bool,
    /// In the country: 72 hours instead of 48 for repairs.
    #[serde(default)]
    pub rural: bool,
}
