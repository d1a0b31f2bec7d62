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
    visits: Mutex<BTreeMap<TenantId, BTreeSet<VisitId>>>,
    woken: Notify,
}

impl Arrived {
    /// Bytes of `visit` are here.
    pub fn note(&self, tenant: TenantId, visit: VisitId) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.entry(tenant).or_default().insert(visit);
        self.woken.notify_one();
    }

    /// Until some are here, and a little longer: the photos of a visit come one after the other, and count by one op
    /// if they are all there.
    pub(crate) async fn wait(&self) {
        self.woken.notified().await;
        tokio::time::sleep(GATHER).await;
    }

    pub(crate) fn take(&self) -> Vec<(TenantId, Vec<VisitId>)> {
        let visits = std::mem::take(&mut *self.visits.lock().unwrap_or_else(PoisonError::into_inner));
        visits.into_iter().map(|(tenant, visits)| (tenant, visits.into_iter().collect())).collect()
    }
}
