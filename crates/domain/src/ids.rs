//! Identifiers: a type of its own for everything that has one.
//!
//! An id says nothing: it is never ordered by and never counted. Ids of things
//! that an op creates are derived from the op (version 5), so that the phone,
//! the server and a replay arrive at the same ones.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The `n`-th id of this kind that `origin` gives rise to (UUID version 5).
            #[must_use]
            pub fn derive(origin: Uuid, n: u32) -> Self {
                let mut name = [0_u8; 36];
                let label = stringify!($name).as_bytes();
                name[..label.len()].copy_from_slice(label);
                name[32..].copy_from_slice(&n.to_be_bytes());
                Self(Uuid::new_v5(&origin, &name))
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl core::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
    )*};
}

id! {
    /// A city company with everything that belongs to it.
    TenantId;
    /// A city company, department, county branch, hall or agent.
    OrgUnitId;
    /// Something that can be visited: a hall, a hotline, a test point.
    VenueId;
    /// A person's account within one tenant. Of supervisors it is known to `identity` only.
    AccountId;
    /// The name under which one visit is known. One a visit, so that visits cannot be linked.
    AliasId;
    /// The handle under which the identity role offers a supervisor for one assignment dialogue.
    HandleId;
    /// A task: one venue, one checklist version, one window.
    AssignmentId;
    /// A checklist across all its versions.
    ChecklistId;
    /// One immutable version of a checklist.
    ChecklistVersionId;
    /// A section within a checklist.
    SectionId;
    /// A question. It keeps its id across versions while it means the same.
    ItemId;
    /// One visit. There is one for each assignment at most.
    VisitId;
    /// One photo, screenshot, memo or ticket.
    EvidenceId;
    /// A problem found.
    FindingId;
    /// One change of state, asked for by whoever acts.
    OpId;
    /// One person in one browser profile.
    JournalId;
}

impl VisitId {
    /// The visit of an assignment. Derived, so that two phones of one person
    /// cannot make two visits of one task.
    #[must_use]
    pub fn of(assignment: AssignmentId) -> Self {
        Self::derive(assignment.0, 0)
    }
}

impl AliasId {
    /// The alias that is granted with an assignment.
    #[must_use]
    pub fn of(assignment: AssignmentId) -> Self {
        Self::derive(assignment.0, 0)
    }

    /// The short code that people read, like `K7-雀`.
    #[must_use]
    pub fn code(self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
        const BIRDS: [&str; 16] =
            ["雀", "燕", "鹤", "鹭", "鸥", "雁", "莺", "鹊", "隼", "鸢", "鹂", "鹬", "鸽", "鹰", "鹇", "鸻"];
        let bytes = self.0.as_bytes();
        let mut code = String::with_capacity(8);
        code.push(LETTERS[bytes[0] as usize % LETTERS.len()] as char);
        code.push(char::from(b'0' + bytes[1] % 10));
        code.push(char::from(b'0' + bytes[2] % 10));
        code.push('-');
        code.push_str(BIRDS[bytes[3] as usize % BIRDS.len()]);
        code
    }
}

impl FindingId {
    /// The finding that a visit's failed item gives rise to. Derived, so that a
    /// resubmission mends it instead of adding another.
    #[must_use]
    pub fn of(visit: VisitId, item: ItemId) -> Self {
        Self(Uuid::new_v5(&visit.0, item.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_differ_by_origin_kind_and_number() {
        let a = Uuid::from_u128(1);
        assert_eq!(VenueId::derive(a, 0), VenueId::derive(a, 0));
        assert_ne!(VenueId::derive(a, 0), VenueId::derive(a, 1));
        assert_ne!(VenueId::derive(a, 0).0, OrgUnitId::derive(a, 0).0);
        assert_ne!(VenueId::derive(a, 0), VenueId::derive(Uuid::from_u128(2), 0));
    }
}
