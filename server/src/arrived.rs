//! The bytes that came in and are not counted yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::ids::{TenantId, VisitId};
use tokio::sync::Notify;

/// How long is waited for what comes after the first. Nobody waits for it: whoever sent the bytes has heard that they are
/// here, and HQ counts them when they are counted.
const GATHER: Duration = Duration::from_millis(250);

/// The visits whose bytes have arrived since the job looked last.
#[derive(Debug, Default)]
pub struct Arrived {
    visits: Mutex<BTreeMap<TenantId, Which>>,
    woken: Notify,
}

/// Where the job has to look.
#[derive(Debug)]
pub(crate) enum Which {
    /// At these visits.
    These(BTreeSet<VisitId>),
    /// Wherever something is missing.
    All,
}

impl Arrived {
    /// Bytes of `visit` are here.
    pub fn note(&self, tenant: TenantId, visit: VisitId) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Which::These(visits) = visits.entry(tenant).or_insert(Which::These(BTreeSet::new())) {
            visits.insert(visit);
        }
        self.woken.notify_one();
    }

    /// Bytes that were here may count now, of which visits is not known.
    pub fn note_all(&self, tenant: TenantId) {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, Which::All);
        self.woken.notify_one();
    }

    /// Until some are here, and a little longer: the photos of a visit come one after the other, and count by one op
    /// if they are all there.
    pub(crate) async fn wait(&self) {
        self.woken.notified().await;
        tokio::time::sleep(GATHER).await;
    }

    pub(crate) fn take(&self) -> BTreeMap<TenantId, Which> {
        std::mem::take(&mut *self.visits.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
