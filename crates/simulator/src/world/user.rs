//! What a supervisor does with a phone.

use std::sync::Arc;

use checker::Event;
use domain::{
    checklist::{Answer, Value},
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AssignmentId, EvidenceId, ItemId},
    op::{
        Payload,
        payload::{AssignmentAccept, AssignmentDecline, VisitArrive, VisitLeave, VisitTakeOver},
    },
    place::{NoFix, Whereabouts},
    visit::{Edit, EditRecord, Presence, apply_edit},
};
use sync::{Engine, Stage, TaskAtHand, put_draft};

use super::World;
use crate::{
    city,
    phone::{Me, Open, Written, put_me},
};

impl World {
    /// A tap, whichever makes sense.
    pub(super) fn use_phone(&mut self, n: usize) {
        if self.phones[n].gone {
            return;
        }
        if self.phones[n].open.is_none() {
            if self.phones[n].load() {
                self.cut_arrivals(n);
            } else {
                self.sign_in(n);
            }
            return;
        }
        match self.luck.below(100) {
            0..=2 => return self.kill(n),
            3..=5 => return self.sign_in(n),
            6 => return self.sign_out(n),
            7..=9 => return self.cut_arrivals(n),
            10 => return self.prune(n),
            _ => {}
        }
        let Some(open) = &self.phones[n].open else { return };
        let ids: Vec<AssignmentId> = open.rows.keys().copied().collect();
        let Some(id) = self.luck.pick(&ids).copied() else { return };
        let Some(row) = open.rows.get(&id) else { return };
        match row.stage(open.engine.waits_for(id)) {
            Stage::Offered if self.luck.permille(850) => {
                self.cut(n, id, Payload::AssignmentAccept(AssignmentAccept {}));
            }
            Stage::Offered => {
                let decline = AssignmentDecline { tie: self.luck.permille(500), reason: "不便".into() };
                self.cut(n, id, Payload::AssignmentDecline(decline));
            }
            Stage::Ready => {
                let presence = self.presence(n);
                self.edit(n, id, Edit::Arrive(presence), None);
            }
            Stage::OnSite => self.on_site(n, id),
            Stage::Debrief | Stage::Returned => self.debrief(n, id),
            Stage::Later => self.later(n, id),
            Stage::Elsewhere if self.luck.permille(300) => {
                self.cut(n, id, Payload::VisitTakeOver(VisitTakeOver { assignment: id }));
            }
            _ => {}
        }
    }

    fn on_site(&mut self, n: usize, id: AssignmentId) {
        match self.luck.below(10) {
            0 => {
                self.edit(n, id, Edit::UndoArrive, None);
            }
            1..=3 => self.leave(n, id),
            4..=6 => self.add_photo(n, id),
            _ => self.answer(n, id),
        }
    }

    fn debrief(&mut self, n: usize, id: AssignmentId) {
        match self.luck.below(10) {
            0..=2 => self.answer(n, id),
            3 => self.add_photo(n, id),
            4 => self.remove_photo(n, id),
            _ => self.submit(n, id),
        }
    }

    fn later(&mut self, n: usize, id: AssignmentId) {
        if self.luck.permille(self.weather.forgetful) {
            return;
        }
        let row = self.phones[n].open.as_ref().and_then(|open| open.rows.get(&id));
        let Some(draft) = row.and_then(|row| row.draft.clone()) else { return };
        let open: Vec<ItemId> = draft.open_later.iter().copied().collect();
        let Some(item) = self.luck.pick(&open).copied() else { return };
        if draft.has_more() {
            self.submit(n, id);
        } else if self.luck.permille(200) {
            // A note comes before the answer, or instead of it.
            let answer = Some(Answer { note: "they have not called back".into(), ..Answer::default() });
            self.edit(n, id, Edit::Answer { item, answer }, None);
        } else {
            self.say(n, id, item, Value::Choice("yes".into()));
        }
    }

    /// 离场: as the phone does it, in transactions of their own.
    fn leave(&mut self, n: usize, id: AssignmentId) {
        let presence = self.presence(n);
        self.edit(n, id, Edit::Leave(presence.clone()), None);
        let Some(open) = &self.phones[n].open else { return };
        let draft = open.rows.get(&id).and_then(|row| row.draft.as_ref()).filter(|draft| !draft.arrival_cut);
        if let Some(arrived) = draft.and_then(|draft| draft.arrived.clone()) {
            self.cut(n, id, Payload::VisitArrive(VisitArrive { assignment: id, presence: arrived }));
        }
        self.cut(n, id, Payload::VisitLeave(VisitLeave { assignment: id, presence }));
    }

