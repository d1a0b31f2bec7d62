//! The rules, each over the whole history.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::history::{Event, Outcome, Verdict};

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which promise of `docs/trust.md`.
    pub promise: &'static str,
    /// What happened.
    pub what: String,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Lines.
    pub events: u64,
    /// Distinct ops that a device cut or HQ asked for.
    pub ops: u64,
    /// Of them, those that were acknowledged.
    pub acknowledged: u64,
    /// Answers that never came.
    pub unknown: u64,
    /// Restores of the server.
    pub restores: u64,
    /// Values that were handed in.
    pub values: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Devices whose state was compared.
    pub devices: u64,
}

/// What the checker found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was looked at.
    pub counts: Counts,
    /// What was broken; empty where all was kept.
    pub faults: Vec<Fault>,
}

/// What is known of one op.
#[derive(Default)]
struct OpSeen {
    digests: BTreeSet<String>,
    /// Devices that still have it.
    holders: BTreeSet<String>,
    /// By an answer that came.
    acknowledged: bool,
    /// Its rev in the newest such answer that no restore has taken back; 0: the server may not have it.
    rev: i64,
    /// Which restore took it away, counted from 0.
    lost: Option<usize>,
    /// Neither the server nor a device had it any more.
    excused: bool,
    /// On a device: HQ's ops are made once and not kept.
    cut: bool,
}

/// A row of the log.
struct Row<'a> {
    rev: i64,
    digest: &'a str,
    verdict: Verdict,
}

struct Judge<'a> {
    report: Report,
    ops: BTreeMap<&'a str, OpSeen>,
    log: BTreeMap<&'a str, Vec<Row<'a>>>,
}

/// Decides over a history.
#[must_use]
pub fn check(events: &[Event]) -> Report {
    let mut judge = Judge { report: Report::default(), ops: BTreeMap::new(), log: BTreeMap::new() };
    judge.report.counts.events = events.len() as u64;
    judge.follow(events);
    judge.gather_log(events);
    judge.nothing_lost();
    judge.once(events);
    judge.in_order(events);
    judge.nothing_freed_early(events);
    judge.nothing_taken_back(events);
    judge.every_value_shown(events);
    judge.nothing_overwritten(events);
    judge.evidence(events);
    judge.feed(events);
    judge.agree(events);
    if events.last() != Some(&Event::End) {
        judge.fault("recording", "the history has no end".to_owned());
    }
    judge.report.counts.ops = judge.ops.len() as u64;
    judge.report.counts.acknowledged = judge.ops.values().filter(|op| op.acknowledged).count() as u64;
    judge.report
}

impl<'a> Judge<'a> {
    fn fault(&mut self, promise: &'static str, what: String) {
        self.report.faults.push(Fault { promise, what });
    }

    fn op(&mut self, id: &'a str) -> &mut OpSeen {
        self.ops.entry(id).or_default()
    }

