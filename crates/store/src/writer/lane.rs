//! A lane: everything that is written for one tenant goes through it, several requests at a time.
//!
//! What arrives while a batch is being written forms the next one, so that a
//! commit is shared by whoever waits. A batch that fails is tried again one
//! request at a time; what fails alone twice is held whole rather than lost. A
//! batch that takes too long is given up: nobody knows what became of it.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use domain::ids::TenantId;
use mutants::{Mutant, planted};
use protocol::push::Pushed;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use super::{
    batch::{self, Outcome, Prepared},
    load::Checklists,
    tree::Tree,
};
use crate::{
    error::{Error, Result},
    packed::Packer,
    planned::KEEP_PLANS,
    signer::Signer,
};

/// The most ops that one batch takes in.
const BATCH_MAX_OPS: usize = 1_000;
/// How many batches are remembered to answer retries from.
const RECENT: usize = 64;
/// How long one attempt at a batch may take, from asking for a connection to the answer to COMMIT. A batch takes
/// milliseconds, and a large plan on a slow disk a few seconds: what takes longer than this waits for somebody who holds
/// a row, or for a database that has gone silent, and all that is written for the company would wait with it. Whoever
/// asked is to hear that nobody knows before they give up themselves, after a minute.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A request that waits for its batch.
pub(super) struct Job {
    pub(super) prepared: Prepared,
    pub(super) answer: oneshot::Sender<Result<Pushed>>,
}

/// The state of a lane.
pub(crate) struct Lane {
    pub(crate) tenant: TenantId,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) checklists: Checklists,
    pub(crate) packer: Packer,
    /// Batches of late, newest last.
    pub(crate) recent: VecDeque<Arc<Tree>>,
    pool: PgPool,
    /// See [`PATIENCE`].
    patience: Duration,
}

impl Lane {
    pub(super) fn new(tenant: TenantId, signer: Arc<dyn Signer>, pool: PgPool, patience: Duration) -> Self {
        Self {
            tenant,
            signer,
            checklists: Checklists::new(),
            packer: Packer::default(),
            recent: VecDeque::new(),
            pool,
            patience,
        }
    }

    /// Works until nobody can ask any more.
    pub(super) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(job) = jobs.recv().await {
            let mut ops = job.prepared.ops.len();
            let mut batch = vec![job];
            while ops < BATCH_MAX_OPS
                && let Ok(job) = jobs.try_recv()
            {
                ops += job.prepared.ops.len();
                batch.push(job);
            }
            self.work(batch).await;
        }
    }

    async fn work(&mut self, jobs: Vec<Job>) {
        let requests: Vec<&Prepared> = jobs.iter().map(|job| &job.prepared).collect();
        match self.attempt(&requests, false).await {
            Ok(answers) => answer(jobs, answers),
            Err(error) if must_wait(&error) => {
                tracing::error!(%error, "a batch could not be written");
                for job in jobs {
                    // Whoever has gone away will ask again.
                    drop(job.answer.send(Err(Error::Unknown)));
                }
            }
            Err(error) => {
                tracing::error!(%error, requests = jobs.len(), "a batch failed; its requests are tried alone");
                for job in jobs {
                    let answered = self.alone(&job.prepared).await;
                    drop(job.answer.send(answered));
                }
            }
        }
    }

    async fn alone(&mut self, request: &Prepared) -> Result<Pushed> {
        match self.attempt(&[request], false).await {
            // A phone has nowhere else to go with its work: it is kept whole, and HQ decides.
            Err(error) if !must_wait(&error) && request.journal.is_some() => {
                tracing::error!(%error, "a push failed twice and is held");
                self.attempt(&[request], true).await.and_then(only)
            }
            Err(error) if must_wait(&error) => Err(Error::Unknown),
            answers => answers.and_then(only),
        }
    }

    async fn attempt(&mut self, requests: &[&Prepared], poison: bool) -> Result<Vec<Result<Pushed>>> {
        let until = Instant::now() + self.patience;
        let Ok(acquired) = timeout_at(until, self.pool.acquire()).await else { return Err(Error::Unknown) };
        let mut connection = acquired?;
        let written = timeout_at(until, self.write(&mut connection, requests, poison)).await;
        let Ok(written) = written else {
            tracing::error!(patience = ?self.patience, "a batch took too long and is given up");
            // Not back into the pool, where it would first be asked whether it is well, for as long as the batch waited.
            // Dropped like this its socket is closed without another word.
            drop(connection.detach());
            return Err(Error::Unknown);
        };
        if planted(Mutant::AnswersBeforeCommit) {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(250)).await;
                // Where nothing was written there is nothing to commit, and nothing happens.
                sqlx::query("COMMIT").execute(&mut *connection).await?;
                connection.close().await
            });
        }
        written
    }

    /// One attempt, on a connection that is somebody else's to put away.
    async fn write(
        &mut self,
        connection: &mut PgConnection,
        requests: &[&Prepared],
        poison: bool,
    ) -> Result<Vec<Result<Pushed>>> {
        // What was given up waits no longer than we did: else each attempt would leave one more behind that waits.
        let lock = self.patience.as_millis();
        let begin = format!("BEGIN; SET LOCAL lock_timeout = {lock}; {KEEP_PLANS}");
        let mut tx = connection.begin_with(AssertSqlSafe(begin)).await?;
        let Outcome { answers, wrote, tree } = batch::run(&mut tx, self, requests, poison).await?;
        if wrote && planted(Mutant::AnswersBeforeCommit) {
            // It stays open until `attempt` commits it. What may never be is not remembered: a lane that answers from it
            // falls over, and hides what this fault is.
            std::mem::forget(tx);
            return Ok(answers);
        }
        if wrote {
            // From here on nobody knows whether it was written: the retry finds out.
            tx.commit().await.map_err(|error| {
                tracing::error!(%error, "the answer to COMMIT did not come");
                Error::Unknown
            })?;
        } else {
            tx.rollback().await?;
        }
        if let Some(tree) = tree {
            if self.recent.len() == RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(tree);
        }
        Ok(answers)
    }
}

/// Trying again at once would fail again, or might do twice what nobody knows to be done.
fn must_wait(error: &Error) -> bool {
    error.is_connection() || matches!(error, Error::Unknown | Error::NoTenant)
}

fn only(answers: Vec<Result<Pushed>>) -> Result<Pushed> {
    answers.into_iter().next().unwrap_or(Err(Error::Unknown))
}

fn answer(jobs: Vec<Job>, answers: Vec<Result<Pushed>>) {
    for (job, answered) in jobs.into_iter().zip(answers) {
        // Whoever has gone away will ask again, and gets the stored verdicts.
        drop(job.answer.send(answered));
    }
}
