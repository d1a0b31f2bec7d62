//! What a supervisor does with a task: each is an op, cut at once.

use domain::{
    ids::AssignmentId,
    op::{
        Payload,
        payload::{AssignmentAccept, AssignmentDecline, VisitArrive, VisitLeave, VisitTakeOver},
    },
    place::{NoFix, Whereabouts},
    time::MINUTE_MS,
    visit::{Edit, Presence},
};

use super::Phone;

impl Phone {
    /// 接受.
    pub(crate) fn accept(self, id: AssignmentId) {
        self.cut(id, Payload::AssignmentAccept(AssignmentAccept {}));
    }

    /// 回避 or 婉拒.
    pub(crate) fn decline(self, id: AssignmentId, tie: bool, reason: String) {
        self.cut(id, Payload::AssignmentDecline(AssignmentDecline { tie, reason }));
    }

    /// 到场. The op is cut when the arrival can no longer be undone.
    pub(crate) fn arrive(self, id: AssignmentId) {
        let presence = self.presence(id);
        let located = matches!(presence.whereabouts, Whereabouts::Fix(_) | Whereabouts::None(NoFix::NotNeeded));
        self.edit(id, Edit::Arrive(presence));
        if !located {
            self.locate_later(id);
        }
    }

    /// The position may come in after the tap.
    fn locate_later(self, id: AssignmentId) {
        leptos::task::spawn_local(async move {
            for _ in 0..20 {
                device::clock::sleep(1_500).await;
                let Some(fix) = self.fix() else { continue };
                let arrived = self.rows.with_untracked(|rows| {
                    let draft = rows.get(&id)?.draft.as_ref()?;
                    draft.arrived.clone().filter(|_| !draft.arrival_cut)
                });
                if let Some(arrived) = arrived {
                    let whereabouts = Whereabouts::Fix(fix);
                    self.edit(id, Edit::LocateArrival(Presence { at: arrived.at, whereabouts }));
                }
                return;
            }
        });
    }

    /// Cuts the arrivals that can no longer be undone.
    pub(crate) fn cut_arrivals(self) {
        let now = device::clock::now();
        let due: Vec<(AssignmentId, Presence)> =
            self.rows.with_untracked(|rows| rows.values().filter_map(|row| row.arrival_due(now)).collect());
        if due.is_empty() {
            return;
        }
        // They wait to be sent from now on, and not only from when they are on the disk.
        self.keeper().refresh(self);
        for (id, presence) in due {
            self.cut(id, Payload::VisitArrive(VisitArrive { assignment: id, presence }));
        }
    }

    /// 离场.
    pub(crate) fn leave(self, id: AssignmentId) {
        let presence = self.presence(id);
        let arrived = self
            .rows
            .with_untracked(|rows| rows.get(&id)?.draft.as_ref().filter(|draft| !draft.arrival_cut)?.arrived.clone());
        if let Some(arrived) = arrived {
            self.cut(id, Payload::VisitArrive(VisitArrive { assignment: id, presence: arrived }));
        }
        self.edit(id, Edit::Leave(presence.clone()));
        self.cut(id, Payload::VisitLeave(VisitLeave { assignment: id, presence }));
        self.router.go(crate::route::Route::Debrief(id));
    }

    /// 提交. `false`: not saved; nothing was handed in.
    pub(crate) async fn submit(self, id: AssignmentId) -> bool {
        let seen = self.rows.with_untracked(|rows| Some(rows.get(&id)?.draft.as_ref()?.submission));
        let Some(seen) = seen else { return false };
        let keeper = self.keeper();
        keeper.hand_in(self, id, seen).await
    }

    /// 接手.
    pub(crate) fn take_over(self, id: AssignmentId) {
        self.cut(id, Payload::VisitTakeOver(VisitTakeOver { assignment: id }));
    }

    fn presence(self, id: AssignmentId) -> Presence {
        let has_place =
            self.rows.with_untracked(|rows| rows.get(&id).is_some_and(|row| row.task.venue.kind.has_place()));
        let whereabouts = match self.whereabouts() {
            _ if !has_place => Whereabouts::None(NoFix::NotNeeded),
            // An old fix says where one was, not where one is.
            Whereabouts::Fix(fix) if fix.age_ms > 5 * MINUTE_MS => Whereabouts::None(NoFix::Timeout),
            found => found,
        };
        Presence { at: device::clock::now(), whereabouts }
    }

    fn cut(self, id: AssignmentId, payload: Payload) {
        let keeper = self.keeper();
        // At once: a tap may cut two, and the first on the disk is not both.
        self.await_write();
        leptos::task::spawn_local(async move {
            keeper.cut(self, id, payload).await;
        });
    }
}
