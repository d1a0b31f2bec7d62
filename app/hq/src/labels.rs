//! Words and colours for what the domain calls by codes.

use domain::{
    assignment::{AssignmentState, VisitMode},
    finding::{FindingState, Severity},
    op::HeldCode,
    org::{OrgKind, VenueKind},
    place::NoFix,
    role::Role,
    visit::VisitState,
};
use ui::{Glyph, Status, Tone};

use crate::words::{Word, w};

/// The topic (专项) of a code; the code itself for one of the tenant's own.
pub(crate) fn topic(code: &str) -> Option<Word> {
    Some(match code {
        "network" => w("网络感知", "Network"),
        "hotline" => w("客服热线", "Hotline"),
        "hall" => w("营业厅", "Business hall"),
        "online" => w("网上营业厅", "Online hall"),
        "billing" => w("计费准确", "Billing"),
        _ => return None,
    })
}

/// The five topics that come with Mingcha, in their order.
pub(crate) const TOPICS: [&str; 5] = ["network", "hotline", "hall", "online", "billing"];

pub(crate) const fn visit_state(state: VisitState) -> (Status, Word) {
    match state {
        VisitState::UnderWay => (Status::UnderWay, w("进行中", "Under way")),
        VisitState::Received => (Status::NeedsYou, w("待审", "To review")),
        VisitState::Returned => (Status::Returned, w("已退回", "Returned")),
        VisitState::Accepted => (Status::Done, w("已通过", "Accepted")),
        VisitState::Voided => (Status::Void, w("已作废", "Void")),
    }
}

/// A visit by its state, or as one of which nothing comes any more: its task was called back while it was under way.
pub(crate) const fn visit(state: VisitState, called_back: bool) -> (Status, Word) {
    if called_back { task_state(AssignmentState::Recalled) } else { visit_state(state) }
}

pub(crate) const fn finding_state(state: FindingState) -> (Status, Word) {
    match state {
        FindingState::Proposed => (Status::NeedsYou, w("待定", "Proposed")),
        FindingState::Confirmed => (Status::Done, w("已确认", "Confirmed")),
        FindingState::Dismissed => (Status::Void, w("不成立", "Dismissed")),
        FindingState::Withdrawn => (Status::Void, w("已撤下", "Withdrawn")),
    }
}

/// Every state of a finding with its code in addresses.
pub(crate) const FINDING_STATES: [(FindingState, &str); 4] = [
    (FindingState::Proposed, "proposed"),
    (FindingState::Confirmed, "confirmed"),
    (FindingState::Dismissed, "dismissed"),
    (FindingState::Withdrawn, "withdrawn"),
];

/// Every severity with its code in addresses, the worst first.
pub(crate) const SEVERITIES: [(Severity, &str); 3] =
    [(Severity::Critical, "critical"), (Severity::Major, "major"), (Severity::Minor, "minor")];

pub(crate) const fn severity(severity: Severity) -> (Tone, Glyph, Word) {
    match severity {
        Severity::Critical => (Tone::Cinnabar, Glyph::FLAG, w("严重", "Critical")),
        Severity::Major => (Tone::Amber, Glyph::WARNING, w("较重", "Major")),
        Severity::Minor => (Tone::Neutral, Glyph::CIRCLE, w("一般", "Minor")),
    }
}

pub(crate) const fn task_state(state: AssignmentState) -> (Status, Word) {
    match state {
        AssignmentState::Released => (Status::Open, w("已派发", "Given out")),
        AssignmentState::Accepted => (Status::UnderWay, w("已接受", "Accepted")),
        AssignmentState::Recused => (Status::NeedsYou, w("已回避", "Stepped aside: a tie")),
        AssignmentState::Declined => (Status::NeedsYou, w("已婉拒", "Declined")),
        AssignmentState::InProgress => (Status::UnderWay, w("执行中", "In progress")),
        AssignmentState::Submitted => (Status::Done, w("已提交", "Handed in")),
        AssignmentState::Recalled => (Status::Void, w("已收回", "Recalled")),
    }
}

