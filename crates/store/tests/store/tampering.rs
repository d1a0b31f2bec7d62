//! Random changes by a superuser, of every kind that we could think of, and `verify` over each (P16).
//!
//! Each change is made in a transaction of its own, verified there, and rolled back. CI makes a few;
//! `cargo xtask trust --only tamper` makes ten thousand. Whatever fails prints the seed with which it comes again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::Write as _,
    process::Command,
    time::Instant,
};

use domain::{
    evidence::Sha256,
    op::{Verdict, canonical},
};
use mutants::Mutant;
use protocol::receipt::{Head, leaf, merkle, side_leaf};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use store::{Fault, OUTSIDE, Signer as _, payload, verify_on};
use uuid::Uuid;

use crate::{
    cluster::cluster,
    history::History,
    luck::{Luck, setting},
    world::TestSigner,
};

/// Columns that are not covered though their table is: the password, the journal that writes a visit, and of a
/// journal everything but whose it is and how far.
const OPEN: [&str; 7] = [
    "identity.account.password_hash",
    "identity.assignee.writer",
    "identity.journal.key_hash",
    "identity.journal.epoch",
    "identity.journal.opened_at",
    "identity.journal.revoked_at",
    "identity.journal.replaced_by",
];

struct Column {
    name: String,
    kind: String,
    /// It belongs to a unique index: two rows cannot have the same.
    unique: bool,
}

struct Table {
    name: String,
    columns: Vec<Column>,
    rows: i64,
}

impl Table {
    /// Which rows count: a journal that nobody has written is a sign-in, and those lie outside.
    fn filter(&self) -> &'static str {
        if self.name == "identity.journal" { "tenant_id = $1 AND last_seq > 0" } else { "tenant_id = $1" }
    }

    /// How many rows a tenant of these tests has at most.
    fn most(&self) -> i64 {
        if matches!(self.name.as_str(), "app.tenant_head" | "app.org_unit" | "app.venue") { 1 } else { i64::MAX }
    }

    fn closed(&self) -> Vec<&Column> {
        self.columns.iter().filter(|column| !OPEN.contains(&&*format!("{}.{}", self.name, column.name))).collect()
    }

    /// The place of the n-th row.
    fn row(&self, n: i64) -> String {
        format!("(SELECT ctid FROM {} WHERE {} ORDER BY ctid LIMIT 1 OFFSET {n})", self.name, self.filter())
    }
}

/// The tables that `verify` covers, with how many rows of the tenant they have.
async fn tables(owner: &mut PgConnection, tenant: Uuid) -> Vec<Table> {
    let rows = sqlx::query(
        "SELECT n.nspname || '.' || c.relname AS name, a.attname::text AS column,
                format_type(a.atttypid, NULL) AS kind,
                EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))
                    AS is_unique
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname IN ('app', 'identity') AND c.relkind = 'r' ORDER BY 1, a.attnum",
    );
    let mut tables: Vec<Table> = Vec::new();
    for row in rows.fetch_all(&mut *owner).await.unwrap() {
        let name: String = row.get("name");
        if OUTSIDE.contains(&&*name) {
            continue;
        }
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(Table { name, columns: Vec::new(), rows: 0 });
        }
        let column = Column { name: row.get("column"), kind: row.get("kind"), unique: row.get("is_unique") };
        tables.last_mut().unwrap().columns.push(column);
    }
    for table in &mut tables {
        let count = format!("SELECT count(*) FROM {} WHERE {}", table.name, table.filter());
        table.rows = sqlx::query_scalar(AssertSqlSafe(count)).bind(tenant).fetch_one(&mut *owner).await.unwrap();
    }
    tables
}

