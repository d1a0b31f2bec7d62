//! One batch: everything that happens between BEGIN and COMMIT.
//!
//! The head is locked first. Then: who calls, what was here before, what is
//! needed, one verdict after another in memory, and everything written at once.
//! Nothing is answered before the commit.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, JournalId, OpId, TenantId, VisitId},
    op::{
        Facts, HeldCode, Op, Payload, RefusedCode, States, Verdict, apply, decide,
        turn::{Asked, Found, Turns},
    },
    role::RoleSet,
    time::Moment,
};
use protocol::{
    push::{OpResult, Pushed},
    receipt::Head,
};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::{
    ask::{self, CallerRow, VisitAnswers},
    beside,
    changes::Changes,
    fork,
    incoming::{Incoming, Read},
    known::{self, Known},
    lane::Lane,
    load::load,
    people,
    private::Private,
    request::Caller,
    save::{self, Batch},
    tree::{Leaves, Tree},
};
use crate::{
    error::{Error, Result},
    rows::digest,
    signer::Signer,
};

/// A request as a lane works on it.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Who asks; `None` is the server itself.
    pub(crate) caller: Option<Caller>,
    /// The journal of the ops; `None` at HQ.
    pub(crate) journal: Option<JournalId>,
    /// The newest head that the phone has.
    pub(crate) newest: Option<Head>,
    /// The ops, in order.
    pub(crate) ops: Vec<Incoming>,
    /// What travels beside the one op of a form.
    pub(crate) private: Private,
    /// When it arrived.
    pub(crate) received_at: Moment,
}

/// The tenant's head as it was locked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locked {
    pub(crate) epoch: i32,
    pub(crate) rev: i64,
    pub(crate) batch: i64,
    pub(crate) head: Sha256,
}

/// An op that gets its verdict in this batch.
pub(super) struct Fresh<'a> {
    pub(super) request: usize,
    pub(super) op: &'a Incoming,
    /// Its id in the log: another one than its own where that is taken.
    pub(super) logged_as: Uuid,
    pub(super) verdict: Verdict,
    pub(super) facts: Facts,
}

/// A place in a journal that an op uses up, whether it is new or was here before under another journal.
pub(super) struct Place {
    pub(super) journal: JournalId,
    /// Whose journal it is.
    pub(super) account: Uuid,
    pub(super) seq: i64,
    pub(super) op: Uuid,
    pub(super) device_time: Moment,
}

/// What a batch comes to.
pub(crate) struct Outcome {
    /// An answer for each request.
    pub(crate) answers: Vec<Result<Pushed>>,
    /// Whether anything is to be committed.
    pub(crate) wrote: bool,
    /// The batch just made, to answer retries from.
    pub(crate) tree: Option<Arc<Tree>>,
}

