//! Accounts. Names and logins are checked by `identity`, which alone knows them.

use super::{Check, allowed, refuse};
use crate::{
    op::{Facts, RefusedCode, States, payload::AccountCreate},
    role::{Action, RoleSet},
};

pub(super) fn create(create: &AccountCreate, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::ManageOrg)?;
    let known: u16 = RoleSet::of(&crate::role::Role::ALL).0;
    if create.roles.0 == 0 || create.roles.0 & !known != 0 {
        return refuse(RefusedCode::BadValue, "roles");
    }
    if create.roles.is_guarded() && !facts.server {
        return refuse(RefusedCode::NotAllowed, "guarded");
    }
    if create.unit.is_some_and(|unit| !states.units.contains_key(&unit)) {
        return refuse(RefusedCode::Unknown, "unit");
    }
    Ok(())
}
