//! What the server does by itself: evidence that is here, whole and hashed, comes to count, and a score for which nothing
//! is left to wait for becomes final.

use std::time::Duration;

use domain::{
    ids::{OpId, TenantId, VisitId},
    op::{Conclusion, Verdict},
    time::{HOUR_MS, Moment},
};
use futures_util::{StreamExt as _, future::join_all, stream};

use crate::{arrived::Which, process::Server, shutdown::Shutdown};

/// How often it looks without being woken: another node may have taken the bytes in, or a visit that was mended names
/// bytes that were here.
const EVERY: Duration = Duration::from_secs(10);
/// How often it looks for scores that wait no longer, ms. They wait for hours and days.
const SETTLE_EVERY_MS: i64 = HOUR_MS;
/// Scores that become final together.
const SETTLE_AT_ONCE: usize = 200;
/// Rows of evidence that it takes at a time.
const AT_ONCE: i64 = 500;
/// Companies that it looks at together: one for which nothing can be written at the moment holds up none of the others,
/// and all together leave connections for whoever asks meanwhile.
const COMPANIES_AT_ONCE: usize = 4;

/// Goes on until it is told to stop.
///
/// Which tenants there are is asked each time: one that was added since the start has evidence too.
pub async fn run(server: Server, shutdown: Shutdown) {
    run_every(server, shutdown, EVERY).await;
}

/// The same, where it looks by itself after `pause`.
pub async fn run_every(server: Server, shutdown: Shutdown, pause: Duration) {
    let mut every = tokio::time::interval(pause);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut settled_at: Option<Moment> = None;
    loop {
        tokio::select! {
            () = shutdown.wait() => return,
            () = server.jobs.wait() => {
                let arrived = server.jobs.take().into_iter();
                few_at_once(arrived.map(|(tenant, which)| look(&server, tenant, which)).collect()).await;
            }
            _ = every.tick() => {
                tell(all(&server).await);
                let now = server.clock.now();
                // By the company's clock, which may be set to and fro.
                if settled_at.is_none_or(|at| now.since(at).abs() >= SETTLE_EVERY_MS) {
                    let left = settle_all(&server).await;
                    // Where some are left the next time at once: what is counted in between does not wait for them all.
                    settled_at = (!left).then_some(now);
                }
            }
        }
    }
}

async fn all(server: &Server) -> store::Result<()> {
    let tenants = server.store.all_tenants().await?.into_iter();
    few_at_once(tenants.map(|tenant| look(server, tenant, Which::All)).collect()).await;
    Ok(())
}

/// Does all of it, for a few companies at a time.
async fn few_at_once<T>(work: Vec<impl Future<Output = T>>) -> Vec<T> {
    stream::iter(work).buffer_unordered(COMPANIES_AT_ONCE).collect().await
}

/// Looks at one company. Its trouble is not the others'.
async fn look(server: &Server, tenant: TenantId, which: Which) {
    let counted = match which {
        Which::These(visits) => count(server, tenant, Some(&Vec::from_iter(visits))).await,
        Which::All => verify(server, tenant).await,
    };
    tell(counted);
}

/// Makes scores final, and says whether some are left that only want their turn. One company's trouble is not the others'.
async fn settle_all(server: &Server) -> bool {
    let again = |error: store::Error| tracing::error!(%error, "scores could not be made final; it will be tried again");
    let tenants = server.store.all_tenants().await.map_err(again).unwrap_or_default();
    let mut left = false;
    for settled in few_at_once(tenants.into_iter().map(|tenant| settle(server, tenant)).collect()).await {
        left |= settled.map_err(again).unwrap_or_default();
    }
    left
}

/// Makes the scores final for which nothing is left to wait for, for one company, and says whether some are left.
///
/// # Errors
/// The database failed; what is not done is done the next time.
pub async fn settle(server: &Server, tenant: TenantId) -> store::Result<bool> {
    let now = server.clock.now();
    let unsettled = server.store.unsettled(tenant, now, SETTLE_AT_ONCE).await?;
    let left = unsettled.len() >= SETTLE_AT_ONCE;
    conclude(server, tenant, unsettled.into_iter().map(Conclusion::from)).await?;
    Ok(left)
}

/// Says at once what was concluded, so that visits share commits.
async fn conclude(server: &Server, tenant: TenantId, concluded: impl Iterator<Item = Conclusion>) -> store::Result<()> {
    let now = server.clock.now();
    let random: &dyn crate::random::Random = server.random.as_ref();
    let concluded: Vec<(Conclusion, OpId)> = concluded.map(|one| (one, OpId(random.uuid_v7(now)))).collect();
    let said = concluded.iter().map(|(one, other)| server.store.conclude(tenant, one, *other, now));
    for verdict in join_all(said).await {
        // HQ has decided meanwhile.
        let verdict = verdict?;
        if !matches!(verdict, Verdict::Applied | Verdict::Duplicate) {
            tracing::warn!(?verdict, "what the server concluded has no effect");
        }
    }
    Ok(())
}

fn tell(counted: store::Result<()>) {
    if let Err(error) = counted {
        tracing::error!(%error, "evidence could not be counted; it will be tried again");
    }
}

/// Lets what has arrived whole come to count, for one company.
///
/// # Errors
/// The database failed; what is not done is done the next time.
pub async fn verify(server: &Server, tenant: TenantId) -> store::Result<()> {
    count(server, tenant, None).await
}

/// Counts what is here, of `visits` or of all.
async fn count(server: &Server, tenant: TenantId, visits: Option<&[VisitId]>) -> store::Result<()> {
    let pending = server.store.pending_verifications(tenant, visits, AT_ONCE).await?;
    conclude(server, tenant, pending.into_iter().map(Conclusion::from)).await
}