    /// Who has what, who was told what, and what a restore takes away.
    fn follow(&mut self, events: &'a [Event]) {
        // What a restore left, and how many restores there had been when a request went out.
        let mut restores: Vec<i64> = Vec::new();
        let mut calls: BTreeMap<u64, (&str, usize)> = BTreeMap::new();
        // How many restores there had been when the server took a request, and for each device the newest it heard of.
        let mut served: BTreeMap<u64, usize> = BTreeMap::new();
        let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
        for event in events {
            match event {
                Event::Sent { who, call, .. } => {
                    calls.insert(*call, (who, restores.len()));
                }
                Event::Served { call } => {
                    served.entry(*call).or_insert(restores.len());
                }
                Event::Cut { who, op, digest, .. } => {
                    let seen = self.op(op);
                    seen.cut = true;
                    seen.holders.insert(who.clone());
                    seen.digests.insert(digest.clone());
                }
                Event::Answered { call, outcome: Outcome::Ok, results } => {
                    // It may speak of a log that was put back while it was under way.
                    let sent = calls.get(call).copied();
                    let first = sent.map_or(0, |(_, restores)| restores);
                    if let Some((who, _)) = sent {
                        heard.insert(who, served.get(call).copied().unwrap_or(first));
                    }
                    let since = restores.get(first..).unwrap_or_default();
                    for result in results {
                        let seen = self.op(&result.op);
                        if seen.digests.contains(&result.digest) {
                            seen.acknowledged = true;
                            seen.excused = false;
                            seen.lost = since.iter().position(|left| result.rev > *left).map(|place| first + place);
                            seen.rev = if seen.lost.is_some() { 0 } else { result.rev };
                        }
                    }
                }
                Event::Answered { outcome: Outcome::Unknown, .. } => self.report.counts.unknown += 1,
                Event::Acted { op, digest, outcome, rev, .. } => {
                    if *outcome == Outcome::Unknown {
                        self.report.counts.unknown += 1;
                    }
                    let seen = self.op(op);
                    seen.digests.insert(digest.clone());
                    seen.acknowledged |= *outcome == Outcome::Ok;
                    seen.rev = rev.unwrap_or(seen.rev);
                }
                Event::Forgot { who, op } => {
                    let heard = heard.get(who.as_str()).copied().unwrap_or(0);
                    let seen = self.op(op);
                    seen.holders.remove(who);
                    // It was let go of when the device's last answer said that all was well, and that was no longer so.
                    let unheard = seen.lost.is_some_and(|restore| restore >= heard);
                    seen.excused |= seen.holders.is_empty() && seen.rev == 0 && unheard;
                }
                Event::Died { who } => {
                    for op in self.ops.values_mut() {
                        // Nobody promised anything for what never left it, or was not offered again yet.
                        op.excused |= op.holders.remove(who) && op.holders.is_empty() && op.rev == 0;
                    }
                }
                Event::Restored { rev } => {
                    self.report.counts.restores += 1;
                    for op in self.ops.values_mut() {
                        if op.rev > *rev {
                            (op.rev, op.lost) = (0, Some(restores.len()));
                        }
                        // HQ keeps no copy, and a device may have let go of it long ago.
                        op.excused |= op.holders.is_empty() && op.rev == 0;
                    }
                    restores.push(*rev);
                }
                _ => {}
            }
        }
    }

    fn gather_log(&mut self, events: &'a [Event]) {
        let mut last = 0;
        for event in events {
            if let Event::Log { rev, op, digest, verdict, .. } = event {
                if *rev != last + 1 {
                    self.fault("P12", format!("rev {rev} follows {last}"));
                }
                last = *rev;
                self.log.entry(op).or_default().push(Row { rev: *rev, digest, verdict: *verdict });
            }
        }
    }

    /// P1, P8, P9: what was acknowledged, and what a living device has, is in the log.
    fn nothing_lost(&mut self) {
        if self.log.is_empty() {
            return;
        }
        let mut faults = Vec::new();
        for (id, op) in &self.ops {
            let there = self.log.get(id).is_some_and(|rows| rows.iter().any(|row| op.digests.contains(row.digest)));
            if there || op.excused {
                continue;
            }
            if op.acknowledged {
                faults.push(Fault { promise: "P9", what: format!("op {id} was acknowledged and is not in the log") });
            } else if op.cut && !op.holders.is_empty() {
                faults.push(Fault { promise: "P8", what: format!("op {id} was cut and never came") });
            }
        }
        self.report.faults.append(&mut faults);
    }

    /// P2: one op, one row, one effect.
    fn once(&mut self, events: &'a [Event]) {
        let mut faults = Vec::new();
        for (id, rows) in &self.log {
            if let [first, second, ..] = rows.as_slice() {
                faults.push(format!("op {id} is in the log at {} and at {}", first.rev, second.rev));
            }
            for row in rows {
                if row.verdict == Verdict::Duplicate {
                    faults.push(format!("op {id} is logged as a duplicate"));
                }
                let known = self.ops.get(id).is_none_or(|op| op.digests.contains(row.digest));
                if !known && row.verdict != Verdict::Refused {
                    faults.push(format!("op {id} is in the log with a body that nobody wrote"));
                }
            }
        }
        for event in events {
            if let Event::Effect { op, times } = event {
                let applied = self.log.get(op.as_str()).is_some_and(|rows| {
                    rows.iter().any(|row| row.verdict == Verdict::Applied || row.verdict == Verdict::Held)
                });
                if *times != 1 || !applied {
                    faults.push(format!("op {op} has its effect {times} times; in the log as applied: {applied}"));
                }
            }
        }
        for what in faults {
            self.fault("P2", what);
        }
    }

