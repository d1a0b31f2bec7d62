//! From a bare database to people who sign in, and out again.

use crate::{
    house::House,
    phone::sign_in,
    web::{Answer, ask},
};

const PASSWORD: &str = "first-password\n";

fn who(address: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    ask(address, "GET", "/api/v1/session", &[("authorization", &bearer), ("mingcha-protocol", "1")], b"")
}

#[test]
fn a_new_installation_gets_its_company_and_its_first_administrator() {
    let house = House::empty();
    house
        .run_with(&["user", "add", "admin", "--name", "张三", "--role", "admin"], PASSWORD)
        .fails(2, &["mingcha tenant add"]);
    house.run(&["tenant", "add", "YC", "--name", "云川"]).fails(2, &["2 to 30 of a-z"]);
    assert!(house.run(&["tenant", "add", "yc", "--name", "云川"]).succeeds().out.contains("5 checklists"));
    house.run(&["tenant", "add", "yc", "--name", "云川"]).fails(2, &["there is a company with the code yc already"]);
    let add = ["user", "add", "admin", "--name", "张三", "--role", "admin"];
    house.run_with(&add, "short\n").fails(2, &["10 characters or more"]);
    house.run_with(&add, "").fails(2, &["10 characters or more"]);
    house.run_with(&add, PASSWORD).succeeds();
    house.run_with(&add, PASSWORD).fails(2, &["the login name admin is taken already"]);
    house.run_with(&[&add[..], &["--unit", "X"]].concat(), PASSWORD).fails(2, &["no unit with the code X"]);
    house.run_with(&["user", "passwd", "nobody"], PASSWORD).fails(2, &["has no login name nobody"]);
    let unknown = house.run_with(&["user", "add", "x", "--name", "x", "--role", "king"], PASSWORD);
    assert!(unknown.code == Some(2) && unknown.err.contains("admin, steering"), "{unknown:?}");
    assert!(house.run(&["tenant", "list"]).succeeds().out.contains("yc\t云川"));
    // Five checklists, the account, and the login that was taken: what is refused has its place in the log too.
    assert!(house.run(&["verify"]).succeeds().out.contains("yc: 7 ops in 7 batches"));
}

#[test]
fn people_are_made_changed_and_revoked_while_the_server_runs() {
    let house = House::empty();
    house.run(&["tenant", "add", "yc", "--name", "云川"]).succeeds();
    let serving = house.serve(&[]);
    let address = serving.address.clone();
    let roles = ["--role", "office", "--role", "reviewer"];
    house.run_with(&[&["user", "add", "li", "--name", "李四"][..], &roles].concat(), PASSWORD).succeeds();
    let signed: serde_json::Value = sign_in(&address, "li", "first-password").json();
    let token = signed["token"].as_str().expect("a token").to_owned();
    assert_eq!(who(&address, &token).status, 204);

    house.run_with(&["user", "passwd", "li"], "second-password\n").succeeds();
    assert_eq!(who(&address, &token).status, 401, "sessions from before have ended");
    assert_eq!(sign_in(&address, "li", "first-password").status, 401);
    assert_eq!(sign_in(&address, "li", "second-password").status, 200);

    house.run(&["user", "revoke", "li", "--reason", "离职"]).succeeds();
    assert_eq!(sign_in(&address, "li", "second-password").status, 401);
    house.run(&["user", "revoke", "li"]).fails(2, &["li was revoked"]);
    house.run_with(&["user", "passwd", "li"], PASSWORD).fails(2, &["li was revoked"]);
    house.run_with(&["user", "reopen", "li"], "third-password\n").succeeds();
    assert_eq!(sign_in(&address, "li", "second-password").status, 401, "only the new way in");
    assert_eq!(sign_in(&address, "li", "third-password").status, 200);
    house.run_with(&["user", "reopen", "li"], PASSWORD).fails(2, &["li was not revoked"]);
    house.run_with(&["user", "reopen", "nobody"], PASSWORD).fails(2, &["no login name nobody"]);
    assert!(house.run(&["verify", "--no-media"]).succeeds().out.contains("Nothing differs"));
    serving.stop();
}

#[test]
fn what_was_signed_elsewhere_is_not_written_on() {
    let house = House::empty();
    house.run(&["tenant", "add", "yc", "--name", "云川"]).succeeds();
    std::fs::remove_file(house.data().join("keys/0001.ed25519")).expect("a key");
    house.run(&["tenant", "add", "zz", "--name", "云川"]).fails(5, &["no key that signed this database's log"]);
    let differs = house.run(&["verify"]).fails(9, &["differences, see above"]);
    assert!(differs.out.contains("no key of ours has signed this"), "{differs:?}");
}
