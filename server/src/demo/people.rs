//! The people of the demo city. Demo accounts exist nowhere else.

use domain::{
    ids::AccountId,
    role::{Role, RoleSet},
};

use super::places::ORIGIN;

/// The password of every demo account; `mingcha demo` says so, and says it is for trying only.
pub const PASSWORD: &str = "mingcha-demo";

/// The sign-in code of the demo tenant.
pub const TENANT_CODE: &str = "yunchuan";

/// A demo account.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The login name.
    pub login: &'static str,
    /// What the person is called.
    pub name: &'static str,
    /// What they do, for the line that `serve` prints.
    pub title: &'static str,
    roles: &'static [Role],
    /// Supervisors only: recruited outside the company.
    pub external: bool,
}

impl Person {
    /// What the person may do.
    #[must_use]
    pub fn roles(&self) -> RoleSet {
        RoleSet::of(self.roles)
    }

    /// The account, derived from the login.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(uuid::Uuid::new_v5(&ORIGIN, self.login.as_bytes()))
    }

    /// Whether the person makes visits.
    #[must_use]
    pub fn is_supervisor(&self) -> bool {
        self.roles.contains(&Role::Visitor)
    }
}

const fn person(login: &'static str, name: &'static str, title: &'static str, roles: &'static [Role]) -> Person {
    Person { login, name, title, roles, external: false }
}

const fn supervisor(login: &'static str, name: &'static str, external: bool) -> Person {
    Person { login, name, title: "行风监督员 supervisor", roles: &[Role::Visitor], external }
}

/// Everybody, HQ first.
pub const PEOPLE: [Person; 15] = [
    person("office", "周明远", "行风办 office", &[Role::Office]),
    person("reviewer", "林静", "审核 reviewer", &[Role::Reviewer]),
    person("reviewer2", "赵启文", "审核 reviewer", &[Role::Reviewer]),
    person("admin", "孙立", "系统管理员 administrator", &[Role::Admin]),
    person("leader", "何建国", "领导小组 steering group", &[Role::Steering]),
    person("custodian", "吴岚", "身份保管人 identity custodian", &[Role::Custodian]),
    person("auditor", "郑一鸣", "稽核 auditor", &[Role::Auditor]),
    supervisor("sup1", "陈晓燕", true),
    supervisor("sup2", "马志强", true),
    supervisor("sup3", "杨帆", true),
    supervisor("sup4", "徐慧", true),
    supervisor("sup5", "高远", true),
    supervisor("sup6", "罗敏", false),
    supervisor("sup7", "邓伟", false),
    supervisor("sup8", "曹雪", false),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn eight_supervisors_and_no_login_twice() {
        assert_eq!(PEOPLE.iter().filter(|person| person.is_supervisor()).count(), 8);
        assert_eq!(PEOPLE.iter().map(|person| person.login).collect::<BTreeSet<_>>().len(), PEOPLE.len());
        assert!(PEOPLE.iter().all(|person| person.external <= person.is_supervisor()));
    }
}