    /// P2, P14: within a journal new ops take effect in the order of their places, without gaps.
    fn in_order(&mut self, events: &'a [Event]) {
        let mut places: BTreeMap<&str, BTreeMap<i64, (&str, i64)>> = BTreeMap::new();
        let mut faults = Vec::new();
        for event in events {
            if let Event::Place { journal, seq, op, rev } = event
                && let Some((other, _)) = places.entry(journal).or_default().insert(*seq, (op, *rev))
            {
                faults.push(format!("place {seq} of journal {journal} was used by {other} and by {op}"));
            }
        }
        let mut newest: BTreeMap<&str, &str> = BTreeMap::new();
        for event in events {
            match event {
                Event::Cut { op, journal, .. } => {
                    newest.insert(op, journal);
                }
                Event::Reopened { journal, ops, .. } => {
                    newest.extend(ops.iter().map(|place| (place.op.as_str(), journal.as_str())));
                }
                _ => {}
            }
        }
        for (journal, places) in places {
            let mut before = (0, 0);
            for (seq, (op, rev)) in places {
                if seq != before.0 + 1 {
                    faults.push(format!("place {seq} of journal {journal} follows {}", before.0));
                }
                // One that came before under another journal has its rev from there.
                let own = newest.get(op).is_none_or(|home| *home == journal);
                if own && rev < before.1 {
                    faults.push(format!("op {op} at place {seq} of {journal} took effect before the one ahead of it"));
                }
                before = (seq, if own { before.1.max(rev) } else { before.1 });
            }
        }
        for what in faults {
            self.fault("P14", what);
        }
    }

    /// P2, P9: a device counts an op as safe only after an answer that says so about this very body.
    fn nothing_freed_early(&mut self, events: &'a [Event]) {
        let mut safe: BTreeSet<&str> = BTreeSet::new();
        let mut freed: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut faults = Vec::new();
        for event in events {
            match event {
                Event::Answered { outcome: Outcome::Ok, results, .. } => {
                    for result in results {
                        let same =
                            self.ops.get(result.op.as_str()).is_some_and(|op| op.digests.contains(&result.digest));
                        if same && result.standing() != Verdict::Refused && result.standing() != Verdict::Duplicate {
                            safe.insert(&result.op);
                        }
                    }
                }
                Event::Freed { who, op } => {
                    if !safe.contains(op.as_str()) {
                        faults.push(format!("{who} counts op {op} as safe without a receipt"));
                    }
                    freed.insert((who, op));
                }
                Event::Reopened { who, ops, .. } => {
                    for place in ops {
                        freed.remove(&(who.as_str(), place.op.as_str()));
                    }
                }
                Event::Forgot { who, op } if !freed.contains(&(who.as_str(), op.as_str())) => {
                    faults.push(format!("{who} let go of op {op} before it was safe"));
                }
                _ => {}
            }
        }
        for what in faults {
            self.fault("P3", what);
        }
    }

    /// P1: where nobody put the server back, a place of the log that was acknowledged stays what it was. A device that is
    /// told of a loss offers its ops again, and they come to lie elsewhere: that is how the loss shows.
    fn nothing_taken_back(&mut self, events: &'a [Event]) {
        if events.iter().any(|event| matches!(event, Event::Restored { .. })) {
            return;
        }
        let mut by_rev: BTreeMap<i64, (&str, &str)> = BTreeMap::new();
        let mut by_op: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        let mut faults = Vec::new();
        for event in events {
            let Event::Answered { outcome: Outcome::Ok, results, .. } = event else { continue };
            for result in results {
                let body = (result.op.as_str(), result.digest.as_str());
                let other = by_rev.insert(result.rev, body).filter(|other| *other != body);
                if let Some((other, _)) = other {
                    faults.push(format!(
                        "rev {} was acknowledged as op {other}, and then as op {}",
                        result.rev, result.op
                    ));
                }
                let before = by_op.insert(body, result.rev).filter(|before| *before != result.rev);
                if let Some(before) = before {
                    faults
                        .push(format!("op {} was acknowledged at rev {before}, and then at {}", result.op, result.rev));
                }
            }
        }
        for what in faults {
            self.fault("P1", what);
        }
    }

