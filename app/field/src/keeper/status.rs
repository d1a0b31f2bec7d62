//! What is true, for the screens: worked out anew from the engine after every change of it.

use domain::sorted::Map;

use device::vault::Change;
use domain::{evidence::Sha256, ids::AssignmentId, op::Verdict};
use sync::{Engine, FileState};
use ui::TileState;

use super::{Keeper, pass::Stop, records::of_engine, words};
use crate::{
    phone::Phone,
    row::{self, Row},
    status::{SyncState, Trouble},
    words::say,
};

impl Keeper {
    /// Works out what the screens say.
    pub(crate) fn refresh(&self, phone: Phone) {
        let engine = self.inner.engine.borrow();
        let Some(engine) = engine.as_ref() else { return };
        let sending = phone.sync.with_untracked(|sync| sync.state == SyncState::Sending);
        phone.rows.update(|rows| {
            for (id, row) in rows.iter_mut() {
                row.unsent = engine.unsent(*id);
                row.files = engine
                    .files()
                    .filter(|file| file.is_owed(*id))
                    .map(|file| (file.sha256, shown(file, sending, row)))
                    .collect();
                // All of them: who says that they are seen says it of each.
                row.trouble = engine
                    .troubles()
                    .filter(|trouble| trouble.task == *id)
                    .map(|trouble| [words::kind(&trouble.kind), ": ", &say(&words::verdict(&trouble.verdict))].concat())
                    .reduce(|all, one| [all, one].join("; "));
            }
        });
        let names: Map<_, _> =
            phone.rows.with_untracked(|rows| rows.iter().map(|(id, row)| (*id, say(&row.task.venue.name))).collect());
        let now = device::clock::now();
        let arrivals =
            phone.rows.with_untracked(|rows| rows.values().filter(|row| row.arrival_due(now).is_some()).count());
        phone.sync.update(|sync| {
            sync.ops = (engine.waiting().count() + arrivals) as u32;
            sync.files = engine.files().filter(|file| file.waits()).count() as u32;
            sync.bytes = engine.files().filter(|file| file.waits()).map(|file| file.size - file.sent()).sum();
            sync.pulled |= engine.cursor().is_some();
            sync.trouble = engine
                .troubles()
                .map(|trouble| Trouble {
                    venue: names.get(&trouble.task).cloned().unwrap_or_default(),
                    what: words::kind(&trouble.kind).to_owned(),
                    why: words::verdict(&trouble.verdict),
                    refused: matches!(trouble.verdict, Verdict::Refused { .. }),
                })
                .collect();
        });
    }

    /// The person has seen what the server said of a task's ops, or of all tasks'. A refused op itself stays, and is
    /// exported as before.
    pub(crate) async fn seen_trouble(&self, phone: Phone, task: Option<AssignmentId>) {
        let done = self
            .change(phone, |engine| {
                let seen = engine.troubles().filter(|trouble| task.is_none_or(|task| trouble.task == task));
                let seen: Vec<_> = seen.map(|trouble| trouble.op).collect();
                seen.into_iter().flat_map(|op| engine.forget_trouble(op)).collect()
            })
            .await;
        if let Err(Stop::Disk(failure)) = done {
            phone.heard(Err(failure));
        }
    }

    /// Lets go of what the server has had for a month, and of bytes that nothing names. Whoever calls has the turn.
    pub(super) async fn tidy(&self, phone: Phone) {
        // The draft that is missing may name them.
        if phone.lost.with_untracked(|lost| !lost.drafts.is_empty()) {
            return;
        }
        let Some(mut engine) = self.with_engine(Engine::clone) else { return };
        let (changes, old) = phone.rows.with_untracked(|rows| engine.prune(rows.values().map(|row| &row.kept)));
        let mut changes = of_engine(changes);
        let named: Vec<String> = phone.rows.with_untracked(|rows| {
            rows.values()
                .filter_map(|row| row.draft.as_ref())
                .flat_map(|draft| &draft.evidence)
                .filter_map(|record| record.bytes.as_ref())
                .map(|bytes| bytes.sha256.to_string())
                .collect()
        });
        let kept: Vec<String> = engine.files().map(|file| file.sha256.to_string()).collect();
        let stored = self.vault.files().await.unwrap_or_default();
        let unused = stored.into_iter().filter(|hash| !kept.contains(hash));
        let old: Vec<String> = old.iter().map(ToString::to_string).collect();
        changes.extend(unused.filter(|hash| !named.contains(hash) || old.contains(hash)).map(Change::DeleteFile));
        if changes.is_empty() {
            return;
        }
        // Where another tab has written meanwhile, what it wrote may name them: then at the next start.
        if let Ok(committed) = self.vault.commit(changes).await {
            self.copy(committed);
            self.set_engine(engine);
        }
    }
}

fn shown(file: &sync::FileNote, sending: bool, row: &Row) -> row::FileState {
    let (state, cause) = match file.state {
        FileState::Received { .. } => (TileState::Received, None),
        FileState::Stuck => (TileState::Failed, Some(say(&words::stuck(is_open(row, file.sha256))))),
        FileState::Waiting { sent } if sending && sent > 0 => (TileState::Sending, None),
        FileState::Waiting { .. } => (TileState::Saved, None),
    };
    row::FileState { sent: file.sent(), size: file.size, state, cause }
}

/// Whether these bytes can be taken again now.
fn is_open(row: &Row, sha256: Sha256) -> bool {
    let Some(draft) = row.draft.as_ref().filter(|_| row.stage().can_write()) else { return false };
    draft.pieces(sha256).any(|piece| draft.is_open(piece.item))
}
