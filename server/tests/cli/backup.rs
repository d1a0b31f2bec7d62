//! The drill: a backup is taken under way, the place is lost, and everything comes back.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use domain::{
    assignment::{VisitMode, Window},
    evidence::Sha256,
    ids::{AccountId, AssignmentId, OpId},
    op::{
        Op, Payload, Salt, Verdict,
        payload::{AssignmentPlan, PlannedTask, SERVER_ACTOR},
    },
    time::DAY_MS,
};
use server::{
    clock::Clock,
    data_dir::DataDir,
    keys::Keys,
    random::{Random, SystemRandom},
};
use store::{Private, PrivatePlan, Settings, Store, Who, command};

use crate::{
    house::{House, Serving},
    phone::{Phone, sign_in},
};

const PASSWORD: &str = "long-enough-password";

/// Gives `who` two tasks at the only hall, as the owner's commands would.
async fn two_tasks(house: &House, who: AccountId) -> [AssignmentId; 2] {
    let url = house.owner_url();
    let data = DataDir::open(&house.data()).expect("the folder");
    let keys: Arc<dyn store::Signer> = Arc::new(Keys::keep(&data, &SystemRandom).expect("keys"));
    let store = Store::open(&Settings { serve_url: url.clone(), unit_url: None, connections: 4 }, keys).await;
    let store = store.expect("the store");
    let tenant = command::companies(&url).await.expect("companies").remove(0);
    let venue = command::venue_ids(&url, tenant.id).await.expect("venues")["H1"][0];
    let lists = domain::checklist::builtin().expect("lists");
    let hall = lists.iter().find(|list| list.item_by_code("HALL-02").is_some()).expect("the hall's list");
    let (now, random): (_, &dyn Random) = (Clock::default().now(), &SystemRandom);
    let mut given = Vec::new();
    for _ in 0..2 {
        let op = OpId(random.uuid_v7(now));
        let task = PlannedTask {
            id: AssignmentId::derive(op.0, 0),
            venue,
            checklist: hall.id,
            mode: VisitMode::Covert,
            window: Window { from: now, until: now.plus(DAY_MS) },
            scenario: None,
            commitments: Vec::new(),
        };
        let id = task.id;
        let plan = Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task], by_handle: false });
        let who = BTreeMap::from([(id, Who::Account(who))]);
        let private = Private::Plan(PrivatePlan { seed: random.bytes(), lock_out_ms: 0, who });
        let op = Op::new(op, SERVER_ACTOR.0, op.0, None, Salt::new(random.bytes()), plan).expect("an op");
        let result = store.act_as_server(tenant.id, op, private, now).await.expect("written");
        assert_eq!(result.verdict, Verdict::Applied);
        given.push(id);
    }
    store.close().await;
    [given[0], given[1]]
}