/// Another value for a column, as an expression over the one that it has.
fn other(column: &Column, luck: &mut Luck) -> String {
    let c = &column.name;
    let n = 1 + luck.below(900);
    match column.kind.as_str() {
        "uuid" => format!("'{}'::uuid", luck.uuid()),
        "bigint" | "integer" => format!("COALESCE({c}, 0) + {}", if luck.below(2) == 0 { n as i64 } else { -(n as i64) }),
        "smallint" => format!("(COALESCE({c}, 0) + {})::smallint", 1 + luck.below(3)),
        "boolean" => format!("NOT COALESCE({c}, false)"),
        "bytea" => format!(
            "CASE WHEN COALESCE(length({c}), 0) = 0 THEN '\\x00'::bytea
                  ELSE set_bit({c}, {n} % (length({c}) * 8), 1 - get_bit({c}, {n} % (length({c}) * 8))) END"
        ),
        "jsonb" => match luck.below(3) {
            0 => format!(
                "CASE jsonb_typeof({c}) WHEN 'object' THEN {c} || '{{\"zz\": 1}}' WHEN 'array' THEN {c} || '[1]'
                 ELSE '{{\"zz\": 1}}' END"
            ),
            1 => format!(
                "CASE jsonb_typeof({c}) WHEN 'object' THEN {c} - (
                     SELECT k FROM jsonb_object_keys({c}) k ORDER BY k LIMIT 1
                     OFFSET {n} % GREATEST((SELECT count(*) FROM jsonb_object_keys({c})), 1)) ELSE '[7]' END"
            ),
            _ => format!(
                "CASE jsonb_typeof({c}) WHEN 'object' THEN COALESCE(jsonb_set({c}, ARRAY[(
                     SELECT k FROM jsonb_object_keys({c}) k ORDER BY k LIMIT 1
                     OFFSET {n} % GREATEST((SELECT count(*) FROM jsonb_object_keys({c})), 1))], '7'), {c}) ELSE '[7]' END"
            ),
        },
        "uuid[]" => format!("COALESCE({c}, '{{}}') || '{}'::uuid", luck.uuid()),
        "text" if luck.below(3) > 0 => format!(
            "CASE WHEN COALESCE({c}, '') = '' THEN 'x' ELSE overlay({c} placing
             chr(GREATEST(ascii(substr({c}, 1 + {n} % length({c}), 1)) # {}, 1)) from 1 + {n} % length({c}) for 1) END",
            1 << luck.below(6)
        ),
        "text" => format!("COALESCE({c}, '') || 'x'"),
        other => panic!("no change is known for a column of type {other}"),
    }
}

/// One change; `None`: it came to nothing (a constraint, or the same value), and another must be tried.
async fn change(
    tx: &mut PgConnection,
    tenant: Uuid,
    tables: &[Table],
    luck: &mut Luck,
) -> Option<(&'static str, String)> {
    let (name, statements) = match luck.below(20) {
        0..=7 => flip(tables, luck)?,
        8 => {
            let table = luck.one(tables);
            let columns = table.closed();
            let column = luck.one(&columns);
            let row = table.row(luck.below(table.rows.max(1) as usize) as i64);
            let (t, c) = (&table.name, &column.name);
            ("emptied", vec![format!("UPDATE {t} SET {c} = NULL WHERE ctid = {row} AND {c} IS NOT NULL")])
        }
        9..=10 => {
            let table = luck.one(tables);
            let row = table.row(luck.below(table.rows.max(1) as usize) as i64);
            ("deleted", vec![format!("DELETE FROM {} WHERE ctid = {row}", table.name)])
        }
        11..=12 => insert(tables, luck)?,
        13..=14 => swap(tables, luck)?,
        15 => reorder(luck),
        16 => {
            let table = luck.one(tables);
            let from = luck.below(table.rows.max(1) as usize) as i64;
            let (t, filter) = (&table.name, table.filter());
            let cut = format!("DELETE FROM {t} WHERE {filter} AND ctid >= {}", table.row(from));
            ("truncated", vec![cut])
        }
        17 => ("rolled back", roll_back()),
        n => {
            let stolen = n == 18;
            rehash(tx, tenant, luck, stolen).await?;
            return Some((if stolen { "re-signed" } else { "re-hashed" }, "op_log, batch_head, tenant_head".into()));
        }
    };
    let mut changed = 0;
    for statement in &statements {
        let done = sqlx::query(AssertSqlSafe(statement.clone())).bind(tenant).execute(&mut *tx).await;
        changed += done.ok()?.rows_affected();
    }
    (changed > 0).then(|| (name, statements.join("; ")))
}

