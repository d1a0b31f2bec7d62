//! Tasks: given out without anybody's name, and called back.

use core::str::FromStr as _;
use std::collections::BTreeMap;

use domain::{
    assignment::{KeyedQuestion, Scenario, Window},
    ids::{AssignmentId, HandleId, OpId, OrgUnitId, VenueId},
    op::{
        Payload, Salt,
        payload::{AssignmentPlan, AssignmentRecall, PLAN_MAX_TASKS, PlannedTask},
    },
    org::VenueKind,
    role::Action,
    text::Text,
    time::{DAY_MS, MINUTE_MS, Moment, ZoneOffset},
};
use store::{HandleQuery, Private, PrivatePlan, Who, hq};

use super::{
    act::{Act, Chance, act, acting, drawn, salt, send},
    gate::{Reading, failed, reading},
    rows::{slice, stretch},
    session::within,
};
use crate::{
    error::HqError,
    loaded::Loaded,
    paths,
    tasks::shape::{Ground, HandleChoice, NewTasks, TaskFilter, TaskList, TaskRow, VenueChoice},
};

/// Who was sent to a venue is not sent there again for so long. ms.
const LOCK_OUT_MS: i64 = 60 * DAY_MS;
/// How long a handle is good. ms.
const HANDLE_MS: i64 = 30 * MINUTE_MS;

pub(crate) async fn tasks(filter: TaskFilter) -> Result<Loaded<TaskList>, HqError> {
    let mut reading = reading(&[Action::Assign]).await?;
    let stretch = stretch(filter.older.as_deref(), filter.newer.as_deref());
    let asked = hq::tasks::Filter { state: filter.state, county: None };
    let found = hq::tasks::read(&mut reading.tx, &asked, stretch).await.map_err(|error| failed(error.into()))?;
    let row = |row: hq::tasks::TaskRow| TaskRow {
        id: row.id,
        venue_name: row.venue_name,
        venue_kind: row.venue_kind,
        county_name: row.county_name,
        topic: row.topic,
        mode: row.mode,
        window: row.window,
        state: row.state,
        reason: row.reason,
    };
    Ok(reading.loaded(TaskList { slice: slice(found, row) }))
}

pub(crate) async fn ground(kind: VenueKind, county: Option<OrgUnitId>) -> Result<Loaded<Ground>, HqError> {
    let mut reading = reading(&[Action::Assign]).await?;
    let tx = &mut reading.tx;
    let versions = hq::checklists::versions(tx).await.map_err(|error| failed(error.into()))?;
    let mut filter = hq::org::VenueFilter { county, kind: Some(kind), after: None };
    let mut venues = Vec::new();
    loop {
        let (page, more) = hq::org::venues(tx, &filter).await.map_err(|error| failed(error.into()))?;
        filter.after = page.last().map(|venue| venue.code.clone());
        venues.extend(page);
        if !more {
            break;
        }
    }
    let counties = hq::org::counties(tx).await.map_err(|error| failed(error.into()))?;
    let window = Window { from: reading.now, until: reading.now.plus(7 * DAY_MS) };
    let handles = offered(&mut reading, Vec::new(), window).await?;
    Ok(reading.loaded(Ground {
        checklists: versions
            .into_iter()
            .filter(|version| version.venue_kinds.contains(&kind))
            .map(|version| (version.id, version.title, version.minimums.questions))
            .collect(),
        venues: venues
            .into_iter()
            .map(|venue| VenueChoice { id: venue.id, code: venue.code, name: venue.name, kind: venue.kind })
            .collect(),
        counties,
        handles,
    }))
}

pub(crate) async fn handles(
    venues: Vec<VenueId>,
    from: String,
    until: String,
) -> Result<Loaded<Vec<HandleChoice>>, HqError> {
    let mut reading = reading(&[Action::Assign]).await?;
    let window = window(&from, &until, reading.who.zone).map_err(failed)?;
    let handles = offered(&mut reading, venues, window).await?;
    Ok(reading.loaded(handles))
}

/// The pool as handles for whoever reads.
async fn offered(reading: &mut Reading, venues: Vec<VenueId>, window: Window) -> Result<Vec<HandleChoice>, HqError> {
    let units = hq::org::units_behind(&mut reading.tx, &venues).await.map_err(|error| failed(error.into()))?;
    let expires_at = reading.now.plus(HANDLE_MS);
    let query = HandleQuery { units, window, expires_at };
    let offered = reading.server.store.handles(reading.who.tenant, reading.who.token, &query, reading.now).await;
    let offered = offered.map_err(|error| failed(error.into()))?;
    let choice =
        |one: store::Handle| HandleChoice { id: one.id, free_days: one.free_days, suits: one.free && !one.tied };
    Ok(offered.into_iter().map(choice).collect())
}

