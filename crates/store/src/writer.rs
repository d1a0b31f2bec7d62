//! The one door: every change of a tenant's rows comes in here as an op and leaves a verdict in the log.

mod ask;
mod batch;
pub(crate) mod beside;
mod changes;
mod fork;
mod incoming;
mod known;
mod lane;
pub(crate) mod load;
pub(crate) mod log;
mod people;
mod private;
mod request;
mod save;
mod tree;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    evidence::Sha256,
    ids::{OpId, TenantId},
    op::{Conclusion, DecodeError, Op, RefusedCode, Verdict},
    time::Moment,
};
use protocol::push::{OpResult, Pushed};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

pub(crate) use batch::task_of;
pub(crate) use fork::{fork_hash, read_head, read_head_whatever};
pub(crate) use incoming::Parts;
pub(crate) use lane::PATIENCE;
pub use private::{Link, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, WayIn, Who};
pub use request::{Caller, Source, WriteRequest};
pub(crate) use tree::Leaves;

use batch::Prepared;
use incoming::Incoming;
use lane::{Job, Lane};

use crate::{
    Store,
    error::{Error, Result},
    signer::Signer,
};

/// How many requests may wait for one tenant's lane; whoever comes later waits to enter.
const QUEUE: usize = 256;

/// The lanes, one a tenant, begun when somebody first writes.
pub(crate) struct Writer {
    pool: PgPool,
    signer: Arc<dyn Signer>,
    /// How long a lane tries to write a batch.
    patience: Duration,
    /// `None`: stopped.
    lanes: Mutex<Option<HashMap<TenantId, mpsc::Sender<Job>>>>,
}

impl Writer {
    pub(crate) fn new(pool: PgPool, signer: Arc<dyn Signer>, patience: Duration) -> Self {
        Self { pool, signer, patience, lanes: Mutex::new(Some(HashMap::new())) }
    }

    /// Takes nothing more in; what was taken in is finished.
    pub(crate) fn stop(&self) {
        *self.lanes.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn lane(&self, tenant: TenantId) -> Result<mpsc::Sender<Job>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = lanes.as_mut().ok_or(Error::Stopped)?;
        if let Some(lane) = lanes.get(&tenant).filter(|lane| !lane.is_closed()) {
            return Ok(lane.clone());
        }
        let (sender, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(Lane::new(tenant, Arc::clone(&self.signer), self.pool.clone(), self.patience).run(jobs));
        lanes.insert(tenant, sender.clone());
        Ok(sender)
    }

    async fn write(&self, tenant: TenantId, request: WriteRequest) -> Result<Pushed> {
        let lane = self.lane(tenant)?;
        // Read and hashed here, on the caller's time, not on the lane's.
        let prepared = prepare(request);
        let (answer, answered) = oneshot::channel();
        lane.send(Job { prepared, answer }).await.map_err(|_| Error::Stopped)?;
        answered.await.unwrap_or(Err(Error::Unknown))
    }
}

impl core::fmt::Debug for Writer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Writer")
    }
}

fn prepare(WriteRequest { source, received_at }: WriteRequest) -> Prepared {
    let alone = |caller, op, private| Prepared {
        caller,
        journal: None,
        newest: None,
        ops: vec![Incoming::made(op)],
        private,
        received_at,
    };
    match source {
        Source::Phone { caller, journal, newest, ops } => Prepared {
            caller: Some(caller),
            journal: Some(journal),
            newest,
            ops: ops.iter().map(Incoming::pushed).collect(),
            private: Private::None,
            received_at,
        },
        Source::Session { token, op, private } => alone(Some(Caller::Token(token)), op, private),
        Source::Server { op, private } => alone(None, op, private),
    }
}

impl Store {
    /// Writes through the one door. Answered after the commit, never before.
    ///
    /// # Errors
    /// [`Error::Unauthorized`]: no such session, key or journal. [`Error::Unknown`]: the database
    /// failed or took too long, written or not; sending it again finds out. [`Error::Stopped`]:
    /// shutting down.
    pub async fn write(&self, tenant: TenantId, request: WriteRequest) -> Result<Pushed> {
        self.writer().write(tenant, request).await
    }

    /// The one op of somebody at HQ, and what became of it.
    ///
    /// # Errors
    /// See [`Store::write`].
    pub async fn act(
        &self,
        tenant: TenantId,
        token: Sha256,
        op: Op,
        private: Private,
        now: Moment,
    ) -> Result<OpResult> {
        self.one(tenant, Source::Session { token, op, private }, now).await
    }

    /// The one op of the server itself, and what became of it. With `private` it needs the owner's login.
    ///
    /// # Errors
    /// See [`Store::write`].
    pub async fn act_as_server(&self, tenant: TenantId, op: Op, private: Private, now: Moment) -> Result<OpResult> {
        self.one(tenant, Source::Server { op, private }, now).await
    }

    /// What the server concluded by itself, and what became of it. Where somebody has sent another op under its id, it goes
    /// under `other`.
    ///
    /// # Errors
    /// See [`Store::write`].
    pub async fn conclude(
        &self,
        tenant: TenantId,
        concluded: &Conclusion,
        other: OpId,
        now: Moment,
    ) -> Result<Verdict> {
        let own = |error: DecodeError| Error::Inconsistent { table: "log", what: error.to_string() };
        let op = concluded.op().map_err(own)?;
        let result = self.act_as_server(tenant, op, Private::None, now).await?;
        match (&result.verdict, &result.first) {
            // Another node was first, or the answer was lost.
            (Verdict::Duplicate, Some(Verdict::Applied)) => return Ok(Verdict::Duplicate),
            (Verdict::Duplicate, _) => {}
            (Verdict::Refused { code: RefusedCode::ConflictingRetry, .. }, _) => {}
            _ => return Ok(result.verdict),
        }
        let op = concluded.under(other).map_err(own)?;
        Ok(self.act_as_server(tenant, op, Private::None, now).await?.verdict)
    }

    async fn one(&self, tenant: TenantId, source: Source, received_at: Moment) -> Result<OpResult> {
        let pushed = self.write(tenant, WriteRequest { source, received_at }).await?;
        pushed.results.into_iter().next().ok_or(Error::Unknown)
    }
}

/// The verdict that stands for an op: its own, or the first one where it was here before.
#[must_use]
pub fn standing(result: &OpResult) -> &Verdict {
    result.first.as_ref().unwrap_or(&result.verdict)
}
