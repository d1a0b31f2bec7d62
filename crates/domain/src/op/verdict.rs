//! What became of an op.

use serde::{Deserialize, Serialize, de::IntoDeserializer as _};

/// What became of an op. A refusal is an answer, never an error of the transport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", try_from = "Told")]
pub enum Verdict {
    /// It took effect.
    Applied,
    /// The same op was here before; its first verdict holds.
    Duplicate,
    /// Stored whole, not applied: it waits in HQ's inbox to be adopted or declined.
    Held {
        /// Why.
        code: HeldCode,
    },
    /// It can never be meant. The phone keeps it in 待处理.
    Refused {
        /// Why.
        code: RefusedCode,
        /// Which field, item or limit: a code or a number, never prose.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        detail: String,
    },
}

/// A verdict as it is written: what `is` says tells which of the rest is there. Read through this, because a
/// reader that must look at all members before it knows what they mean costs a phone thousands of bytes.
#[derive(Deserialize)]
struct Told {
    is: Is,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    detail: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Is {
    Applied,
    Duplicate,
    Held,
    Refused,
}

impl TryFrom<Told> for Verdict {
    type Error = serde::de::value::Error;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        let code = || told.code.as_deref().unwrap_or_default().into_deserializer();
        Ok(match told.is {
            Is::Applied => Self::Applied,
            Is::Duplicate => Self::Duplicate,
            Is::Held => Self::Held { code: HeldCode::deserialize(code())? },
            Is::Refused => Self::Refused { code: RefusedCode::deserialize(code())?, detail: told.detail },
        })
    }
}

impl Verdict {
    /// Whether the phone may free its copy: the server has the op safe.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }

    /// A refusal without a detail.
    #[must_use]
    pub const fn refused(code: RefusedCode) -> Self {
        Self::Refused { code, detail: String::new() }
    }

    /// The verdict that holds an op back.
    #[must_use]
    pub const fn held(code: HeldCode) -> Self {
        Self::Held { code }
    }
}

/// Why an op is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldCode {
    /// The server does not know this kind or version yet.
    UnknownKind,
    /// The task was called back.
    Withdrawn,
    /// The account was deactivated or the device revoked.
    Deactivated,
    /// Somebody else changed the subject first; this is a side revision.
    StaleBase,
    /// Another phone of the same person writes this visit.
    OtherPhone,
    /// The server has lost what this rests on (a restore).
    UnknownSubject,
    /// The subject is not in a state in which this can happen.
    WrongState,
    /// The server failed on it twice.
    Internal,
}

/// Why an op is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// It cannot be read.
    Undecodable,
    /// It is too large.
    TooLarge,
    /// It is about something that belongs to somebody else.
    NotYours,
    /// The role may not do this.
    NotAllowed,
    /// An answer is outside its range.
    AnswerOutOfRange,
    /// A field has a value that it cannot have.
    BadValue,
    /// Something that it names does not exist.
    Unknown,
    /// The subject was decided by somebody else meanwhile.
    AlreadyDecided,
    /// The visit's evidence has not arrived in full.
    Incomplete,
    /// Who chose the visitor by handle may not review the visit.
    Barred,
    /// The same id was used for something else before.
    ConflictingRetry,
    /// Such a thing exists already.
    Exists,
}

impl HeldCode {
    /// The code as written on the wire and in the log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownKind => "unknown_kind",
            Self::Withdrawn => "withdrawn",
            Self::Deactivated => "deactivated",
            Self::StaleBase => "stale_base",
            Self::OtherPhone => "other_phone",
            Self::UnknownSubject => "unknown_subject",
            Self::WrongState => "wrong_state",
            Self::Internal => "internal",
        }
    }
}

impl RefusedCode {
    /// The code as written on the wire and in the log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::TooLarge => "too_large",
            Self::NotYours => "not_yours",
            Self::NotAllowed => "not_allowed",
            Self::AnswerOutOfRange => "answer_out_of_range",
            Self::BadValue => "bad_value",
            Self::Unknown => "unknown",
            Self::AlreadyDecided => "already_decided",
            Self::Incomplete => "incomplete",
            Self::Barred => "barred",
            Self::ConflictingRetry => "conflicting_retry",
            Self::Exists => "exists",
        }
    }
}
