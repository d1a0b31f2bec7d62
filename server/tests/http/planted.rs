//! The suites have teeth: with a fault awake each of them fails.

use std::process::Command;

use crate::{cluster, extent};

/// A fault, and the test that must fail over it.
const CAUGHT: [(&str, &str); 14] = [
    ("trusts-op-id-alone", "contract::push::the_same_id_with_another_body_is_refused_and_the_first_one_stands"),
    ("refuses-unknown-kinds", "releases::an_op_of_a_later_release_is_held_with_a_receipt"),
    ("skips-chunk-hash", "contract::evidence::a_damaged_chunk_is_sent_again_and_a_damaged_whole_from_the_start"),
    ("reads-without-role", "isolation::nobody_reaches_what_is_not_theirs_by_any_address"),
    (
        "serves-bytes-to-anybody",
        "contract::evidence::bytes_are_shown_by_request_to_those_who_may_see_them_at_that_moment",
    ),
    ("exports-to-anybody", "isolation::lists_leave_the_house_only_with_who_may_take_them"),
    ("names-tenant-for-good", "isolation::interleaved::transactions_of_many_companies_on_four_connections_never_mix"),
    ("unwraps-offset", "contract::evidence::a_chunk_that_cannot_be_meant_changes_nothing"),
    ("claims-for-refused", "contract::evidence::bytes_that_a_refused_op_named_may_not_come"),
    ("prints-notes-raw", "texts::no_text_runs_in_any_page_or_download"),
    ("exports-formulas", "texts::no_name_of_an_imported_list_runs"),
    ("welcomes-foreign-forms", "accounts::no_page_of_another_site_changes_anything"),
    ("forgets-throttle", "accounts::who_guesses_is_stopped_and_nobody_else_is"),
    ("logout-keeps-session", "contract::session::a_session_ends_by_signing_out_by_time_and_by_nothing_else"),
];

#[test]
fn every_planted_fault_is_caught() {
    let port = cluster::cluster().owner.rsplit(':').next().and_then(|rest| rest.split('/').next());
    let port = port.expect("where the cluster listens").to_owned();
    let mut survived = Vec::new();
    for (fault, test) in CAUGHT {
        assert!(mutants::Mutant::from_name(fault).is_some(), "{fault}");
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args([test, "--exact", "--nocapture"])
            .env(mutants::VARIABLE, fault)
            .env(cluster::SHARED, &port)
            .env(extent::SAMPLE, "400")
            .env_remove(extent::VARIABLE)
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        // It must have run, and it must have failed by what it found.
        let failed = said.contains("running 1 test") && said.contains("test result: FAILED");
        if output.status.success() || !failed {
            survived.push(format!("{fault} in {test}"));
        }
    }
    assert_eq!(survived, Vec::<String>::new());
    let figures = serde_json::json!({ "planted": CAUGHT.len(), "caught": CAUGHT.len() });
    for promise in ["P7", "P15", "P17", "P18", "P20"] {
        extent::report(promise, &figures);
    }
}
