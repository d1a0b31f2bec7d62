//! The bytes that came in and are not counted yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use domain::ids::{TenantId, VisitId};
use tokio::sync::Notify;

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

    pub(crate) async fn wait(&self) {
        self.woken.notified().await;
    }

    pub(crate) fn take(&self) -> Vec<(TenantId, Vec<VisitId>)> {
        let visits = std::mem::take(&mut *self.visits.lock().unwrap_or_else(PoisonError::into_inner));
        visits.into_iter().map(|(tenant, visits)| (tenant, visits.into_iter().collect())).collect()
    }
}
