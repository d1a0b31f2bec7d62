//! `mingcha bench`: an operator measures their own machine, and it is as it was afterwards.

use std::{fs, path::Path};

use crate::house::House;

/// What lies in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_machine_is_measured_beside_its_running_server_and_nothing_is_left_of_it() {
    let house = House::furnished();
    let serving = house.serve(&[]);
    let before = names(&house.data());
    let table = house.path().join("table.md");
    let said = house.run(&["bench", "--short", "--only", "5", "--table", table.to_str().expect("UTF-8")]).succeeds();
    assert!(said.out.contains("gate 5: an idle poll"), "{said:?}");
    assert!(fs::read_to_string(&table).expect("a table").contains("| 5 | an idle poll"));
    assert_eq!(names(&house.data()), before);
    // The database that is there, as an operator of one's own PostgreSQL has it: the owner may make others beside it.
    let (owner, serve) = (house.owner_url(), house.serve_url());
    let place = House::bare();
    let logins = ["bench", "--short", "--only", "5", "--database-url", &serve, "--owner-database-url", &owner];
    let said = place.run(&logins).succeeds();
    let (_, after) = said.out.split_once("a database of its own (").expect("it says which");
    let (name, after) = after.split_once(')').expect("a name");
    assert!(name.starts_with("mcbench") && after.starts_with(" on the PostgreSQL that is there"), "{said:?}");
    assert!(said.out.contains("CPU of server and PostgreSQL, ms"), "{said:?}");
    assert!(is_there(&owner));
    assert!(!is_there(&store::at_database(&owner, name).expect("an address")), "{name} was left behind");
    serving.stop();
    house.run(&["verify"]).succeeds();
}

#[test]
fn a_gate_that_is_not_there_and_a_missing_login_are_said_before_anything_is_made() {
    let house = House::bare();
    house.run(&["bench", "--only", "4"]).fails(2, &["there is no gate 4"]);
    let url = "postgres://mingcha_serve@127.0.0.1:1/mingcha";
    house.run(&["bench", "--database-url", url]).fails(2, &["MINGCHA_OWNER_DATABASE_URL"]);
}

/// Whether there is such a database.
fn is_there(url: &str) -> bool {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(store::inspect(url)).is_ok()
}
