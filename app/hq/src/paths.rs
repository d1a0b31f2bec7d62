//! Every address of HQ, whole. Routes, links and tests read them here.

use domain::ids::{AccountId, AssignmentId, ChecklistVersionId, VenueId, VisitId};

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident, $route:ident = $path:tt;)*) => {
        $($(#[$doc])* pub const $name: &str = $path;)*

        /// The same addresses as the router wants them.
        pub(crate) mod route {
            use leptos_router::{PossibleRouteMatch, path};
            $(pub(crate) fn $route() -> impl PossibleRouteMatch + Clone + core::fmt::Debug + Send + Sync + 'static {
                path!($path)
            })*
        }

        /// Every page, for tests that walk them all.
        pub const PAGES: &[&str] = &[$($path),*];
    };
}

pages! {
    /// 总览.
    BOARD, board = "/hq";
    /// Signing in.
    SIGN_IN, sign_in = "/hq/sign-in";
    /// 走访: the list.
    VISITS, visits = "/hq/visits";
    /// One visit.
    VISIT, visit = "/hq/visits/:id";
    /// 通过: the page that asks once more.
    VISIT_ACCEPT, visit_accept = "/hq/visits/:id/accept";
    /// 退回补正: chosen items with their reasons.
    VISIT_RETURN, visit_return = "/hq/visits/:id/return";
    /// 作废, with a reason.
    VISIT_VOID, visit_void = "/hq/visits/:id/void";
    /// 问题: the list.
    FINDINGS, findings = "/hq/findings";
    /// 派访: what is assigned.
    TASKS, tasks = "/hq/tasks";
    /// 派访: new ones.
    ASSIGN, assign = "/hq/tasks/new";
    /// 检查表: the list.
    CHECKLISTS, checklists = "/hq/checklists";
    /// One version of a checklist.
    CHECKLIST, checklist = "/hq/checklists/:id";
    /// 机构: units and venues.
    ORG, org = "/hq/org";
    /// 人员.
    PEOPLE, people = "/hq/people";
    /// The one-time link that was just made.
    PEOPLE_LINK, people_link = "/hq/people/link";
    /// What the draw knows of one supervisor.
    SUPERVISOR, supervisor = "/hq/people/:id";
    /// 收件: what arrived and could not be applied.
    HELD, held = "/hq/held";
    /// 设置.
    SETTINGS, settings = "/hq/settings";
}

/// Visits as a table, filtered as the list is. Not a page of the router: link to it with `rel="external"`.
pub const VISITS_CSV: &str = "/hq/export/visits.csv";
/// The answers of these visits as a table. Not a page of the router: link to it with `rel="external"`.
pub const ANSWERS_CSV: &str = "/hq/export/answers.csv";
/// Findings as a table, filtered as the list is. Not a page of the router: link to it with `rel="external"`.
pub const FINDINGS_CSV: &str = "/hq/export/findings.csv";

/// One visit.
#[must_use]
pub fn visit(id: VisitId) -> String {
    format!("/hq/visits/{id}")
}

/// What is asked once more before a visit is decided.
#[must_use]
pub fn visit_decision(id: VisitId, decision: &str) -> String {
    format!("/hq/visits/{id}/{decision}")
}

/// One version of a checklist.
#[must_use]
pub fn checklist(id: ChecklistVersionId) -> String {
    format!("/hq/checklists/{id}")
}

/// What the draw knows of one supervisor.
#[must_use]
pub fn supervisor(id: AccountId) -> String {
    format!("/hq/people/{id}")
}

/// The tasks of one venue.
#[must_use]
pub fn tasks_of(venue: VenueId) -> String {
    format!("/hq/tasks?venue={venue}")
}

/// Calling one task back.
#[must_use]
pub fn task_anchor(id: AssignmentId) -> String {
    format!("/hq/tasks#{id}")
}

/// The bytes of a piece of evidence, as far as whoever asks may see that visit.
#[must_use]
pub fn evidence(sha256: domain::evidence::Sha256, visit: VisitId) -> String {
    format!("/api/v1/evidence/{sha256}?visit={visit}")
}
