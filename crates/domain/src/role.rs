//! The roles and what each may do.
//!
//! Thirteen stand in the permission table; 检查组, who make announced visits, is
//! the fourteenth and shares the column of 监督员.

use serde::{Deserialize, Serialize};

/// A role within a tenant. A person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Role {
    /// 系统管理员: accounts, org units, devices. Reads neither visits nor the identity map.
    Admin,
    /// 领导小组.
    Steering,
    /// 行风办: leads the campaign, plans and assigns.
    Office,
    /// 审核 (客服部): reviews visits, confirms findings.
    Reviewer,
    /// 专业部门.
    Department,
    /// 监督员: does visits on a phone.
    Visitor,
    /// 检查组: open (announced) visits.
    Inspector,
    /// 县分负责人.
    Head,
    /// 县分联络员.
    Liaison,
    /// 厅经理.
    Hall,
    /// 申诉复核人.
    Arbiter,
    /// 身份保管人: keeps the identity map.
    Custodian,
    /// 外部评议代表.
    Observer,
    /// 稽核.
    Auditor,
}

impl Role {
    /// Every role, in the order of the permission table.
    pub const ALL: [Self; 14] = [
        Self::Admin,
        Self::Steering,
        Self::Office,
        Self::Reviewer,
        Self::Department,
        Self::Visitor,
        Self::Inspector,
        Self::Head,
        Self::Liaison,
        Self::Hall,
        Self::Arbiter,
        Self::Custodian,
        Self::Observer,
        Self::Auditor,
    ];

    /// The code used on the wire, in files and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Steering => "steering",
            Self::Office => "office",
            Self::Reviewer => "reviewer",
            Self::Department => "department",
            Self::Visitor => "visitor",
            Self::Inspector => "inspector",
            Self::Head => "head",
            Self::Liaison => "liaison",
            Self::Hall => "hall",
            Self::Arbiter => "arbiter",
            Self::Custodian => "custodian",
            Self::Observer => "observer",
            Self::Auditor => "auditor",
        }
    }

    /// Whether the role opens visits as they came in, or the identity map. Nobody who only manages accounts at HQ gives
    /// such a role, or a new way into an account that has one: whoever runs the server does (ADR 24).
    #[must_use]
    pub const fn is_guarded(self) -> bool {
        may(self, Action::ReadRawVisit) || may(self, Action::ReadIdentity)
    }

    /// The role that has this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A set of roles, one bit each in the order of [`Role::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleSet(pub u16);

impl RoleSet {
    /// The set of these roles.
    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |bits, role| bits | 1 << *role as u8))
    }

    /// Whether the set holds `role`.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// The roles of the set.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// Whether one of the roles is guarded.
    #[must_use]
    pub fn is_guarded(self) -> bool {
        self.iter().any(Role::is_guarded)
    }

    /// Whether one of the roles may do `action`.
    #[must_use]
    pub fn may(self, action: Action) -> bool {
        self.iter().any(|role| may(role, action))
    }
}

/// Something that needs a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Create, disable and reset accounts; import org units and venues.
    ManageOrg,
    /// See accounts (never which visits they made) and org units.
    ReadOrg,
    /// Publish checklist versions.
    PublishChecklist,
    /// Read checklist versions.
    ReadChecklist,
    /// Draw, assign and recall visits, by handle or by lot.
    Assign,
    /// Do visits that were assigned to oneself.
    DoVisit,
    /// Read a visit as it came in: answers, position, photos, memos, under its alias.
    ReadRawVisit,
    /// Accept, return and void visits.
    Review,
    /// Read findings of the whole tenant.
    ReadFindings,
    /// Confirm, dismiss and open findings.
    DecideFindings,
    /// Adopt or decline what arrived and could not be applied.
    DecideHeld,
    /// Read the identity map.
    ReadIdentity,
    /// Read the operation log, verify the chain.
    Audit,
    /// Download lists.
    Export,
}

/// Whether `role` may do `action`. One line an action, as in the table of the handbook.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    use Role::{Admin, Arbiter, Auditor, Custodian, Department, Inspector, Office, Reviewer, Steering, Visitor};
    match action {
        Action::ManageOrg => matches!(role, Admin),
        Action::ReadOrg => matches!(role, Admin | Office | Auditor),
        Action::PublishChecklist => matches!(role, Office),
        Action::ReadChecklist => matches!(role, Office | Reviewer | Department | Auditor | Arbiter),
        Action::Assign => matches!(role, Office | Reviewer),
        Action::DoVisit => matches!(role, Visitor | Inspector),
        Action::ReadRawVisit => matches!(role, Reviewer | Arbiter | Custodian | Auditor),
        Action::Review => matches!(role, Reviewer),
        // A department reads those of its own topic, an observer a summary: neither is there yet, and all is too much.
        Action::ReadFindings => matches!(role, Steering | Office | Reviewer | Arbiter | Auditor),
        Action::DecideFindings => matches!(role, Office | Reviewer),
        Action::DecideHeld => matches!(role, Reviewer),
        Action::ReadIdentity => matches!(role, Custodian),
        Action::Audit => matches!(role, Auditor),
        Action::Export => matches!(role, Office | Reviewer | Auditor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_reads_neither_visits_nor_the_map() {
        assert!(!may(Role::Admin, Action::ReadRawVisit));
        assert!(!may(Role::Admin, Action::ReadIdentity));
        assert!(!may(Role::Admin, Action::Assign));
    }

    #[test]
    fn who_reads_visits_or_the_map_is_guarded_and_nobody_else_is() {
        let guarded: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_guarded()).collect();
        assert_eq!(guarded, [Role::Reviewer, Role::Arbiter, Role::Custodian, Role::Auditor]);
        for role in Role::ALL {
            assert_eq!(RoleSet::of(&[Role::Office, role]).is_guarded(), guarded.contains(&role), "{role:?}");
        }
        // Whoever could give such a role has none.
        assert!(Role::ALL.into_iter().all(|role| !(role.is_guarded() && may(role, Action::ManageOrg))));
    }

    #[test]
    fn inspected_units_reach_nothing_of_hq() {
        let all = [
            Action::ManageOrg,
            Action::ReadOrg,
            Action::PublishChecklist,
            Action::ReadChecklist,
            Action::Assign,
            Action::DoVisit,
            Action::ReadRawVisit,
            Action::Review,
            Action::ReadFindings,
            Action::DecideFindings,
            Action::DecideHeld,
            Action::ReadIdentity,
            Action::Audit,
            Action::Export,
        ];
        for role in [Role::Head, Role::Liaison, Role::Hall] {
            for action in all {
                assert!(!may(role, action), "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn codes_go_there_and_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
            assert!(RoleSet::of(&[role]).has(role));
        }
        assert_eq!(RoleSet::of(&Role::ALL).iter().count(), 14);
    }
}
