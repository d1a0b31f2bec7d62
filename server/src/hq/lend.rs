//! Clock, randomness, keys, passwords and jobs, lent to HQ.

use std::sync::Arc;

use domain::{evidence::Sha256, ids::TenantId, time::Moment};
use hq::ssr::{Process, Work};
use uuid::Uuid;

use crate::{arrived::Arrived, clock::Clock, keys::Keys, passwords::Passwords, process::Server, random::Random};

struct Lent {
    clock: Clock,
    random: Arc<dyn Random>,
    keys: Arc<Keys>,
    passwords: Passwords,
    jobs: Arc<Arrived>,
}

/// What the process lends.
pub(super) fn process(server: &Server) -> Arc<dyn Process> {
    Arc::new(Lent {
        clock: server.clock.clone(),
        random: Arc::clone(&server.random),
        keys: Arc::clone(&server.keys),
        passwords: server.passwords.clone(),
        jobs: Arc::clone(&server.jobs),
    })
}

impl Process for Lent {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn random(&self) -> [u8; 32] {
        self.random.bytes()
    }

    fn derived(&self, of: Sha256) -> [u8; 32] {
        self.keys.derived(of)
    }

    fn uuid_v7(&self) -> Uuid {
        self.random.uuid_v7(self.clock.now())
    }

    fn check_password(&self, password: String, hash: Option<String>) -> Work<bool> {
        let passwords = self.passwords.clone();
        Box::pin(async move { passwords.check(password, hash).await })
    }

    fn hash_password(&self, password: String, salt: [u8; 32]) -> Work<Option<String>> {
        let passwords = self.passwords.clone();
        Box::pin(async move { passwords.hash_with(password, salt).await })
    }

    fn count_evidence(&self, tenant: TenantId) {
        self.jobs.note_all(tenant);
    }
}
