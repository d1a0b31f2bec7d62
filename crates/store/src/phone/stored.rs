//! Notes that bytes are here, whole: those that come while the last ones are being committed share the next commit.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{
    evidence::Sha256,
    ids::{TenantId, VisitId},
    time::Moment,
};
use sqlx::{PgPool, Row as _};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Caller,
    error::{Error, Result},
};

/// How many notes may wait.
const QUEUE: usize = 1_024;
/// The most notes of one statement.
const AT_ONCE: usize = 500;

/// The bytes of one upload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub(super) tenant: TenantId,
    pub(super) caller: Caller,
    pub(super) visit: VisitId,
    pub(super) sha256: Sha256,
    pub(super) now: Moment,
}

struct Note {
    stored: Stored,
    answer: oneshot::Sender<Result<bool>>,
}

/// Writes notes down, several at a time.
#[derive(Debug)]
pub(crate) struct Noter {
    pool: PgPool,
    /// `None` before the first note.
    notes: Mutex<Option<mpsc::Sender<Note>>>,
}

impl Noter {
    pub(crate) const fn new(pool: PgPool) -> Self {
        Self { pool, notes: Mutex::new(None) }
    }

    /// Takes nothing more in; what was taken in is finished.
    pub(crate) fn stop(&self) {
        *self.notes.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Answered after the commit. `false`: the caller named none such.
    pub(super) async fn note(&self, stored: Stored) -> Result<bool> {
        let (answer, answered) = oneshot::channel();
        let notes = self.notes();
        notes.send(Note { stored, answer }).await.map_err(|_| Error::Stopped)?;
        answered.await.unwrap_or(Err(Error::Unknown))
    }

    fn notes(&self) -> mpsc::Sender<Note> {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notes) = notes.as_ref().filter(|notes| !notes.is_closed()) {
            return notes.clone();
        }
        let (sender, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(self.pool.clone(), waiting));
        *notes = Some(sender.clone());
        sender
    }
}

async fn run(pool: PgPool, mut waiting: mpsc::Receiver<Note>) {
    while let Some(first) = waiting.recv().await {
        let mut by_tenant: HashMap<TenantId, Vec<Note>> = HashMap::new();
        by_tenant.entry(first.stored.tenant).or_default().push(first);
        for _ in 1..AT_ONCE {
            let Ok(note) = waiting.try_recv() else { break };
            by_tenant.entry(note.stored.tenant).or_default().push(note);
        }
        // A statement never holds two tenants.
        for (tenant, notes) in by_tenant {
            write(&pool, tenant, notes).await;
        }
    }
}

async fn write(pool: &PgPool, tenant: TenantId, notes: Vec<Note>) {
    let (mut hashes, mut are_keys, mut visits, mut sha256s, mut now) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Note { stored, .. } in &notes {
        hashes.push(stored.caller.hash().0.to_vec());
        are_keys.push(stored.caller.is_key());
        visits.push(stored.visit.0);
        sha256s.push(stored.sha256.0.to_vec());
        now.push(stored.now.0);
    }
    let named = sqlx::query("SELECT n FROM identity.claims_stored($1, $2, $3, $4, $5, $6)")
        .bind(tenant.0)
        .bind(hashes)
        .bind(are_keys)
        .bind(visits)
        .bind(sha256s)
        .bind(now)
        .fetch_all(pool)
        .await;
    let Ok(named) = named.inspect_err(|error| tracing::error!(%error, "uploads could not be noted")) else {
        for note in notes {
            // Whoever has gone away will ask again.
            drop(note.answer.send(Err(Error::Unknown)));
        }
        return;
    };
    let mut is_named = vec![false; notes.len()];
    for row in named {
        let place = row.try_get::<i32, _>("n").ok().and_then(|n| usize::try_from(n - 1).ok());
        if let Some(place) = place.and_then(|place| is_named.get_mut(place)) {
            *place = true;
        }
    }
    for (note, named) in notes.into_iter().zip(is_named) {
        drop(note.answer.send(Ok(named)));
    }
}