    /// Arrivals that can no longer be undone.
    fn cut_arrivals(&mut self, n: usize) {
        let now = self.phones[n].clock(self.now);
        let Some(open) = &self.phones[n].open else { return };
        let due: Vec<(AssignmentId, Presence)> = open.rows.values().filter_map(|row| row.arrival_due(now)).collect();
        for (assignment, presence) in due {
            self.cut(n, assignment, Payload::VisitArrive(VisitArrive { assignment, presence }));
        }
    }

    fn presence(&self, n: usize) -> Presence {
        Presence { at: self.phones[n].clock(self.now), whereabouts: Whereabouts::None(NoFix::Refused) }
    }

    fn answer(&mut self, n: usize, id: AssignmentId) {
        let items = city::checklist(0).items().map(|item| item.id).collect::<Vec<_>>();
        let Some(item) = self.luck.pick(&items).copied() else { return };
        let value = if item == items[0] {
            Value::Choice(if self.luck.permille(500) { "yes" } else { "no" }.to_owned())
        } else {
            Value::Text(format!("{:x}", self.luck.next()))
        };
        self.say(n, id, item, value);
    }

    fn say(&mut self, n: usize, id: AssignmentId, item: ItemId, value: Value) {
        let seen = serde_json::to_string(&value).unwrap_or_default();
        let edit = Edit::Answer { item, answer: Some(Answer { value: Some(value), ..Answer::default() }) };
        // Died after it was saved and before the screen said so: it is saved all the same.
        if matches!(self.edit(n, id, edit, None), Some(Written::Yes | Written::DiedAfter)) {
            self.phones[n].saved.entry(id).or_default().insert(item, seen);
        }
    }

    fn add_photo(&mut self, n: usize, id: AssignmentId) {
        let bytes = self.photo();
        let sha256 = Sha256::of(&bytes);
        let record = EvidenceRecord {
            id: EvidenceId(self.luck.uuid()),
            item: None,
            kind: EvidenceKind::Photo,
            source: EvidenceSource::InPageCamera,
            bytes: Some(StoredBytes { sha256, size: bytes.len() as u64, mime: "image/jpeg".into() }),
            text: String::new(),
            captured_at: self.phones[n].clock(self.now),
            captured_known: CapturedKnown::Shutter,
            fix: None,
            caption: String::new(),
        };
        self.edit(n, id, Edit::AddEvidence(record), Some((sha256, bytes)));
    }

    fn remove_photo(&mut self, n: usize, id: AssignmentId) {
        let row = self.phones[n].open.as_ref().and_then(|open| open.rows.get(&id));
        let Some(draft) = row.and_then(|row| row.draft.as_ref()) else { return };
        let Some(record) = self.luck.pick(&draft.evidence).map(|record| record.id) else { return };
        self.edit(n, id, Edit::RemoveEvidence(record), None);
    }

    /// What a tap saves.
    fn edit(
        &mut self,
        n: usize,
        id: AssignmentId,
        edit: Edit,
        file: Option<(Sha256, Arc<Vec<u8>>)>,
    ) -> Option<Written> {
        let record = EditRecord { at: self.phones[n].clock(self.now), edit };
        let row = self.phones[n].open.as_ref()?.rows.get(&id)?;
        let mut draft = row.draft_or_new();
        if apply_edit(&mut draft, &record).is_err() {
            return None;
        }
        let written = self.commit(n, vec![put_draft(&draft)]);
        if matches!(written, Written::Yes | Written::DiedAfter)
            && let Some((sha256, bytes)) = file
        {
            self.phones[n].files.insert(sha256, bytes);
        }
        if written == Written::Yes
            && let Some(row) = self.row(n, id)
        {
            row.draft = Some(draft);
        }
        Some(written)
    }

    fn row(&mut self, n: usize, id: AssignmentId) -> Option<&mut TaskAtHand> {
        self.phones[n].open.as_mut()?.rows.get_mut(&id)
    }

    /// Cuts an op.
    fn cut(&mut self, n: usize, id: AssignmentId, payload: Payload) {
        let fresh = self.fresh(n);
        self.in_a_turn(n, id, |engine, row| engine.cut_for(row, payload, fresh).ok().flatten());
    }