/// Works on `requests` within the open transaction of `connection`. `poison`: hold them all, decide nothing.
pub(crate) async fn run(
    connection: &mut PgConnection,
    lane: &mut Lane,
    requests: &[&Prepared],
    poison: bool,
) -> Result<Outcome> {
    let tenant = lane.tenant;
    let signer = Arc::clone(&lane.signer);
    let mut locked = lock(connection, tenant).await?;
    let callers = ask::callers(connection, requests).await?;
    let forked = fork::check(connection, tenant, &mut locked, requests, &callers, signer.as_ref()).await?;

    let Sorted { mut fresh, found, expect, places } = sort(connection, tenant, requests, &callers).await?;
    let answers = ask::visits(connection, requests, &callers, &fresh).await?;
    let ops = fresh.iter().filter_map(|fresh| fresh.op.op());
    let mut states =
        if poison { States::default() } else { load(connection, tenant, ops, &mut lane.checklists).await? };
    let mut changes = Changes::default();
    let mut writers: HashMap<VisitId, JournalId> = HashMap::new();
    for n in 0..fresh.len() {
        let request = requests[fresh[n].request];
        let caller = callers[fresh[n].request].as_ref();
        let facts = facts(&fresh[n], request, caller, answers.get(&n), &states, &writers);
        let rev = locked.rev + 1 + n as i64;
        let verdict = if poison {
            Verdict::held(HeldCode::Internal)
        } else {
            judge(connection, &fresh[n], request, caller, &states, &facts).await?
        };
        fresh[n].facts = facts;
        fresh[n].verdict = verdict;
        changes.note(&fresh[n], request, rev, &states);
        if fresh[n].verdict == Verdict::Applied
            && let Some(op) = fresh[n].op.op()
        {
            let before = Changes::before(op, &states);
            let effects = apply(op, &mut states, &facts);
            changes.applied(op, &before, effects, (request, caller, rev), &states, &mut writers);
        }
    }

    // Envelopes alone (ops that were here before, in a new journal) are a batch too: a receipt covers them.
    let tree = if fresh.is_empty() && places.is_empty() {
        None
    } else {
        changes.adopt_writers(connection, &mut writers).await?;
        save::places(connection, locked.rev, &places).await?;
        let first = locked.rev + 1;
        let beside = beside::of(connection, first, &fresh, requests, &places).await?;
        let ops = fresh.iter().map(|fresh| (fresh.op.digest, &fresh.verdict));
        let leaves = Leaves::new(first, ops, Some(beside));
        let head = head(&locked, &leaves, requests, signer.as_ref());
        save::save(
            connection,
            tenant,
            &locked,
            (&head, &beside),
            Batch { fresh: &fresh, requests, changes, states: &states, writers: &writers, packer: &mut lane.packer },
        )
        .await?;
        Some(Arc::new(leaves.under(head)))
    };
    if forked && tree.is_none() {
        save::epoch(connection, tenant, &locked).await?;
    }
    let older = found.iter().flatten().filter_map(batch).collect();
    let trees = known::trees(connection, tenant, lane, older).await?;
    let answers = answer(requests, callers, &found, &fresh, &expect, locked.rev, &trees, tree.as_ref());
    Ok(Outcome { answers, wrote: forked || tree.is_some(), tree })
}

async fn lock(connection: &mut PgConnection, tenant: TenantId) -> Result<Locked> {
    let row = sqlx::query("SELECT epoch, rev, batch, head FROM app.begin_write($1)")
        .bind(tenant.0)
        .fetch_optional(connection)
        .await?
        .ok_or(Error::NoTenant)?;
    Ok(Locked {
        epoch: row.try_get("epoch")?,
        rev: row.try_get("rev")?,
        batch: row.try_get("batch")?,
        head: digest("tenant_head", row.try_get("head")?)?,
    })
}

/// The ops of all requests, sorted.
struct Sorted<'a> {
    /// Those that get a verdict now.
    fresh: Vec<Fresh<'a>>,
    /// For each request, where the results of its ops come from: of as many of them as have their turn.
    found: Vec<Vec<Found<Known>>>,
    /// The seq that each request's journal expects next.
    expect: Vec<i64>,
    places: Vec<Place>,
}

