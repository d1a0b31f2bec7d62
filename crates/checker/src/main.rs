//! `checker HISTORY…`: decides over recorded histories. Ends with 1 where a promise was broken.

use std::{env, fs, process::ExitCode};

fn main() -> ExitCode {
    let mut broken = false;
    let files: Vec<String> = env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: checker HISTORY.jsonl …");
        return ExitCode::from(2);
    }
    for file in files {
        let history = fs::read_to_string(&file).map_err(|error| error.to_string());
        match history.and_then(|text| checker::read(&text)) {
            Ok(events) => {
                let report = checker::check(&events);
                broken |= !report.faults.is_empty();
                println!("{file}: {}", serde_json::to_string(&report).unwrap_or_default());
            }
            Err(error) => {
                broken = true;
                println!("{file}: {error}");
            }
        }
    }
    ExitCode::from(u8::from(broken))
}
