//! What each kind of op says.
//!
//! A kind's effect never changes; a new effect is a new version. Fields may be
//! added if they have a default.

use serde::{Deserialize, Serialize};

use super::decode_error::DecodeError;
use crate::{
    assignment::{Scenario, VisitMode, Window},
    checklist::ChecklistVersion,
    evidence::Sha256,
    finding::Severity,
    ids::{AccountId, AssignmentId, ChecklistVersionId, OpId, OrgUnitId, VenueId},
    org::{OrgUnit, Venue},
    role::RoleSet,
    text::Text,
    visit::{Presence, ReturnedItem, VisitDocument},
};

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)*) => {
        /// What is to happen. One variant a kind@version.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Payload {
            $($(#[$doc])* $name($name),)*
        }

        impl Payload {
            /// Every kind that this build knows.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// `noun.verb@version`.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind,)* }
            }

            /// The payload as JSON.
            #[must_use]
            pub fn to_json(&self) -> String {
                match self { $(Self::$name(payload) => json::to_string(payload),)* }
            }

            /// Reads the payload of `kind`.
            ///
            /// # Errors
            /// [`DecodeError::UnknownKind`], or [`DecodeError::Shape`] if it is none of that kind.
            pub fn from_json(kind: &str, text: &str) -> Result<Self, DecodeError> {
                match kind {
                    $($kind => json::from_str(text)
                        .map(Self::$name)
                        .map_err(|error| DecodeError::Shape(error.to_string())),)*
                    _ => Err(DecodeError::UnknownKind(kind.to_owned())),
                }
            }
        }
    };
}

payloads! {
    /// A list of org units, checked and applied whole.
    OrgImport = "org.import@1",
    /// A list of venues, checked and applied whole.
    VenueImport = "venue.import@1",
    /// A checklist version, immutable from then on.
    ChecklistPublish = "checklist.publish@1",
    /// An account. Name and login are kept in `identity` only.
    AccountCreate = "account.create@1",
    /// An account may no longer act.
    AccountDisable = "account.disable@1",
    /// An account gets a new way in.
    AccountReset = "account.reset@1",
    /// An account that was closed may act again, by a new way in.
    AccountReopen = "account.reopen@1",
    /// What the draw is to know of a supervisor. It is kept in `identity` only.
    SupervisorSet = "supervisor.set@1",
    /// Tasks, one or many.
    AssignmentPlan = "assignment.plan@1",
    /// The supervisor will do it.
    AssignmentAccept = "assignment.accept@1",
    /// The supervisor steps aside.
    AssignmentDecline = "assignment.decline@1",
    /// HQ calls a task back.
    AssignmentRecall = "assignment.recall@1",
    /// 到场.
    VisitArrive = "visit.arrive@1",
    /// 离场.
    VisitLeave = "visit.leave@1",
    /// 提交: first, mended, or completed by an item answered later.
    VisitSubmit = "visit.submit@1",
    /// 接手: another phone of the same person writes from now on.
    VisitTakeOver = "visit.take_over@1",
    /// 通过.
    VisitAccept = "visit.accept@1",
    /// 退回补正.
    VisitReturn = "visit.return@1",
    /// 作废.
    VisitVoid = "visit.void@1",
    /// The time of every item that was to be answered later is over: the score of a visit becomes final.
    VisitSettle = "visit.settle@1",
    /// The server has bytes that visits name, and their hash is right.
    EvidenceVerified = "evidence.verified@1",
    /// HQ stands by a finding.
    FindingConfirm = "finding.confirm@1",
    /// HQ does not.
    FindingDismiss = "finding.dismiss@1",
    /// HQ takes what was held as if it had just come.
    HeldAdopt = "held.adopt@1",
    /// HQ puts aside what was held.
    HeldDecline = "held.decline@1",
}

/// See [`Payload::OrgImport`]. Parents stand in the list or exist already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgImport {
    /// At most [`IMPORT_MAX_ROWS`].
    pub units: Vec<OrgUnit>,
}

/// See [`Payload::VenueImport`]. Units exist already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VenueImport {
    /// At most [`IMPORT_MAX_ROWS`].
    pub venues: Vec<Venue>,
}

/// The most rows that one import may have.
pub const IMPORT_MAX_ROWS: usize = 20_000;

/// See [`Payload::ChecklistPublish`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistPublish {
    /// The version, whole.
    pub version: ChecklistVersion,
}