fn flip(tables: &[Table], luck: &mut Luck) -> Option<(&'static str, Vec<String>)> {
    let table = luck.one(tables);
    let columns = table.closed();
    let column = luck.one(&columns);
    let new = other(column, luck);
    let row = table.row(luck.below(table.rows.max(1) as usize) as i64);
    let (t, c) = (&table.name, &column.name);
    Some(("flipped", vec![format!("UPDATE {t} SET {c} = {new} WHERE ctid = {row} AND {c} IS DISTINCT FROM {new}")]))
}

fn insert(tables: &[Table], luck: &mut Luck) -> Option<(&'static str, Vec<String>)> {
    let table = luck.one(tables);
    let row = table.row(luck.below(table.rows.max(1) as usize) as i64);
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let new = column.unique && column.name != "tenant_id";
            if new { other(column, luck) } else { column.name.clone() }
        })
        .collect();
    let (t, names, values) = (&table.name, names.join(", "), values.join(", "));
    Some(("inserted", vec![format!("INSERT INTO {t} ({names}) SELECT {values} FROM {t} WHERE ctid = {row}")]))
}

fn swap(tables: &[Table], luck: &mut Luck) -> Option<(&'static str, Vec<String>)> {
    let table = luck.one(tables);
    if table.rows < 2 {
        return None;
    }
    let columns = table.closed();
    let column = luck.one(&columns);
    let one = luck.below(table.rows as usize) as i64;
    let two = (one + 1 + luck.below(table.rows as usize - 1) as i64) % table.rows;
    let (t, c, one, two) = (&table.name, &column.name, table.row(one), table.row(two));
    let swap = format!(
        "UPDATE {t} x SET {c} = y.{c} FROM {t} y
         WHERE x.ctid IN ({one}, {two}) AND y.ctid IN ({one}, {two}) AND x.ctid <> y.ctid AND x.{c} IS DISTINCT FROM y.{c}"
    );
    Some(("swapped", vec![swap]))
}

/// Two rows change their places.
fn reorder(luck: &mut Luck) -> (&'static str, Vec<String>) {
    let (table, place) = *luck.one(&[
        ("app.op_log", "rev"),
        ("app.batch_head", "number"),
        ("app.visit_revision", "submission"),
        ("identity.journal_op", "seq"),
    ]);
    let (one, step) = (1 + luck.below(40), 1 + luck.below(3));
    let two = one + step;
    // Where two visits or journals have such a place, all of them change.
    let statements = [(one, 0, "-7"), (two, 0, "one"), (7, 1, "two")].map(|(from, negative, to)| {
        let from = if negative == 1 { "-7".to_owned() } else { from.to_string() };
        let to = match to {
            "one" => one.to_string(),
            "two" => two.to_string(),
            other => other.to_owned(),
        };
        format!("UPDATE {table} SET {place} = {to} WHERE tenant_id = $1 AND {place} = {from}")
    });
    ("reordered", statements.to_vec())
}