    fn submit(&mut self, n: usize, id: AssignmentId) {
        let fresh = self.fresh(n);
        self.in_a_turn(n, id, |engine, row| engine.hand_in(row, fresh).ok().flatten());
        let row = self.phones[n].open.as_ref().and_then(|open| open.rows.get(&id));
        if row.is_some_and(|row| row.draft.as_ref().is_some_and(|draft| draft.submission > 0)) {
            self.phones[n].saved.remove(&id);
        }
    }

    fn in_a_turn(
        &mut self,
        n: usize,
        id: AssignmentId,
        with: impl FnOnce(&mut Engine, &mut TaskAtHand) -> Option<Vec<sync::Change>>,
    ) {
        let Some(open) = &self.phones[n].open else { return };
        let Some(mut row) = open.rows.get(&id).cloned() else { return };
        let mut engine = open.engine.clone();
        let before = engine.last_seq();
        let Some(changes) = with(&mut engine, &mut row) else { return };
        let written = self.commit(n, changes);
        if matches!(written, Written::Yes | Written::DiedAfter) {
            let who = self.phones[n].name.clone();
            let cut = engine.waiting().filter(|op| op.seq > before).map(|op| Event::Cut {
                who: who.clone(),
                op: op.id.to_string(),
                journal: engine.journal().to_string(),
                seq: op.seq,
                digest: op.digest.to_string(),
                files: Vec::new(),
            });
            self.history.extend(cut);
        }
        if written == Written::Yes
            && let Some(open) = &mut self.phones[n].open
        {
            open.engine = engine;
            open.rows.insert(id, row);
        }
    }

    /// The app is killed: what it had said to be saved is on the disk.
    pub(super) fn kill(&mut self, n: usize) {
        if let Some(lost) = self.phones[n].unsaved() {
            self.broken.push(format!("P3: {} was killed and had not saved {lost}", self.phones[n].name));
        }
        self.phones[n].open = None;
    }

    /// Signing in, in one go: the person waits for it.
    pub(super) fn sign_in(&mut self, n: usize) {
        if self.phones[n].gone || (!self.healed && self.luck.permille(self.weather.request_lost)) {
            return;
        }
        let (journal, key) = self.journal();
        let token = self.luck.next();
        let known = self.phones[n].open.as_ref().map(|open| open.me);
        let who = self.phones[n].who;
        let signed = self.server.sign_in(city::supervisor(who), known.map(|me| me.key), (token, journal, key));
        let Some(signed) = signed else { return };
        if !self.healed && self.luck.permille(self.weather.reply_lost) {
            return;
        }
        self.phones[n].cookie = Some(signed.token);
        let engine = self.phones[n].open.as_ref().map(|open| open.engine.clone());
        let (engine, mut changes) = Engine::signed_in(engine, signed.journal, signed.epoch);
        let me = Me { who, journal: signed.journal, key: signed.key };
        changes.push(put_me(&me));
        let is_new = known.is_some_and(|known| known.journal != me.journal);
        let written = self.commit(n, changes);
        if is_new && matches!(written, Written::Yes | Written::DiedAfter) {
            self.record_reopened(n, &engine);
        }
        if written == Written::Yes {
            let rows = self.phones[n].open.take().map(|open| open.rows).unwrap_or_default();
            self.phones[n].open = Some(Open { me, engine, rows, run: None, leaving: false, asks: false });
        }
    }

    /// Signing out empties the phone, and refuses while something waits.
    fn sign_out(&mut self, n: usize) {
        let Some(open) = &mut self.phones[n].open else { return };
        if !open.engine.may_leave(open.rows.values()) {
            return;
        }
        // Asked first: a server that was restored gets its work back before the phone is emptied.
        if open.run.is_none() {
            open.leaving = true;
            self.begin_pass(n);
        }
    }

    /// What the phone does when it is opened: lets go of what the server has had for long.
    fn prune(&mut self, n: usize) {
        let Some(open) = &self.phones[n].open else { return };
        let before: Vec<_> = open.engine.safe().map(|op| op.id).collect();
        let mut engine = open.engine.clone();
        let (changes, files) = engine.prune(open.rows.values());
        let written = self.commit(n, changes);
        if matches!(written, Written::Yes | Written::DiedAfter) {
            let who = self.phones[n].name.clone();
            let gone = before.into_iter().filter(|id| !engine.safe().any(|op| op.id == *id));
            self.history.extend(gone.map(|id| Event::Forgot { who: who.clone(), op: id.to_string() }));
            for sha256 in files {
                self.phones[n].files.remove(&sha256);
            }
        }
        if written == Written::Yes
            && let Some(open) = &mut self.phones[n].open
        {
            open.engine = engine;
        }
    }
}