/// From the first day to the end of the last, by the company's clock.
fn window(from: &str, until: &str, zone: ZoneOffset) -> Result<Window, HqError> {
    Ok(Window {
        from: day(from, zone).ok_or_else(|| HqError::bad("from"))?,
        until: day(until, zone).ok_or_else(|| HqError::bad("until"))?.plus(DAY_MS - 1),
    })
}

pub(crate) async fn plan(op: OpId, form: NewTasks) -> Result<(), HqError> {
    let (caller, who) = acting(Action::Assign)?;
    if form.venues.is_empty() || form.venues.len() > PLAN_MAX_TASKS {
        return Err(HqError::bad("venues"));
    }
    let window = window(&form.from, &form.until, who.zone)?;
    let handle = match form.handle.as_str() {
        "" => None,
        id => Some(HandleId::from_str(id).map_err(|_| HqError::bad("handle"))?),
    };
    let persona = form.persona.trim();
    let asked = form.questions.iter().filter(|one| !one.question.trim().is_empty());
    let questions: Vec<KeyedQuestion> = asked
        .map(|one| KeyedQuestion { question: Text::zh(one.question.trim()), answer: Text::zh(one.answer.trim()) })
        .collect();
    let is_told = !persona.is_empty() || !questions.is_empty();
    let scenario = is_told.then(|| Scenario { persona: Text::zh(persona), questions });
    let lines = form.commitments.lines().map(str::trim).filter(|line| !line.is_empty());
    let commitments: Vec<Text> = lines.map(Text::zh).collect();
    let tasks: Vec<PlannedTask> = (0..)
        .zip(form.venues)
        .map(|(n, venue)| PlannedTask {
            id: AssignmentId::derive(op.0, n),
            venue,
            checklist: form.checklist,
            mode: form.mode,
            window,
            scenario: scenario.clone(),
            commitments: commitments.clone(),
        })
        .collect();
    let who_gets: BTreeMap<AssignmentId, Who> =
        handle.map(|handle| tasks.iter().map(|task| (task.id, Who::Handle(handle))).collect()).unwrap_or_default();
    let seed = drawn(&caller, &who, op, Chance::Lots, &[]);
    let private = Private::Plan(PrivatePlan { seed, lock_out_ms: LOCK_OUT_MS, who: who_gets });
    let payload = Payload::AssignmentPlan(AssignmentPlan { tasks, by_handle: handle.is_some() });
    // Whose handle it is stands in no payload: somebody else's makes it another op all the same.
    let salt = Salt::new(salt(&caller, &who, op, form.handle.as_bytes()));
    send(&caller, &who, Act { op, subject: op.0, base: None, payload, private }, salt).await?;
    leptos_axum::redirect(paths::TASKS);
    Ok(())
}

pub(crate) async fn recall(op: OpId, task: AssignmentId, reason: String, back: &str) -> Result<(), HqError> {
    let (caller, who) = acting(Action::Assign)?;
    let payload = Payload::AssignmentRecall(AssignmentRecall { reason });
    act(&caller, &who, Act { op, subject: task.0, base: None, payload, private: Private::None }).await?;
    leptos_axum::redirect(if back.is_empty() { paths::TASKS } else { within(back) });
    Ok(())
}

/// Midnight of `2026-11-24` by the company's clock.
fn day(text: &str, zone: ZoneOffset) -> Option<Moment> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    // Days since 1970, with years that begin in March.
    let (shifted, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Moment(days * DAY_MS - i64::from(zone.0) * MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_the_companys_midnight() {
        let utc = ZoneOffset(0);
        assert_eq!(day("1970-01-01", utc), Some(Moment(0)));
        assert_eq!(day("2000-02-29", utc), Some(Moment(951_782_400_000)));
        assert_eq!(day("2026-11-24", ZoneOffset(480)), Some(Moment(1_795_478_400_000 - 28_800_000)));
        for wrong in ["", "2026-02-29", "2026-13-01", "2026-00-01", "26-1-1", "2026-11-24-1", "x-1-1", "2026-04-31"] {
            assert_eq!(day(wrong, utc), None, "{wrong}");
        }
    }
}
