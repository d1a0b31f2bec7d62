//! Lists are taken whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, allowed, refuse};
use crate::{
    ids::OrgUnitId,
    op::{
        Facts, RefusedCode, States,
        payload::{ChecklistPublish, IMPORT_MAX_ROWS, OrgImport, VenueImport},
    },
    org::{OrgKind, OrgUnit},
    role::Action,
};

pub(super) fn units(import: &OrgImport, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::ManageOrg)?;
    rows(import.units.len())?;
    let mut listed: BTreeMap<OrgUnitId, &OrgUnit> = BTreeMap::new();
    for unit in &import.units {
        if listed.insert(unit.id, unit).is_some() {
            return refuse(RefusedCode::Exists, &unit.code);
        }
        if unit.name.zh.trim().is_empty() {
            return refuse(RefusedCode::BadValue, &unit.code);
        }
    }
    for unit in &import.units {
        match unit.parent {
            None if unit.kind == OrgKind::City => {}
            None => return refuse(RefusedCode::BadValue, &unit.code),
            Some(parent) if listed.contains_key(&parent) || states.units.contains_key(&parent) => {}
            Some(_) => return refuse(RefusedCode::Unknown, &unit.code),
        }
        // A unit below itself would make every walk up the tree endless.
        let mut seen = BTreeSet::from([unit.id]);
        let mut above = unit.parent;
        while let Some(id) = above {
            if !seen.insert(id) {
                return refuse(RefusedCode::BadValue, &unit.code);
            }
            above = listed.get(&id).copied().or_else(|| states.units.get(&id)).and_then(|unit| unit.parent);
        }
    }
    Ok(())
}

pub(super) fn venues(import: &VenueImport, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::ManageOrg)?;
    rows(import.venues.len())?;
    let mut listed = BTreeSet::new();
    for venue in &import.venues {
        if !listed.insert(venue.id) {
            return refuse(RefusedCode::Exists, &venue.code);
        }
        if venue.name.zh.trim().is_empty() || venue.position.is_some_and(|position| !position.is_valid()) {
            return refuse(RefusedCode::BadValue, &venue.code);
        }
        if !states.units.contains_key(&venue.unit) || !states.units.contains_key(&venue.county) {
            return refuse(RefusedCode::Unknown, &venue.code);
        }
    }
    Ok(())
}

pub(super) fn checklist(publish: &ChecklistPublish, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::PublishChecklist)?;
    if states.checklists.contains_key(&publish.version.id) {
        return refuse(RefusedCode::Exists, "version");
    }
    Ok(())
}

fn rows(count: usize) -> Check {
    match count {
        0 => refuse(RefusedCode::BadValue, "rows"),
        _ if count > IMPORT_MAX_ROWS => refuse(RefusedCode::TooLarge, "rows"),
        _ => Ok(()),
    }
}