/// Sorts the ops of all requests: new, here before, or not yet their turn.
async fn sort<'a>(
    connection: &mut PgConnection,
    tenant: TenantId,
    requests: &[&'a Prepared],
    callers: &[Option<CallerRow>],
) -> Result<Sorted<'a>> {
    let known = known::look_up(connection, tenant, requests).await?;
    let mut turns = Turns::new(|id| known.get(&id).map(|known| (known.digest, known.clone())));
    let mut fresh: Vec<Fresh<'a>> = Vec::new();
    let mut found = Vec::with_capacity(requests.len());
    let mut expect = Vec::with_capacity(requests.len());
    let mut places = Vec::new();
    for (request, (prepared, caller)) in requests.iter().copied().zip(callers).enumerate() {
        let Some(caller) = caller else {
            found.push(Vec::new());
            expect.push(0);
            continue;
        };
        let asked = prepared.ops.iter().map(|op| Asked {
            id: op.id,
            digest: op.digest,
            seq: op.envelope.map(|envelope| envelope.seq),
        });
        let (due, next) = turns.of(prepared.journal, caller.last_seq, asked);
        for (op, turn) in prepared.ops.iter().zip(&due) {
            if let Found::Fresh(_) = turn.found {
                let facts = Facts::of_server(prepared.received_at);
                fresh.push(Fresh { request, op, logged_as: turn.logged_as, verdict: Verdict::Applied, facts });
            }
            if let (true, Some(journal), Some(envelope)) = (turn.takes_place, prepared.journal, op.envelope) {
                places.push(Place {
                    journal,
                    account: caller.account_id,
                    seq: envelope.seq,
                    op: turn.logged_as,
                    device_time: envelope.device_time,
                });
            }
        }
        found.push(due.into_iter().map(|turn| turn.found).collect());
        expect.push(next);
    }
    Ok(Sorted { fresh, found, expect, places })
}

/// The visit about which an op asks identity.
pub(super) fn visit_of(op: &Op) -> Option<VisitId> {
    match &op.payload {
        Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => Some(VisitId::of(AssignmentId(op.subject))),
        Payload::VisitArrive(arrive) => Some(VisitId::of(arrive.assignment)),
        Payload::VisitLeave(leave) => Some(VisitId::of(leave.assignment)),
        Payload::VisitSubmit(document) => Some(VisitId::of(document.assignment)),
        Payload::VisitTakeOver(take) => Some(VisitId::of(take.assignment)),
        Payload::VisitAccept(_) | Payload::VisitReturn(_) | Payload::VisitVoid(_) => Some(VisitId(op.subject)),
        _ => None,
    }
}

/// The task about which a supervisor's op is, where it acts under the task's alias.
pub(crate) fn task_of(op: &Op) -> Option<AssignmentId> {
    match &op.payload {
        Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => Some(AssignmentId(op.subject)),
        Payload::VisitArrive(arrive) => Some(arrive.assignment),
        Payload::VisitLeave(leave) => Some(leave.assignment),
        Payload::VisitSubmit(document) => Some(document.assignment),
        Payload::VisitTakeOver(take) => Some(take.assignment),
        _ => None,
    }
}

fn facts(
    fresh: &Fresh<'_>,
    request: &Prepared,
    caller: Option<&CallerRow>,
    answers: Option<&VisitAnswers>,
    states: &States,
    writers: &HashMap<VisitId, JournalId>,
) -> Facts {
    let Some(caller) = caller.filter(|_| request.caller.is_some()) else {
        return Facts::of_server(request.received_at);
    };
    let op = fresh.op.op();
    // Nobody holds it and there is no such task: a restore has lost both, and the
    // work is held for HQ. Nobody holds a task that does exist: then not this one either.
    let lost = op.and_then(task_of).is_some_and(|task| !states.assignments.contains_key(&task));
    let writes = match op.and_then(visit_of).and_then(|visit| writers.get(&visit)) {
        Some(writer) => caller.writes_as == Some(*writer),
        None => answers.is_none_or(|answers| answers.writes),
    };
    Facts {
        received_at: request.received_at,
        roles: RoleSet(u16::try_from(caller.roles).unwrap_or_default()),
        active: caller.active,
        holds_alias: answers.map_or(lost, |answers| answers.holds),
        writes_visit: writes,
        chose_visitor: answers.is_some_and(|answers| answers.chose),
        server: false,
    }
}