/// The last batch never was: its op was held, so nothing else tells of it.
fn roll_back() -> Vec<String> {
    [
        "DELETE FROM app.held f USING app.op_log l, app.tenant_head h
         WHERE f.tenant_id = $1 AND l.tenant_id = $1 AND h.tenant_id = $1 AND l.batch = h.batch AND f.op_id = l.op_id",
        "UPDATE identity.journal j SET last_seq = j.last_seq - 1 FROM identity.journal_op o, app.tenant_head h
         WHERE j.tenant_id = $1 AND o.tenant_id = $1 AND h.tenant_id = $1 AND o.batch = h.batch
           AND o.journal_id = j.journal_id",
        "DELETE FROM identity.journal_op o USING app.tenant_head h
         WHERE o.tenant_id = $1 AND h.tenant_id = $1 AND o.batch = h.batch",
        "DELETE FROM app.op_log l USING app.tenant_head h
         WHERE l.tenant_id = $1 AND h.tenant_id = $1 AND l.batch = h.batch",
        "UPDATE app.tenant_head h SET rev = b.first_rev - 1, batch = b.number - 1, head = b.previous
         FROM app.batch_head b WHERE h.tenant_id = $1 AND b.tenant_id = $1 AND b.number = h.batch",
        "DELETE FROM app.batch_head b USING app.tenant_head h
         WHERE b.tenant_id = $1 AND h.tenant_id = $1 AND b.number > h.batch",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Changes the salt of an op and works everything out again: digest, leaf, root, every head from there. Signed with a
/// key of one's own, or with ours (`stolen`): then only a witness can tell.
async fn rehash(tx: &mut PgConnection, tenant: Uuid, luck: &mut Luck, stolen: bool) -> Option<()> {
    let ops = sqlx::query(
        "SELECT l.rev, l.op_id, l.digest, l.kind, l.subject, l.actor, l.base, encode(l.salt, 'hex') AS salt,
                l.payload
         FROM app.op_log l
         WHERE l.tenant_id = $1 AND l.payload IS NOT NULL AND l.extra IS NULL AND length(l.salt) = 16 AND l.kind NOT LIKE 'account.%'
         ORDER BY l.rev",
    );
    let ops = ops.bind(tenant).fetch_all(&mut *tx).await.unwrap();
    let op = luck.one(&ops);
    let id = |name| op.get::<Uuid, _>(name).to_string();
    let mut body = json!({
        "op_id": id("op_id"), "kind": op.get::<String, _>("kind"), "subject": id("subject"), "actor": id("actor"),
        "salt": op.get::<String, _>("salt"),
        "payload": serde_json::from_str::<Value>(&payload(op.get("payload")).unwrap()).unwrap(),
    });
    if let Some(base) = op.get::<Option<i64>, _>("base") {
        body["base"] = base.into();
    }
    let digest = |body: &Value| Sha256::of(canonical::canonicalise(&body.to_string()).unwrap().as_bytes());
    assert_eq!(digest(&body).0.to_vec(), op.get::<Vec<u8>, _>("digest"), "the forger knows the canonical form");
    body["salt"] = luck.uuid().simple().to_string().into();
    sqlx::query("UPDATE app.op_log SET digest = $3, salt = decode($4, 'hex') WHERE tenant_id = $1 AND rev = $2")
        .bind(tenant)
        .bind(op.get::<i64, _>("rev"))
        .bind(digest(&body).0.to_vec())
        .bind(body["salt"].as_str())
        .execute(&mut *tx)
        .await
        .unwrap();
    chain_again(tx, tenant, stolen).await;
    Some(())
}

async fn chain_again(tx: &mut PgConnection, tenant: Uuid, stolen: bool) {
    let hash = |bytes: Vec<u8>| Sha256(bytes.try_into().unwrap());
    let rows = sqlx::query("SELECT rev, batch, digest, verdict FROM app.op_log WHERE tenant_id = $1 ORDER BY rev");
    let mut leaves: BTreeMap<i64, Vec<Sha256>> = BTreeMap::new();
    for row in rows.bind(tenant).fetch_all(&mut *tx).await.unwrap() {
        let verdict: Option<String> = row.get("verdict");
        let verdict = verdict.map_or(Verdict::Applied, |text| serde_json::from_str(&text).unwrap());
        leaves.entry(row.get("batch")).or_default().push(leaf(hash(row.get("digest")), &verdict, row.get("rev")));
    }
    let rows = sqlx::query("SELECT * FROM app.batch_head WHERE tenant_id = $1 ORDER BY number");
    let mut previous = Sha256([0; 32]);
    for row in rows.bind(tenant).fetch_all(&mut *tx).await.unwrap() {
        let number: i64 = row.get("number");
        let mut leaves = leaves.remove(&number).unwrap_or_default();
        leaves.push(side_leaf(hash(row.get("facts")), hash(row.get("people"))));
        let mut head = Head {
            epoch: row.get::<i32, _>("epoch").cast_unsigned(),
            number,
            previous,
            root: merkle(&leaves).0,
            time: domain::time::Moment(row.get("committed_at")),
            key: row.get("key"),
            signature: row.get("signature"),
        };
        let before = (hash(row.get("previous")), hash(row.get("root")));
        previous = head.hash();
        if before == (head.previous, head.root) {
            continue;
        }
        if stolen {
            head.signature = TestSigner.sign(previous).signature;
        } else {
            (head.key, head.signature) = ("feedfeedfeedfeed".into(), Sha256::of(&previous.0).to_string().repeat(2));
        }
        sqlx::query(
            "UPDATE app.batch_head SET previous = $3, root = $4, key = $5, signature = $6
             WHERE tenant_id = $1 AND number = $2",
        )
        .bind(tenant)
        .bind(number)
        .bind(head.previous.0.to_vec())
        .bind(head.root.0.to_vec())
        .bind(head.key)
        .bind(head.signature)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    sqlx::query("UPDATE app.tenant_head SET head = $2 WHERE tenant_id = $1")
        .bind(tenant)
        .bind(previous.0.to_vec())
        .execute(tx)
        .await
        .unwrap();
}

/// Everything that stands in the tables, as one hash a table.
async fn content(owner: &mut PgConnection, tenant: Uuid, tables: &[Table]) -> Vec<Option<String>> {
    let mut content = Vec::new();
    for Table { name, .. } in tables {
        let hash = format!("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} t WHERE tenant_id = $1");
        content.push(sqlx::query_scalar(AssertSqlSafe(hash)).bind(tenant).fetch_one(&mut *owner).await.unwrap());
    }
    content
}

/// What a verification with every receipt that phones have comes to; `None`: nothing was found.
async fn found(tx: &mut PgConnection, history: &History) -> Option<BTreeSet<Fault>> {
    // A log that cannot even be read is found, too.
    let Ok(mut report) = verify_on(tx, history.world.tenant, &TestSigner).await else { return Some(BTreeSet::new()) };
    history.witnesses.iter().for_each(|head| report.witness(head));
    let faults: BTreeSet<Fault> = report.differences.iter().map(|difference| difference.what).collect();
    (!faults.is_empty()).then_some(faults)
}

/// Makes changes until `count` have been verified or nobody noticed `enough` of them; those that nobody noticed.
async fn tamper(
    owner: &mut PgConnection,
    history: &History,
    count: u64,
    luck: &mut Luck,
    made: &mut BTreeMap<&'static str, u64>,
    enough: usize,
) -> Vec<String> {
    let tenant = history.world.tenant.0;
    let tables = tables(owner, tenant).await;
    assert!(
        tables.iter().all(|table| table.rows > 0),
        "a table without rows proves nothing: {:?}",
        tables.iter().filter(|table| table.rows == 0).map(|table| &table.name).collect::<Vec<_>>()
    );
    let before = content(owner, tenant, &tables).await;
    let (mut done, mut missed) = (0, Vec::new());
    while done < count && missed.len() < enough {
        let mut tx = owner.begin().await.unwrap();
        if let Some((kind, what)) = change(&mut tx, tenant, &tables, luck).await {
            done += 1;
            *made.entry(kind).or_default() += 1;
            match found(&mut tx, history).await {
                // What came to the very same rows was no change.
                None if content(&mut tx, tenant, &tables).await == before => done -= 1,
                None => {
                    println!("tamper: nobody noticed: {kind}: {what}");
                    missed.push(format!("{kind}: {what}"));
                }
                // With our own key only a witness can tell (and a fork record, of a batch before it).
                Some(faults) if kind == "re-signed" || kind == "rolled back" => {
                    assert!(faults.contains(&Fault::Witness), "{kind}: {faults:?}");
                    assert!(!faults.contains(&Fault::Digest) && !faults.contains(&Fault::Root), "{kind}: {faults:?}");
                }
                Some(faults) if kind == "re-hashed" => assert!(faults.contains(&Fault::Signature), "{faults:?}"),
                Some(_) => {}
            }
            if done % 1000 == 0 {
                println!("tamper: {done} of {count} changes, {} missed", missed.len());
            }
        }
        tx.rollback().await.unwrap();
    }
    missed
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_superuser_changes_is_found_and_nothing_else_is() {
    let begun = Instant::now();
    let seed = setting("MINGCHA_SEED", 20_261_124);
    let (changes, clean) = (setting("MINGCHA_TAMPER_CHANGES", 150), setting("MINGCHA_TAMPER_CLEAN", 40));
    println!("tamper: seed {seed}, {changes} changes, {clean} clean runs");
    let mut luck = Luck::new(seed);
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let (mut made, mut missed, mut alarms, mut runs, mut caught) = (BTreeMap::new(), Vec::new(), Vec::new(), 0, 0);
    let histories = (changes / 1000).max(1);
    for n in 0..histories {
        // The clean runs: the history is verified as it grows, and nothing may be found.
        let mut history = History::new(luck.next()).await;
        let mut steps = 0;
        while runs < clean * (n + 1) / histories || !is_rich(&mut owner, &history).await {
            history.step().await;
            steps += 1;
            assert!(steps < 2_000, "a history in which too little happens: {:?}", poor(&mut owner, &history).await);
            if steps % 2 == 0 && runs < clean * (n + 1) / histories {
                runs += 1;
                let mut tx = owner.begin().await.unwrap();
                let found = found(&mut tx, &history).await;
                tx.rollback().await.unwrap();
                if let Some(faults) = found {
                    let report = history.world.verify().await;
                    alarms.push(format!("seed {seed}, step {steps}: {faults:?} {:?}", report.differences));
                }
            }
        }
        history.receipt().await;
        missed.extend(tamper(&mut owner, &history, changes / histories, &mut luck, &mut made, usize::MAX).await);
        if n == 0 {
            for mutant in [Mutant::VerifyTrustsIdentity, Mutant::VerifyTrustsFacts] {
                mutants::wake(Some(mutant));
                let missed = tamper(&mut owner, &history, 1000, &mut Luck::new(seed), &mut BTreeMap::new(), 1).await;
                mutants::wake(None);
                assert!(!missed.is_empty(), "{} was not caught", mutant.name());
                caught += 1;
            }
        }
    }
    println!(
        "tamper: {made:?}; {} missed, {} false alarms in {runs} clean runs, {} s",
        missed.len(),
        alarms.len(),
        begun.elapsed().as_secs()
    );
    let figures = json!({
        "changes": made.values().sum::<u64>(), "missed": missed.len(), "clean_runs": runs, "false_alarms": alarms.len(),
        "mutants_caught": caught, "seconds": begun.elapsed().as_secs(),
    });
    proved(seed, &figures, missed.is_empty() && alarms.is_empty());
    assert!(alarms.is_empty(), "seed {seed}: false alarms: {alarms:#?}");
    assert!(missed.is_empty(), "seed {seed}: nobody noticed: {missed:#?}");
}

/// Whether every table has rows, so that every kind of change can be made.
async fn is_rich(owner: &mut PgConnection, history: &History) -> bool {
    poor(owner, history).await.is_empty()
}

/// The tables of which a history has too few rows.
async fn poor(owner: &mut PgConnection, history: &History) -> Vec<String> {
    let tables = tables(owner, history.world.tenant.0).await;
    let poor = tables.into_iter().filter(|table| table.rows < 2 && table.rows < table.most());
    poor.map(|table| table.name).collect()
}

/// One line for the table of promises, where `cargo xtask trust` asks for it.
fn proved(seed: u64, figures: &Value, passed: bool) {
    let Some(file) = std::env::var_os("MINGCHA_TRUST") else { return };
    let date = Command::new("date").args(["-u", "+%F"]).output().map(|output| output.stdout).unwrap_or_default();
    let line = json!({
        "promise": "P16", "suite": "tamper", "figures": figures, "seed": seed,
        "date": String::from_utf8_lossy(&date).trim(), "passed": passed,
    });
    let mut file = OpenOptions::new().append(true).create(true).open(file).unwrap();
    writeln!(file, "{line}").unwrap();
}
