//! Problems found.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{FindingId, ItemId, OrgUnitId, VenueId, VisitId},
    text::Text,
    time::Moment,
};

/// How bad a problem is. Decides its default time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 一般.
    Minor,
    /// 较重.
    Major,
    /// 严重: a red line.
    Critical,
}

/// Where a problem became known: the twelve sources of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingSource {
    /// 明查暗访.
    Visit,
    /// 用户投诉.
    Complaint,
    /// 热线.
    Hotline,
    /// 媒体.
    Media,
    /// 自查.
    SelfCheck,
    /// 问卷.
    Survey,
    /// 座谈.
    Forum,
    /// 走访客户.
    CustomerCall,
    /// 督查.
    Inspection,
    /// 行评办、纠风办、民评代表.
    OutsideBody,
    /// 用户申诉.
    Appeal,
    /// 随手报.
    Report,
}

/// Where a problem stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Proposed from a failed item; nobody has decided yet.
    Proposed,
    /// HQ stands by it.
    Confirmed,
    /// HQ does not.
    Dismissed,
    /// The visit was mended or voided: what it rested on is gone.
    Withdrawn,
}

/// A problem found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// Where it became known.
    pub source: FindingSource,
    /// The visit that found it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// The item that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The code of that item, as people cite it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_code: String,
    /// The topic (专项), as the checklist names it.
    pub topic: String,
    /// Where.
    pub venue: VenueId,
    /// The unit that answers for it.
    pub unit: OrgUnitId,
    /// Its county branch when the problem was found.
    pub county: OrgUnitId,
    /// How bad.
    pub severity: Severity,
    /// What it is about.
    pub title: Text,
    /// What was seen, in the visitor's or reviewer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Why it was dismissed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// When it was found, by the server's clock.
    pub found_at: Moment,
    /// Where it stands.
    pub state: FindingState,
    /// Counts the ops applied to it.
    pub revision: u32,
}