async fn judge(
    connection: &mut PgConnection,
    fresh: &Fresh<'_>,
    request: &Prepared,
    caller: Option<&CallerRow>,
    states: &States,
    facts: &Facts,
) -> Result<Verdict> {
    if fresh.logged_as != fresh.op.id {
        return Ok(Verdict::refused(RefusedCode::ConflictingRetry));
    }
    let op = match &fresh.op.read {
        Read::Op(op) => op,
        Read::UnknownKind => return Ok(Verdict::held(HeldCode::UnknownKind)),
        Read::Refused(code, detail) => {
            return Ok(Verdict::Refused { code: *code, detail: (*detail).to_owned() });
        }
    };
    // Under the alias of a task the rules themselves check who acts; everybody else acts as themselves.
    if request.caller.is_some() && task_of(op).is_none() && caller.is_none_or(|caller| caller.account_id != op.actor) {
        return Ok(Verdict::refused(RefusedCode::NotYours));
    }
    match decide(op, states, facts) {
        Verdict::Applied => {
            let salt = fresh.op.parts.as_ref().and_then(|parts| parts.salt.as_deref()?.try_into().ok());
            let refusal = people::carry_out(connection, op, salt, request, states).await?;
            Ok(refusal.unwrap_or(Verdict::Applied))
        }
        other => Ok(other),
    }
}

fn head(locked: &Locked, leaves: &Leaves, requests: &[&Prepared], signer: &dyn Signer) -> Head {
    let mut head = Head {
        epoch: u32::try_from(locked.epoch).unwrap_or_default(),
        number: locked.batch + 1,
        previous: locked.head,
        root: leaves.root(),
        time: requests.iter().map(|request| request.received_at).max().unwrap_or_default(),
        key: String::new(),
        signature: String::new(),
    };
    let signed = signer.sign(head.hash());
    head.key = signed.key;
    head.signature = signed.signature;
    head
}

#[expect(clippy::too_many_arguments, reason = "the last step sees what all the others made")]
fn answer(
    requests: &[&Prepared],
    callers: Vec<Option<CallerRow>>,
    found: &[Vec<Found<Known>>],
    fresh: &[Fresh<'_>],
    expect: &[i64],
    last_rev: i64,
    trees: &BTreeMap<i64, Arc<Tree>>,
    made: Option<&Arc<Tree>>,
) -> Vec<Result<Pushed>> {
    let number = made.map_or(0, |tree| tree.head.number);
    let result = |n: usize, again: bool, id: Uuid, seq: i64| {
        let rev = last_rev + 1 + n as i64;
        let verdict = fresh[n].verdict.clone();
        OpResult {
            op_id: OpId(id),
            seq,
            verdict: if again { Verdict::Duplicate } else { verdict.clone() },
            first: again.then_some(verdict),
            digest: fresh[n].op.digest,
            rev,
            batch: number,
            path: made.map(|tree| tree.path(rev)).unwrap_or_default(),
        }
    };
    requests
        .iter()
        .zip(callers)
        .enumerate()
        .map(|(request, (prepared, caller))| {
            caller.ok_or(Error::Unauthorized)?;
            let mut batches = BTreeSet::new();
            let results: Vec<OpResult> = found[request]
                .iter()
                .zip(&prepared.ops)
                .map(|(found, op)| {
                    let seq = op.envelope.map_or(0, |envelope| envelope.seq);
                    let result = match found {
                        Found::Fresh(n) => result(*n, false, op.id, seq),
                        Found::AgainInBatch(n) => result(*n, true, op.id, seq),
                        Found::Known(known) => known.result(op.id, seq, trees),
                    };
                    batches.insert(result.batch);
                    result
                })
                .collect();
            let heads = batches
                .into_iter()
                .filter_map(|batch| match made {
                    Some(tree) if tree.head.number == batch => Some(tree.head.clone()),
                    _ => trees.get(&batch).map(|tree| tree.head.clone()),
                })
                .collect();
            Ok(Pushed { results, expect: expect[request], heads, server_time: prepared.received_at })
        })
        .collect()
}

/// The batch of an op that was here before.
fn batch(found: &Found<Known>) -> Option<i64> {
    if let Found::Known(known) = found { Some(known.batch) } else { None }
}