/// Every state of a task with its code in addresses.
pub(crate) const TASK_STATES: [(AssignmentState, &str); 7] = [
    (AssignmentState::Released, "released"),
    (AssignmentState::Accepted, "accepted"),
    (AssignmentState::InProgress, "in_progress"),
    (AssignmentState::Submitted, "submitted"),
    (AssignmentState::Recused, "recused"),
    (AssignmentState::Declined, "declined"),
    (AssignmentState::Recalled, "recalled"),
];

pub(crate) const fn mode(mode: VisitMode) -> Word {
    match mode {
        VisitMode::Covert => w("暗访", "Unannounced"),
        VisitMode::Open => w("明查", "Announced"),
        VisitMode::WalkThrough => w("流程穿越", "Walk-through"),
        VisitMode::Recheck => w("回头看", "Re-check"),
    }
}

pub(crate) const fn venue_kind(kind: VenueKind) -> (Glyph, Word) {
    match kind {
        VenueKind::TestPoint => (Glyph::TOWER, w("测试点", "Test point")),
        VenueKind::Hotline => (Glyph::HOTLINE, w("热线", "Hotline")),
        VenueKind::Hall => (Glyph::HALL, w("营业厅", "Hall")),
        VenueKind::Online => (Glyph::ONLINE, w("网厅", "Online")),
        VenueKind::Billing => (Glyph::BILLING, w("计费用例", "Billing case")),
    }
}

pub(crate) const fn org_kind(kind: OrgKind) -> Word {
    match kind {
        OrgKind::City => w("市公司", "City company"),
        OrgKind::Department => w("部门", "Department"),
        OrgKind::County => w("县分公司", "County branch"),
        OrgKind::Hall => w("营业厅", "Hall"),
        OrgKind::Agent => w("代理点", "Agent"),
    }
}

pub(crate) const fn no_fix(reason: NoFix) -> Word {
    match reason {
        NoFix::Refused => w("未获定位许可", "Position not permitted"),
        NoFix::Timeout => w("定位超时", "No position in time"),
        NoFix::Unavailable => w("手机无法定位", "The phone cannot find its position"),
        NoFix::NotNeeded => w("无需到场", "No place to go to"),
    }
}

pub(crate) const fn role(role: Role) -> Word {
    match role {
        Role::Admin => w("系统管理员", "Admin"),
        Role::Steering => w("领导小组", "Steering group"),
        Role::Office => w("行风办", "Office"),
        Role::Reviewer => w("审核", "Reviewer"),
        Role::Department => w("专业部门", "Department"),
        Role::Visitor => w("监督员", "Supervisor"),
        Role::Inspector => w("检查组", "Inspector"),
        Role::Head => w("县分负责人", "County head"),
        Role::Liaison => w("县分联络员", "County liaison"),
        Role::Hall => w("厅经理", "Hall manager"),
        Role::Arbiter => w("申诉复核人", "Arbiter"),
        Role::Custodian => w("身份保管人", "Custodian"),
        Role::Observer => w("外部评议代表", "Observer"),
        Role::Auditor => w("稽核", "Auditor"),
    }
}

/// What is held for a reason that is about whoever sent it.
pub(crate) const SENDER: &str = "sender";

/// Why an op is held, by its code.
pub(crate) fn held(code: &str) -> Word {
    if code == SENDER {
        return w("它交来时已不能直接生效", "It could not take effect any more when it came");
    }
    let known = [
        (HeldCode::UnknownKind, w("服务器还不认识这类操作", "The server does not know this kind yet")),
        (HeldCode::Withdrawn, w("任务已被收回", "The task had been recalled")),
        (HeldCode::StaleBase, w("别人先改动了它", "Somebody else had changed it first")),
        (HeldCode::UnknownSubject, w("服务器上没有它所依据的内容", "The server has lost what it rests on")),
        (HeldCode::WrongState, w("当时的状态不允许", "Not possible in the state it met")),
        (HeldCode::Internal, w("服务器两次处理失败", "The server failed on it twice")),
    ];
    known
        .into_iter()
        .find(|(held, _)| held.code() == code)
        .map_or(w("原因未知", "Unknown reason"), |(_, word)| word)
}
