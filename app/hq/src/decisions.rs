//! Decisions that were made and can still be taken back. They follow the reviewer from page to page
//! for ten seconds; only then is the op cut.

use std::collections::BTreeMap;

use core::time::Duration;

use domain::ids::{OpId, VisitId};
use leptos::{
    ev::{BeforeUnloadEvent, beforeunload},
    prelude::*,
};
use ui::{Button, ButtonKind, Glyph};

use crate::{
    error::HqError,
    parts::Failure,
    paths,
    visit::api::{AcceptVisit, GiveBackVisit, VoidVisit, accept_visit, give_back_visit, void_visit},
    words::{Word, fill, t, w},
};

/// How long a decision can be taken back, seconds.
const TAKE_BACK_S: u32 = 10;

/// What was decided about a visit.
#[derive(Clone)]
pub(crate) enum Decision {
    /// 通过.
    Accept(AcceptVisit),
    /// 退回补正.
    Return(GiveBackVisit),
    /// 作废.
    Void(VoidVisit),
}

impl Decision {
    /// About which visit.
    fn visit(&self) -> VisitId {
        match self {
            Self::Accept(asked) => asked.visit,
            Self::Return(asked) => asked.visit,
            Self::Void(asked) => asked.visit,
        }
    }

    /// The op that will be cut.
    fn op(&self) -> OpId {
        match self {
            Self::Accept(asked) => asked.op_id,
            Self::Return(asked) => asked.op_id,
            Self::Void(asked) => asked.op_id,
        }
    }

    const fn word(&self) -> Word {
        match self {
            Self::Accept(_) => w("通过", "Accept"),
            Self::Return(_) => w("退回", "Return"),
            Self::Void(_) => w("作废", "Void"),
        }
    }

    async fn send(self) -> Result<(), HqError> {
        match self {
            Self::Accept(AcceptVisit { op_id, base, visit, .. }) => accept_visit(op_id, base, visit, true).await,
            Self::Return(GiveBackVisit { op_id, base, visit, items, .. }) => {
                give_back_visit(op_id, base, visit, items, true).await
            }
            Self::Void(VoidVisit { op_id, base, visit, reason, .. }) => {
                void_visit(op_id, base, visit, reason, true).await
            }
        }
    }
}

#[derive(Clone)]
struct Pending {
    decision: Decision,
    /// What the visit is called.
    about: String,
    /// Seconds until it is sent; none left while it is on its way.
    /// Owned by nobody, so that it outlives the page on which the decision was made.
    left: ArcRwSignal<u32>,
}

impl Pending {
    fn words(&self) -> String {
        fill(w("{} · {}", "{} · {}"), &[t(self.decision.word()), &self.about])
    }
}

/// A decision that did not take effect, or of which that is not known.
#[derive(Clone)]
struct Failed {
    made: Pending,
    error: HqError,
}

/// How many of this tab's decisions about a visit the server has answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answered {
    /// They took effect.
    pub(crate) done: u32,
    /// They do not.
    pub(crate) refused: u32,
}

/// The decisions of this tab.
#[derive(Clone, Copy)]
pub(crate) struct Decisions {
    pending: RwSignal<Vec<Pending>>,
    answered: RwSignal<BTreeMap<VisitId, Answered>>,
    failed: RwSignal<Vec<Failed>>,
}

impl Decisions {
    /// None yet; for the frame to provide.
    pub(crate) fn new() -> Self {
        let this = Self {
            pending: RwSignal::new(Vec::new()),
            answered: RwSignal::new(BTreeMap::new()),
            failed: RwSignal::new(Vec::new()),
        };
        // Whoever leaves while a decision waits is asked first: it would not take effect.
        let leaving = window_event_listener(beforeunload, move |event: BeforeUnloadEvent| {
            if this.pending.try_with_untracked(|pending| !pending.is_empty()) == Some(true) {
                event.prevent_default();
            }
        });
        on_cleanup(move || leaving.remove());
        this
    }

