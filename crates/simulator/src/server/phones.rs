//! What phones ask for beside the door: news and uploads.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, VisitId},
    op::{Conclusion, Op, payload::VisitSettle},
    scoring::{SETTLE_GRACE_MS, settles_at},
    time::Moment,
    visit::VisitState,
};
use mutants::{Mutant, planted};
use protocol::{
    evidence::UploadState,
    pull::{Change, Pulled, Task, TaskVisit},
};
use uuid::Uuid;

use super::{Caller, Server, Unauthorized};

/// What an upload request came to: a state, or the HTTP status of a complaint.
pub type UploadAnswer = Result<UploadState, u16>;

impl Server {
    /// `GET /api/v1/sync/pull`. `Ok(None)`: nothing since the cursor.
    ///
    /// # Errors
    /// [`Unauthorized`]: no such session.
    pub fn pull(&self, token: u64, cursor: Option<&str>, now: Moment) -> Result<Option<Pulled>, Unauthorized> {
        let session = self.sessions.get(&token).filter(|session| !session.ended).ok_or(Unauthorized)?;
        let account = session.account;
        let known = cursor.and_then(read).filter(|known| known.epoch == self.epoch && self.is_ours(known.mark));
        let (from, told) = known.as_ref().map_or(((0, Uuid::nil()), 0), |known| ((known.rev, known.task), known.told));
        let mut notices: Vec<(i64, AssignmentId)> = self
            .inbox
            .iter()
            .filter(|((owner, task), notice)| *owner == account && (notice.rev, task.0) > from)
            .map(|((_, task), notice)| (notice.rev, *task))
            .collect();
        notices.sort_unstable();
        let active = self.is_active(account);
        if known.is_some() && notices.is_empty() && active {
            return Ok(None);
        }
        let mut pulled = Pulled {
            epoch: self.epoch,
            cursor: self.cursor(from, told),
            more: active && notices.len() > self.page,
            server_time: now,
            changes: Vec::new(),
            checklists: BTreeMap::new(),
            deactivated: !active,
        };
        if !active {
            return Ok(Some(pulled));
        }
        notices.truncate(self.page);
        if let Some((rev, task)) = notices.last() {
            pulled.cursor = self.cursor((*rev, task.0), if pulled.more { told } else { *rev });
        }
        for (_, task) in notices {
            self.tell(task, told, session.journal, &mut pulled);
        }
        Ok(Some(pulled))
    }

    fn cursor(&self, (rev, task): (i64, Uuid), told: i64) -> String {
        let root = self.batches.last().map_or(Sha256([0; 32]), |batch| batch.head.hash());
        format!("{}.{rev}.{}.{}.{root}.{told}", self.epoch, task.simple(), self.batches.len())
    }

    /// Whether a batch is of this history, and not of one that was cut off.
    fn is_ours(&self, (number, root): Mark) -> bool {
        number == 0 || self.batches.get(number - 1).is_some_and(|batch| batch.head.hash() == root)
    }

    fn tell(&self, task: AssignmentId, told: i64, journal: Option<domain::ids::JournalId>, pulled: &mut Pulled) {
        let (Some(assignment), Some(assignee)) = (self.states.assignments.get(&task), self.assignees.get(&task)) else {
            return;
        };
        let Some(notice) = self.inbox.get(&(assignee.account, task)) else { return };
        if notice.withdrawn {
            let reason = self.recalled.get(&task).cloned().unwrap_or_default();
            pulled.changes.push(Change::Withdraw { assignment: task, state: assignment.state, reason });
            return;
        }
        if notice.granted_rev > told
            && let Some(list) = self.states.checklists.get(&assignment.checklist)
        {
            pulled.checklists.insert(list.id, (**list).clone());
        }
        let Some(venue) = self.states.venues.get(&assignment.venue) else { return };
        let elsewhere = assignee.writer.is_some() && assignee.writer != journal;
        let id = VisitId::of(task);
        let visit = self.states.visits.get(&id).map(|visit| {
            let document = self.states.documents.get(&id).map(|document| (**document).clone());
            let needs = told == 0 || elsewhere || visit.state == VisitState::Returned;
            TaskVisit {
                state: visit.state,
                revision: visit.revision,
                submission: visit.submission,
                elsewhere,
                returned: visit.returned.clone(),
                score: visit.score,
                verified: self.verified(id).into_iter().collect(),
                document: document.filter(|_| needs),
                decided_at: visit.decision.as_ref().map(|decision| decision.at),
            }
        });
        let task = Task { assignment: assignment.clone(), venue: venue.clone(), visit };
        pulled.changes.push(Change::Task(Box::new(task)));
    }

    /// Which bytes of a visit count.
    #[must_use]
    pub fn verified(&self, visit: VisitId) -> BTreeSet<Sha256> {
        self.states.verified.get(&visit).cloned().unwrap_or_default()
    }

    /// `POST /api/v1/evidence`.
    ///
    /// # Errors
    /// The status of the complaint.
    pub fn upload_begin(&self, caller: Caller, visit: VisitId, sha256: Sha256, size: u64) -> UploadAnswer {
        let (claimed, stored) = self.claim(caller, visit, sha256)?;
        if claimed != size {
            return Err(400);
        }
        Ok(self.upload_state(visit, sha256, claimed, stored))
    }