/// See [`Payload::AccountCreate`]; the subject is the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCreate {
    /// What the person may do.
    pub roles: RoleSet,
    /// The unit to which the person belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<OrgUnitId>,
    /// Salted hash of what `identity` keeps about the person: chains the map without showing it.
    pub commitment: Sha256,
}

/// See [`Payload::AccountDisable`]; the subject is the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDisable {
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// See [`Payload::AccountReset`]; the subject is the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReset {
    /// As in [`AccountCreate`].
    pub commitment: Sha256,
}

/// See [`Payload::AccountReopen`]; the subject is the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReopen {
    /// As in [`AccountCreate`].
    pub commitment: Sha256,
}

/// See [`Payload::SupervisorSet`]; the subject is the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorSet {
    /// As in [`AccountCreate`].
    pub commitment: Sha256,
}

/// See [`Payload::AssignmentPlan`]. Who does what travels beside the op into `identity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentPlan {
    /// The tasks; at most 500.
    pub tasks: Vec<PlannedTask>,
    /// Whether a supervisor was chosen by handle for any of them (else all were drawn).
    #[serde(default)]
    pub by_handle: bool,
}

/// The most tasks that one op may plan.
pub const PLAN_MAX_TASKS: usize = 500;

/// One task of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTask {
    /// Its id: [`AssignmentId::derive`] of the op and its place in the list.
    pub id: AssignmentId,
    /// Which venue.
    pub venue: VenueId,
    /// Which checklist version.
    pub checklist: ChecklistVersionId,
    /// How the visit presents itself.
    #[serde(default)]
    pub mode: VisitMode,
    /// When.
    pub window: Window,
    /// The role to play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
    /// The published commitments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Text>,
}

/// See [`Payload::AssignmentAccept`]; the subject is the assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentAccept {}

/// See [`Payload::AssignmentDecline`]; the subject is the assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentDecline {
    /// A tie to the venue (回避) rather than another reason (婉拒).
    pub tie: bool,
    /// In the supervisor's words.
    pub reason: String,
}

/// See [`Payload::AssignmentRecall`]; the subject is the assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentRecall {
    /// Why.
    pub reason: String,
}

/// See [`Payload::VisitArrive`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitArrive {
    /// The task.
    pub assignment: AssignmentId,
    /// When and where.
    pub presence: Presence,
}

/// See [`Payload::VisitLeave`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitLeave {
    /// The task.
    pub assignment: AssignmentId,
    /// When and where.
    pub presence: Presence,
}

/// See [`Payload::VisitSubmit`]; the subject is the visit. It *is* the revision document.
pub type VisitSubmit = VisitDocument;

/// See [`Payload::VisitTakeOver`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitTakeOver {
    /// The task.
    pub assignment: AssignmentId,
}

/// See [`Payload::VisitAccept`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitAccept {}

/// See [`Payload::VisitReturn`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitReturn {
    /// What is to be mended; one at least, each with a reason.
    pub items: Vec<ReturnedItem>,
}

/// See [`Payload::VisitVoid`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitVoid {
    /// Why.
    pub reason: String,
}

/// See [`Payload::EvidenceVerified`]; the subject is the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceVerified {
    /// What was verified. Hashes that the visit does not name have no effect.
    pub sha256: Vec<Sha256>,
}

/// See [`Payload::FindingConfirm`]; the subject is the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingConfirm {
    /// The severity that HQ gives it.
    pub severity: Severity,
    /// What HQ writes about it.
    #[serde(default)]
    pub note: String,
}

/// See [`Payload::VisitSettle`]; the subject is the visit. The server sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitSettle {
    /// Its task.
    pub assignment: AssignmentId,
    /// By which checklist it was made.
    pub checklist: ChecklistVersionId,
}

/// See [`Payload::FindingDismiss`]; the subject is the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingDismiss {
    /// Why.
    pub reason: String,
}

/// See [`Payload::HeldAdopt`]; the subject is the held op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAdopt {
    /// The held op.
    pub op: OpId,
}

/// See [`Payload::HeldDecline`]; the subject is the held op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDecline {
    /// The held op.
    pub op: OpId,
    /// Why.
    pub reason: String,
}

impl AccountCreate {
    /// Whether this makes a supervisor.
    #[must_use]
    pub fn is_supervisor(&self) -> bool {
        self.roles.has(crate::role::Role::Visitor)
    }
}

/// The account that acts for the server itself (`evidence.verified`, the clock).
pub const SERVER_ACTOR: AccountId = AccountId(uuid::Uuid::from_u128(0x6d69_6e67_6368_6121_8000_0000_0000_0001));
