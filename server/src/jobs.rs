//! What the server does by itself: evidence that is here, whole and hashed, comes to count.

use std::time::Duration;

use domain::{ids::TenantId, op::Salt};
use store::{Private, verified_op};

use crate::{process::Server, shutdown::Shutdown};

/// How often it looks without being woken: another node may have taken the bytes in.
const EVERY: Duration = Duration::from_secs(30);
/// Rows of evidence that it takes at a time.
const AT_ONCE: i64 = 500;

/// Goes on until it is told to stop.
///
/// Which tenants there are is asked each time: one that was added since the start has evidence too.
pub async fn run(server: Server, shutdown: Shutdown) {
    loop {
        if let Err(error) = all(&server).await {
            tracing::error!(%error, "evidence could not be counted; it will be tried again");
        }
        tokio::select! {
            () = shutdown.wait() => return,
            () = server.jobs.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn all(server: &Server) -> store::Result<()> {
    let mut failed = Ok(());
    for tenant in server.store.all_tenants().await? {
        // One company's trouble is not the others'.
        if let Err(error) = verify(server, tenant).await {
            failed = Err(error);
        }
    }
    failed
}

/// Lets what has arrived whole come to count, for one company.
///
/// # Errors
/// The database failed; what is not done is done the next time.
pub async fn verify(server: &Server, tenant: TenantId) -> store::Result<()> {
    for pending in server.store.pending_verifications(tenant, AT_ONCE).await? {
        let random: &dyn crate::random::Random = server.random.as_ref();
        match verified_op(&pending, Salt::new(random.bytes())) {
            Ok(op) => {
                server.store.act_as_server(tenant, op, Private::None, server.clock.now()).await?;
            }
            Err(error) => tracing::error!(%error, "an op of our own has no canonical form"),
        }
    }
    Ok(())
}
