//! Lists replace what has the same id and add the rest.

use std::sync::Arc;

use super::{Effects, Key, States};
use crate::op::payload::{ChecklistPublish, OrgImport, VenueImport};

pub(super) fn units(import: &OrgImport, states: &mut States, effects: &mut Effects) {
    for unit in &import.units {
        states.units.insert(unit.id, unit.clone());
        effects.touch(Key::Unit(unit.id));
    }
}

pub(super) fn venues(import: &VenueImport, states: &mut States, effects: &mut Effects) {
    for venue in &import.venues {
        states.venues.insert(venue.id, venue.clone());
        effects.touch(Key::Venue(venue.id));
    }
}

pub(super) fn checklist(publish: &ChecklistPublish, states: &mut States, effects: &mut Effects) {
    let version = Arc::new(publish.version.clone());
    effects.touch(Key::Checklist(version.id));
    states.checklists.insert(version.id, version);
}