    /// Decides about a visit, unless somebody takes it back.
    pub(crate) fn make(self, decision: Decision, about: String) {
        let visit = decision.visit();
        if self.waits_for(visit) {
            return;
        }
        self.failed.update(|all| all.retain(|one| one.made.decision.visit() != visit));
        let op = decision.op();
        let left = ArcRwSignal::new(TAKE_BACK_S);
        self.pending.update(|all| all.push(Pending { decision, about, left }));
        self.tick(op);
    }

    /// Whether a decision about the visit waits.
    pub(crate) fn waits_for(self, visit: VisitId) -> bool {
        self.pending.with(|all| all.iter().any(|one| one.decision.visit() == visit))
    }

    /// What has come of this tab's decisions about the visit. With each the visit may be another than the one on screen.
    pub(crate) fn answered(self, visit: VisitId) -> Answered {
        self.answered.with(|all| all.get(&visit).copied().unwrap_or_default())
    }

    /// It no longer waits: it was taken back, or sent.
    fn let_go(self, op: OpId) {
        self.pending.update(|all| all.retain(|one| one.decision.op() != op));
    }

    fn tick(self, op: OpId) {
        let second = move || {
            let find = |all: &Vec<Pending>| all.iter().find(|one| one.decision.op() == op).cloned();
            // Gone: it was taken back.
            let Some(one) = self.pending.try_with_untracked(find).flatten() else { return };
            let left = one.left.get_untracked().saturating_sub(1);
            one.left.set(left);
            if left > 0 {
                self.tick(op);
                return;
            }
            leptos::task::spawn_local(async move {
                let sent = one.decision.clone().send().await;
                self.let_go(op);
                self.answered.update(|all| {
                    let answered = all.entry(one.decision.visit()).or_default();
                    match &sent {
                        Ok(()) => answered.done += 1,
                        Err(error) => answered.refused += u32::from(error.is_refusal()),
                    }
                });
                if let Err(error) = sent {
                    self.failed.update(|all| all.push(Failed { made: one, error }));
                }
            });
        };
        set_timeout(second, Duration::from_secs(1));
    }
}

/// What waits, at the foot of every screen, each with its way back; and what came of one that failed.
#[component]
pub(crate) fn DecisionsMade() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    view! {
        <div class="made-failed">
            <For each=move || decisions.failed.get() key=|one| one.made.decision.op() let:one>
                {failure(decisions, one)}
            </For>
        </div>
        <div class="made" role="status" data-pending=move || decisions.pending.with(Vec::len).to_string()>
            <For each=move || decisions.pending.get() key=|one| one.decision.op() let:one>
                {line(decisions, &one)}
            </For>
        </div>
    }
}

fn line(decisions: Decisions, one: &Pending) -> impl IntoView + use<> {
    let (op, words) = (one.decision.op(), one.words());
    let (left, waiting) = (one.left.clone(), one.left.clone());
    // Once it is on its way it takes effect: nothing is offered that would only hide it.
    let waits = Memo::new(move |_| waiting.get() > 0);
    let when = move || match left.get() {
        0 => t(w("正在送出", "on its way")).to_owned(),
        left => fill(w("{} 秒后生效", "in {} s"), &[&left.to_string()]),
    };
    view! {
        <div class="made__line" data-state="pending">
            <span class="grow one-line">{words}</span>
            // Seconds are for the eye; said aloud they would drown everything else.
            <span class="num" aria-hidden="true">{when}</span>
            {move || {
                waits
                    .get()
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Link icon=Glyph::UNDO on_click=move |()| decisions.let_go(op)>
                                {t(w("撤回", "Take back"))}
                            </Button>
                        }
                    })
            }}
        </div>
    }
}

/// What became of a decision that failed, with the way to its visit: by now another may be on screen.
fn failure(decisions: Decisions, Failed { made, error }: Failed) -> impl IntoView {
    let (op, to) = (made.decision.op(), paths::visit(made.decision.visit()));
    let seen = move |()| decisions.failed.update(|all| all.retain(|one| one.made.decision.op() != op));
    view! {
        <Failure error about=made.words()>
            <p class="row">
                <a href=to>{t(w("看这次走访", "See the visit"))}</a>
                <Button kind=ButtonKind::Link on_click=seen>
                    {t(w("知道了", "Understood"))}
                </Button>
            </p>
        </Failure>
    }
}
