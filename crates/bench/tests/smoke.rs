//! Every benchmark runs, and comes to figures of the right shape. How large they are is nobody's business here: a test
//! is never timed.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use serde_json::Value;

/// What each gate tells, by its number: some tell of two things.
const GATES: [(u64, &[&str]); 9] = [
    (1, &["answers/s against COPY's rows/s", "visits a commit"]),
    (2, &["photos/s against files/s"]),
    (3, &["p99, ms"]),
    (4, &["new rows", "CPU, ms a visit"]),
    (5, &["CPU of server and PostgreSQL, ms", "bytes of the answer with headers"]),
    (12, &["p50 of the slowest list, ms", "page 1,000 against page 1"]),
    (14, &["answers/s against COPY's rows/s", "first byte, ms", "memory of the server at its most, MB"]),
    (16, &["bytes an answer", "p99 until receipt and pull, ms"]),
    (17, &["visits lost", "differences that verify finds"]),
];
/// What must hold on any machine, however slow: it is counted and not timed.
const COUNTED: [(u64, &str, f64); 4] = [
    (4, "new rows", 0.0),
    (5, "bytes of the answer with headers", 300.0),
    (17, "visits lost", 0.0),
    (17, "differences that verify finds", 0.0),
];

/// The server that was built with this test.
fn server() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    let found = this.ancestors().skip(1).take(3).map(|folder| folder.join("mingcha")).find(|path| path.is_file());
    found.expect("mingcha is not built: cargo xtask test --only host builds it")
}

#[test]
fn every_benchmark_runs_and_says_what_it_measured() {
    let folder = tempfile::Builder::new().prefix("mcsmoke").tempdir_in("/tmp").expect("a folder");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("to be entered");
    let (out, table) = (folder.path().join("out"), folder.path().join("table.md"));
    let done = Command::new(env!("CARGO_BIN_EXE_bench"))
        .arg("--short")
        .arg("--server")
        .arg(server())
        .arg("--scratch")
        .arg(folder.path())
        .arg("--out")
        .arg(&out)
        .arg("--table")
        .arg(&table)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    let mut figures: BTreeMap<u64, BTreeMap<String, f64>> = BTreeMap::new();
    for (gate, _) in GATES {
        let lines = std::fs::read_to_string(out.join(format!("gate-{gate:02}.jsonl"))).expect("a line a gate");
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            assert!(line["ground"].as_array().is_some_and(|ground| ground.len() >= 3), "where it was measured: {line}");
            let row = &line["row"];
            assert_eq!(row["gate"], gate);
            let told = figures.entry(gate).or_default();
            for bound in row["bounds"].as_array().expect("what counts") {
                assert!(bound["limit"].is_number() && bound["least"].is_boolean(), "{bound}");
                told.insert(
                    bound["name"].as_str().expect("a name").to_owned(),
                    bound["value"].as_f64().expect("a figure"),
                );
            }
            for figure in row["figures"].as_array().expect("other figures") {
                told.insert(figure[0].as_str().expect("a name").to_owned(), figure[1].as_f64().expect("a figure"));
            }
        }
    }
    for (gate, names) in GATES {
        for name in names {
            let value =
                figures[&gate].get(*name).unwrap_or_else(|| panic!("gate {gate} does not say {name}: {figures:?}"));
            assert!(value.is_finite() && *value >= 0.0, "gate {gate}: {name} {value}");
        }
    }
    for (gate, name, most) in COUNTED {
        assert!(figures[&gate][name] <= most, "gate {gate}: {name} {}", figures[&gate][name]);
    }
    let table = std::fs::read_to_string(table).expect("a table");
    assert!(!table.contains("not measured** |") && table.contains("| 14 |"), "{table}");
}
