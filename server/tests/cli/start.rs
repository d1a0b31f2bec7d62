//! What stands in the way of serving is said before serving begins, with its exit code.

use std::{fs, net::TcpListener};

use crate::{
    house::{House, Serving},
    phone::sign_in,
    web::ask,
};

/// What lies in the data folder while a demo city is being made.
const UNFINISHED: &str = "demo-unfinished";

#[test]
fn wrong_words_and_settings_are_refused() {
    let house = House::bare();
    let unknown = house.file("a.toml", b"adr = '127.0.0.1:0'\n");
    house.run(&["serve", "--config", &unknown]).fails(2, &["in line 1", "unknown field `adr`"]);
    house.run(&["serve", "--config", "/nowhere.toml"]).fails(2, &["cannot be read"]);
    let secret = house.file("b.toml", b"log = 'info'\ndatabase_url = ['postgres://a:hunter2@h/d']\n");
    let said = house.run(&["serve", "--config", &secret]).fails(2, &["in line 2"]);
    assert!(!said.err.contains("hunter2"), "{said:?}");
    house.run(&["serve", "--site", "/nowhere"]).fails(2, &["holds no built site"]);
    assert_eq!(house.run(&["serve", "--no-such-flag"]).code, Some(2));
    let site = house.path().join("site");
    let site = site.to_str().expect("UTF-8");
    let cert = house.file("cert.pem", b"nonsense");
    house.run(&["serve", "--site", site, "--tls-cert", &cert, "--tls-key", &cert]).fails(8, &["cert.pem"]);
    house.run(&["serve", "--site", site, "--tls-cert", &cert]).fails(2, &["belong together"]);
    let unreachable = ["serve", "--site", site, "--addr", "127.0.0.1:0"];
    let mut command = house.command(&unreachable);
    command.env("DATABASE_URL", "postgres://mingcha_serve:hunter2@127.0.0.1:1/mingcha");
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("cannot be reached") && said.contains("mingcha_serve:***@"), "{said}");
    assert!(!said.contains("hunter2"), "the settings are shown without their secrets: {said}");
}

#[test]
fn a_taken_port_and_a_missing_postgresql_are_said_before_anything_is_made() {
    let house = House::bare();
    let site = house.path().join("site");
    let site = site.to_str().expect("UTF-8");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    house.run(&["serve", "--site", site, "--addr", &address]).fails(4, &[&address, "is taken"]);
    assert!(!house.data().exists(), "nothing was made");

    // A cluster of a version that this machine does not have.
    fs::create_dir_all(house.data().join("postgres")).expect("a folder");
    fs::write(house.data().join("postgres/PG_VERSION"), "99\n").expect("a version");
    house.run(&["serve", "--site", site, "--addr", "127.0.0.1:0"]).fails(3, &["Install PostgreSQL 99"]);
}

#[test]
fn a_database_that_may_lie_is_not_served_on() {
    let house = House::empty();
    let file = house.data().join("postgres/postgresql.auto.conf");
    let text = fs::read_to_string(&file).expect("the settings");
    fs::write(&file, format!("{text}\nfull_page_writes = off\n")).expect("written");
    let site = house.path().join("site");
    let serve = ["serve", "--addr", "127.0.0.1:0", "--site", site.to_str().expect("UTF-8")];
    house.run(&serve).fails(6, &["full_page_writes=off", "Set it to on"]);
}

#[test]
fn it_serves_says_what_is_in_force_and_stops_cleanly() {
    let house = House::empty();
    let serving = house.serve(&["--connections", "5"]);
    let said = serving.said.join("\n");
    assert!(said.contains("connections          5  (flag)") && said.contains("There is no company yet"), "{said}");
    for (path, word) in [
        ("/healthz", "ok"),
        ("/readyz", "ready"),
        ("/metrics", "mingcha_database_up 1"),
        ("/api", "<h1>Mingcha API</h1>"),
        ("/api/openapi.json", "\"/api/v1/sync/push\""),
    ] {
        let answer = ask(&serving.address, "GET", path, &[], b"");
        assert!(answer.status == 200 && answer.text().contains(word), "{path}: {} {}", answer.status, answer.head);
    }
    // The folder belongs to the one that serves; commands work beside it.
    let site = house.path().join("site");
    let second = ["serve", "--addr", "127.0.0.1:0", "--site", site.to_str().expect("UTF-8")];
    house.run(&second).fails(5, &["is in use by another mingcha"]);
    house.run(&["tenant", "list"]).succeeds();
    serving.stop();
    assert!(!house.data().join("postgres/postmaster.pid").exists(), "the database has stopped with it");
}

/// What `make run` calls: a second call keeps what was done. And a company of its own was offered the demo's accounts.
#[test]
fn the_demo_city_is_installed_once_and_into_an_empty_database_only() {
    const ADMIN: &str = "admin";
    let signs_in = |serving: &Serving, login: &str| sign_in(&serving.address, login, "mingcha-demo").status == 200;
    let house = House::empty();
    let first = house.serve(&["--demo"]);
    let said = first.said.join("\n");
    assert!(said.contains("demo accounts") && said.contains("sup1") && said.contains("reviewer"), "{said}");
    assert!(["sup1", "reviewer", ADMIN].iter().all(|login| signs_in(&first, login)));
    assert!(!house.data().join(UNFINISHED).exists());
    house.run(&["user", "revoke", "reviewer"]).succeeds();
    house.run(&["demo"]).fails(2, &["the demo city goes into an empty one only"]);
    assert!(house.run(&["verify"]).succeeds().out.contains("Nothing differs"));
    first.stop();
    let second = house.serve(&["--demo"]);
    assert!(second.said.join("\n").contains("demo accounts"));
    assert!(signs_in(&second, "sup1") && !signs_in(&second, "reviewer"), "what was done is kept");
    assert_eq!(house.run(&["tenant", "list"]).succeeds().out.matches("yunchuan").count(), 1);
    second.stop();

    let house = House::empty();
    house.run(&["tenant", "add", "yc", "--name", "云川"]).succeeds();
    let serving = house.serve(&["--demo"]);
    assert!(!serving.said.join("\n").contains("demo accounts"));
    assert!(!signs_in(&serving, ADMIN));
    serving.stop();
}

/// Whoever pressed Ctrl-C twice, or ran out of disk, was left with half a city that every later start called whole.
#[test]
fn a_demo_city_that_was_cut_off_is_not_taken_for_whole() {
    let house = House::empty();
    let mark = || fs::write(house.data().join(UNFINISHED), "").expect("a mark");
    // Before its company is there, nothing of it is: then it is simply made.
    mark();
    house.run(&["demo"]).succeeds();
    assert!(!house.data().join(UNFINISHED).exists());
    mark();
    let data = house.data();
    let words = [data.to_str().expect("UTF-8"), "half made", "Empty the data folder"];
    house.run(&["demo"]).fails(5, &words);
    let site = house.path().join("site");
    let serve = ["serve", "--addr", "127.0.0.1:0", "--site", site.to_str().expect("UTF-8"), "--demo"];
    house.run(&serve).fails(5, &words);
}

#[test]
fn help_teaches() {
    let house = House::bare();
    let said = house.run(&["--help"]).out;
    for word in ["mingcha tenant add", "mingcha user add", "Exit codes:", "backup", "restore", "verify", "import"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = house.run(&["import", "venues", "--help"]).out;
    assert!(said.contains("wgs84 | gcj02 | bd09") && said.contains("无坐标"), "{said}");
}