/// A place that serves, with a phone whose supervisor has two tasks.
fn begun() -> (House, Serving, Phone, [AssignmentId; 2]) {
    let house = House::furnished();
    let visitor = ["user", "add", "sup", "--name", "王五", "--role", "visitor"];
    house.run_with(&visitor, PASSWORD).succeeds();
    let serving = house.serve(&[]);
    let phone = Phone::new(&serving.address, "sup", PASSWORD);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let tasks = runtime.block_on(two_tasks(&house, phone.me.account));
    (house, serving, phone, tasks)
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn what_a_backup_lacks_comes_back_from_the_phones() {
    let (house, serving, mut phone, [first, second]) = begun();
    phone.visit(first, b"the first photo");

    // While it serves. What comes afterwards, the backup lacks.
    let backup = house.path().join("backup");
    house.run(&["backup", &text(&backup)]).succeeds();
    house.run(&["backup", &text(&backup)]).fails(2, &["a backup is always written into a new folder"]);
    phone.visit(second, b"the second photo");
    assert_eq!(phone.pull().epoch, 1);
    serving.stop();

    let place = House::empty();
    assert!(place.run(&["restore", &text(&backup)]).succeeds().out.contains("Nothing differs"));
    place.run(&["restore", &text(&backup)]).fails(2, &["the database is not empty"]);
    assert!(has_a_key_of_its_own(&house, &place));

    let serving = place.serve(&[]);
    phone.sign_in_again(&serving.address, "sup", PASSWORD);
    assert_eq!(phone.see(first, b"the first photo").as_deref(), Some(&b"the first photo"[..]));
    assert_eq!(phone.see(second, b"the second photo"), None);
    phone.show_receipt();
    assert_eq!(phone.pull().epoch, 2, "a receipt from after the backup begins a new epoch");
    let (verdicts, offsets) = phone.offer_everything_again();
    assert_eq!(verdicts, [vec![Verdict::Duplicate; 4], vec![Verdict::Applied; 4]].concat());
    assert_eq!(offsets, [15, 0], "the first photo is there whole, of the second there is nothing");
    phone.wait_until_counted(second, Sha256::of(b"the second photo"));
    assert_eq!(phone.see(second, b"the second photo").as_deref(), Some(&b"the second photo"[..]));
    let log = serving.stop();
    assert!(log.contains("the database was restored: a new epoch begins"), "{log}");
    assert!(place.run(&["verify"]).succeeds().out.contains("2 media files"));
}

/// Rows say that bytes came, and travel in a backup that lacks them: the phone that still had them was told that they were
/// here, sent nothing, and let go of them a month later.
#[test]
fn a_photo_that_was_lost_before_the_backup_comes_back_from_its_phone() {
    const LOST: &[u8] = b"the photo that rots";
    const KEPT: &[u8] = b"the photo that stays";
    let (house, serving, mut phone, [first, second]) = begun();
    phone.visit(first, LOST);
    phone.visit(second, KEPT);
    let sha256 = Sha256::of(LOST).to_string();
    let media = house.data().join("media/evidence").join(phone.me.tenant.to_string());
    fs::write(media.join(&sha256[..2]).join(&sha256), b"the photo that rotS").expect("written");
    let lacking = house.path().join("lacking");
    house.run(&["backup", &text(&lacking)]).fails(9, &["1 media files are missing or changed"]);
    serving.stop();

    let place = House::empty();
    // All that the backup holds is there. It ended as if something differed, with the advice to restore a backup.
    let said = place.run(&["restore", &text(&lacking)]).succeeds();
    for words in [&*sha256, "the backup lacks it", "Restored.", "The backup lacks 1 media files"] {
        assert!(said.out.contains(words), "{words}: {said:?}");
    }
    assert!(!said.out.contains("Nothing differs."), "{said:?}");
    place.run(&["verify"]).fails(9, &["1 differences"]);
    let serving = place.serve(&[]);
    phone.sign_in_again(&serving.address, "sup", PASSWORD);
    assert_eq!(phone.see(first, LOST), None);
    let (verdicts, offsets) = phone.offer_everything_again();
    assert_eq!(verdicts, vec![Verdict::Duplicate; 8]);
    assert_eq!(offsets, [0, KEPT.len() as u64], "the one is not there, the other is");
    assert_eq!(phone.see(first, LOST).as_deref(), Some(LOST));
    let (_, offsets) = phone.offer_everything_again();
    assert_eq!(offsets, [LOST.len() as u64, KEPT.len() as u64]);
    serving.stop();
    assert!(place.run(&["verify"]).succeeds().out.contains("2 media files"));
}

/// `verify` stopped at the first file that it could not read, and named no other.
#[test]
fn verify_names_every_file_that_is_amiss() {
    const UNREADABLE: &[u8] = b"the photo of a lost folder";
    const CHANGED: &[u8] = b"the photo that rots";
    let (house, serving, mut phone, [first, second]) = begun();
    phone.visit(first, UNREADABLE);
    phone.visit(second, CHANGED);
    serving.stop();
    let media = house.data().join("media/evidence").join(phone.me.tenant.to_string());
    let (unreadable, changed) = (Sha256::of(UNREADABLE).to_string(), Sha256::of(CHANGED).to_string());
    // A file where its folder was: the system refuses to look into it, whoever asks.
    let folder = media.join(&unreadable[..2]);
    fs::remove_dir_all(&folder).expect("removed");
    fs::write(&folder, b"").expect("written");
    fs::write(media.join(&changed[..2]).join(&changed), b"the photo that rotS").expect("written");
    let said = house.run(&["verify"]).fails(9, &["2 differences"]);
    for words in [&*unreadable, "cannot be read", &*changed, "missing or changed"] {
        assert!(said.out.contains(words), "{words}: {said:?}");
    }
}

/// The private key stays where it is: a restored place signs with its own, and knows the old one by its public half.
fn has_a_key_of_its_own(house: &House, place: &House) -> bool {
    let key = |house: &House| fs::read(house.data().join("keys/0001.ed25519")).expect("a key");
    let public = fs::read_dir(place.data().join("keys")).expect("keys").flatten();
    let public = public.filter(|entry| entry.path().extension().is_some_and(|end| end == "pub")).count();
    key(house) != key(place) && public == 1
}

#[test]
fn a_backup_that_was_changed_restores_nothing_and_sessions_are_in_none() {
    let house = House::furnished();
    let visitor = ["user", "add", "sup", "--name", "王五", "--role", "visitor"];
    house.run_with(&visitor, PASSWORD).succeeds();
    let serving = house.serve(&[]);
    let mut phone = Phone::new(&serving.address, "sup", PASSWORD);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let [first, _] = runtime.block_on(two_tasks(&house, phone.me.account));
    phone.visit(first, b"a photo");
    let backup = house.path().join("backup");
    house.run(&["backup", &text(&backup)]).succeeds();

    // A disk that lies: verify says so, and the next backup, which holds everything else.
    let sha256 = Sha256::of(b"a photo").to_string();
    let object = |root: &Path| {
        let tenant = phone.me.tenant.to_string();
        root.join("evidence").join(tenant).join(&sha256[..2]).join(&sha256)
    };
    fs::write(object(&house.data().join("media")), b"A photo").expect("written");
    let differs = house.run(&["verify"]).fails(9, &["1 differences"]);
    assert!(differs.out.contains(&sha256) && differs.out.contains("missing or changed"), "{differs:?}");
    house.run(&["verify", "--no-media"]).succeeds();
    let lacking = house.path().join("lacking");
    let said = house.run(&["backup", &text(&lacking)]).fails(9, &["1 media files are missing or changed"]);
    assert!(said.out.contains(&sha256), "{said:?}");
    serving.stop();

    let place = House::empty();
    place.run(&["restore", &text(&house.path().join("nothing"))]).fails(2, &["is no whole backup"]);
    fs::write(object(&backup.join("media")), b"A photo").expect("written");
    place.run(&["restore", &text(&backup)]).fails(2, &["nothing was restored", &sha256]);
    fs::write(object(&backup.join("media")), b"a photo").expect("written");
    let dump = fs::read(backup.join("database.dump")).expect("the dump");
    fs::write(backup.join("database.dump"), [&dump[..], b"x"].concat()).expect("written");
    place.run(&["restore", &text(&backup)]).fails(2, &["database.dump", "nothing was restored"]);
    fs::write(backup.join("database.dump"), &dump).expect("written");
    place.run(&["restore", &text(&backup)]).succeeds();
    let serving = place.serve(&[]);
    let bearer = format!("Bearer {}", phone.me.token.as_deref().expect("a token"));
    let headers = [("authorization", bearer.as_str()), ("mingcha-protocol", "1")];
    let who = crate::web::ask(&serving.address, "GET", "/api/v1/session", &headers, b"");
    assert_eq!(who.status, 401, "a session that lived when the backup was made does not come back");
    assert_eq!(sign_in(&serving.address, "sup", PASSWORD).status, 200);
}

#[test]
fn a_database_of_ones_own_is_backed_up_and_restored_over_its_owners_login() {
    let house = House::furnished();
    let backup = house.path().join("backup");
    house.run(&["backup", &text(&backup)]).succeeds();
    // Somebody else's server, as far as the command can see: an address, and a folder with keys.
    let host = House::empty();
    let running = host.serve(&[]);
    let owner = host.owner_url().replacen("/mingcha?", "/elsewhere?", 1);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(store::ensure_database(&owner)).expect("a database");
    let place = House::bare();
    let with = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("DATABASE_URL", &owner).env("MINGCHA_OWNER_DATABASE_URL", &owner);
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, said) = with(&["tenant", "list"]);
    assert!(code == Some(7) && said.contains("mingcha migrate"), "{code:?} {said}");
    let (code, said) = with(&["restore", &text(&backup)]);
    assert!(code == Some(0) && said.contains("Nothing differs"), "{code:?} {said}");
    let (code, said) = with(&["backup", &text(&place.path().join("again"))]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = with(&["serve", "--addr", "127.0.0.1:0", "--site", &text(&place.path().join("site"))]);
    assert!(code == Some(6) && said.contains("is a superuser"), "{code:?} {said}");
    running.stop();
}