    /// P13: whatever anybody handed in can be seen.
    fn every_value_shown(&mut self, events: &'a [Event]) {
        let mut shown: BTreeSet<(&str, &str)> = BTreeSet::new();
        for event in events {
            if let Event::Shows { subject, value } = event {
                shown.insert((subject, value));
            }
        }
        for event in events {
            if let Event::Wrote { op, subject, value } = event {
                self.report.counts.values += 1;
                if !shown.contains(&(subject.as_str(), value.as_str())) {
                    self.fault("P13", format!("what op {op} wrote to {subject} cannot be seen: {value}"));
                }
            }
        }
    }

    /// P13: what changes a visit was made by somebody who had seen it as it was.
    fn nothing_overwritten(&mut self, events: &'a [Event]) {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for event in events {
            if let Event::Log { op, verdict: Verdict::Applied, subject: Some(subject), base, .. } = event {
                let count = counts.entry(subject).or_default();
                let before = *count;
                *count += 1;
                if base.is_some_and(|base| base != before) {
                    let what = format!("op {op} changed visit {subject} at {before}, and had seen it at {base:?}");
                    self.fault("P13", what);
                }
            }
        }
    }

    /// P10: never complete with something missing or altered; and the numbers say what is there.
    fn evidence(&mut self, events: &'a [Event]) {
        let mut named: BTreeMap<&str, (u32, u32, bool)> = BTreeMap::new();
        let mut faults = Vec::new();
        for event in events {
            match event {
                Event::Stored { sha256, right: false } => faults.push(format!("{sha256} is kept with other bytes")),
                Event::Evidence { visit, sha256, counted, present } => {
                    self.report.counts.evidence += 1;
                    if *counted && !present {
                        faults.push(format!("{sha256} of visit {visit} counts and is not there"));
                    }
                    let (expected, verified, whole) = named.entry(visit).or_insert((0, 0, true));
                    *expected += 1;
                    *verified += u32::from(*counted);
                    *whole &= *present;
                }
                _ => {}
            }
        }
        for event in events {
            match event {
                Event::Visit { visit, expected, verified } => {
                    let (names, counts, whole) = named.get(visit.as_str()).copied().unwrap_or((0, 0, true));
                    if (names, counts) != (*expected, *verified) {
                        faults.push(format!(
                            "visit {visit} says {verified} of {expected} where {counts} of {names} count"
                        ));
                    }
                    if verified >= expected && !whole {
                        faults.push(format!("visit {visit} is complete with something missing"));
                    }
                }
                Event::Complete { visit } if named.get(visit.as_str()).is_some_and(|(.., whole)| !whole) => {
                    faults.push(format!("visit {visit} was shown as complete with something missing"));
                }
                _ => {}
            }
        }
        for what in faults {
            self.fault("P10", what);
        }
    }

    /// P12: a reader of the feed skips nothing and sees nothing twice or out of order.
    fn feed(&mut self, events: &'a [Event]) {
        let mut at: BTreeMap<&str, i64> = BTreeMap::new();
        let mut faults = Vec::new();
        for event in events {
            match event {
                Event::Read { who, from, revs, to } => {
                    let before = at.insert(who, *to).unwrap_or(*from);
                    if before != *from {
                        faults.push(format!("{who} went on at {from} where it had stopped at {before}"));
                    }
                    let whole: Vec<i64> = (from + 1..=*to).collect();
                    if *revs != whole {
                        faults.push(format!("{who} read {revs:?} between {from} and {to}"));
                    }
                }
                // A reader whose place was cut off begins anew.
                Event::Restored { rev } => at.retain(|_, place| *place <= *rev),
                _ => {}
            }
        }
        for what in faults {
            self.fault("P12", what);
        }
    }

    /// P12: a device and the server say the same.
    fn agree(&mut self, events: &'a [Event]) {
        let mut server: BTreeMap<&str, &str> = BTreeMap::new();
        for event in events {
            if let Event::Server { who, state } = event {
                server.insert(who, state);
            }
        }
        for event in events {
            if let Event::Device { who, state } = event {
                self.report.counts.devices += 1;
                match server.get(who.as_str()) {
                    Some(other) if other == state => {}
                    Some(other) => {
                        let differ = state.lines().zip(other.lines()).find(|(here, there)| here != there);
                        let (here, there) = differ.unwrap_or((state, other));
                        self.fault("P12", format!("{who} believes {here}, the server has {there}"));
                    }
                    None => self.fault("P12", format!("the server says nothing about {who}")),
                }
            }
        }
    }
}
