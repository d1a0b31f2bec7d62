//! The board.

use domain::{
    role::Action,
    time::{DAY_MS, HOUR_MS},
};
use store::hq::{self, board::Limits};

use crate::{
    board::shape::{Board, Ranked, Waiting},
    error::HqError,
    loaded::Loaded,
    ssr::{failed, reading},
};

/// How far back the ranking looks. ms.
const RANKED_MS: i64 = 30 * DAY_MS;

pub(crate) async fn board() -> Result<Loaded<Board>, HqError> {
    let mut reading = reading(&[]).await?;
    let now = reading.now;
    let limits = Limits {
        arrived_since: now.plus(-DAY_MS),
        amber_before: now.plus(-48 * HOUR_MS),
        red_before: now.plus(-72 * HOUR_MS),
    };
    let found = hq::board::read(&mut reading.tx, limits).await.map_err(|error| failed(error.into()))?;
    let ranking = hq::board::ranking(&mut reading.tx, now.plus(-RANKED_MS)).await;
    let ranking = ranking.map_err(|error| failed(error.into()))?;
    // Numbers are everybody's; which visit it is, and of which hall, is not.
    let reads = reading.who.person.roles.may(Action::ReadRawVisit);
    let waiting = |list: Vec<hq::board::Waiting>| {
        let list = list.into_iter().filter(|_| reads);
        list.map(|one| Waiting { id: one.id, venue_name: one.venue_name, since: one.since }).collect()
    };
    Ok(reading.loaded(Board {
        open_tasks: found.open_tasks,
        under_way: found.under_way,
        waiting: found.waiting,
        red: found.red,
        returned: found.returned,
        arrived: found.arrived,
        held: found.held,
        oldest_waiting: waiting(found.oldest_waiting),
        oldest_returned: waiting(found.oldest_returned),
        proposed: found.proposed,
        confirmed: found.confirmed,
        ranking: ranking.into_iter().map(|one| Ranked { name: one.name, mean: one.mean, visits: one.visits }).collect(),
    }))
}