    /// `PATCH /api/v1/evidence/{sha256}`.
    ///
    /// # Errors
    /// The status of the complaint.
    pub fn upload_chunk(
        &mut self,
        caller: Caller,
        (visit, sha256): (VisitId, Sha256),
        offset: u64,
        (chunk, named): (&[u8], Sha256),
    ) -> UploadAnswer {
        let (size, stored) = self.claim(caller, visit, sha256)?;
        if stored {
            return Ok(self.upload_state(visit, sha256, size, true));
        }
        if Sha256::of(chunk) != named && !planted(Mutant::SkipsChunkHash) && !planted(Mutant::CountsUnhashedBytes) {
            return Err(422);
        }
        if offset + chunk.len() as u64 > size {
            return Err(400);
        }
        let spool = self.spool.entry((visit, sha256)).or_default();
        if spool.len() as u64 != offset {
            return Err(409);
        }
        spool.extend_from_slice(chunk);
        if (spool.len() as u64) < size {
            return Ok(UploadState { offset: spool.len() as u64, verified: false });
        }
        let whole = self.spool.remove(&(visit, sha256)).unwrap_or_default();
        if Sha256::of(&whole) != sha256 && !planted(Mutant::CountsUnhashedBytes) {
            return Err(422);
        }
        self.media.entry(sha256).or_insert_with(|| Arc::new(whole));
        let account = self.account_of(caller);
        let journals = &self.journals;
        for ((of, hash, journal), claim) in &mut self.claims {
            let owner = journals.get(journal).map(|journal| journal.account);
            claim.stored |= *of == visit && *hash == sha256 && owner == account;
        }
        Ok(UploadState { offset: size, verified: true })
    }

    fn upload_state(&self, visit: VisitId, sha256: Sha256, size: u64, stored: bool) -> UploadState {
        let spooled = self.spool.get(&(visit, sha256)).map_or(0, |bytes| bytes.len() as u64);
        UploadState { offset: if stored { size } else { spooled }, verified: stored }
    }

    fn claim(&self, caller: Caller, visit: VisitId, sha256: Sha256) -> Result<(u64, bool), u16> {
        let account = self.account_of(caller).ok_or(401_u16)?;
        let mine = self.claims.iter().filter(|((of, hash, journal), _)| {
            *of == visit && *hash == sha256 && self.journals.get(journal).is_some_and(|found| found.account == account)
        });
        let mut found = None;
        for (_, claim) in mine {
            let (size, stored) = found.unwrap_or((claim.size, false));
            found = Some((claim.size.min(size), stored || claim.stored));
        }
        found.ok_or(403)
    }

    /// The ops by which bytes that are here come to count.
    #[must_use]
    pub fn verifications(&self) -> Vec<Op> {
        let mut pending: BTreeMap<VisitId, BTreeSet<Sha256>> = BTreeMap::new();
        for ((visit, sha256, _), claim) in &self.claims {
            let named = self.states.documents.get(visit).is_some_and(|document| {
                document.evidence.iter().filter_map(|record| record.bytes.as_ref()).any(|bytes| bytes.sha256 == *sha256)
            });
            let counted = self.states.verified.get(visit).is_some_and(|seen| seen.contains(sha256));
            if claim.stored && named && !counted {
                pending.entry(*visit).or_default().insert(*sha256);
            }
        }
        pending
            .into_iter()
            .filter_map(|(visit, hashes)| {
                let submission = self.states.visits.get(&visit)?.submission;
                Conclusion::verified(visit, submission, hashes.into_iter().collect()).op().ok()
            })
            .collect()
    }

    /// The ops by which scores become final for which nothing is left to wait for.
    #[must_use]
    pub fn settlements(&self, now: Moment) -> Vec<Op> {
        let waiting = self.states.visits.values().filter(|visit| visit.awaits_answers());
        waiting
            .filter_map(|visit| {
                let list = self.states.checklists.get(&visit.checklist)?;
                let document = self.states.documents.get(&visit.id)?;
                let rural = self.states.assignments.get(&visit.assignment)?.rural;
                let settles = settles_at(list, document, rural)?;
                let settle = VisitSettle { assignment: visit.assignment, checklist: visit.checklist };
                let concluded = Conclusion::settled(settle, visit.submission);
                (now > settles.plus(SETTLE_GRACE_MS)).then(|| concluded.op().ok())?
            })
            .collect()
    }
}

/// The newest batch when a cursor was given out, by number and root.
type Mark = (usize, Sha256);

/// A cursor, as `store` reads it.
struct Cursor {
    epoch: u32,
    rev: i64,
    task: Uuid,
    told: i64,
    mark: Mark,
}

fn read(cursor: &str) -> Option<Cursor> {
    let mut parts = cursor.split('.');
    let (epoch, rev) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let task = Uuid::try_parse(parts.next()?).ok()?;
    let mark = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Cursor { epoch, rev, task, told: parts.next()?.parse().ok()?, mark })
}
