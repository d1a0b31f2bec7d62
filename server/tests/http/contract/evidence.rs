//! Bytes come up in chunks, and are shown to whoever may see them.

use domain::{
    evidence::{EVIDENCE_MAX_BYTES, Sha256},
    ids::{AssignmentId, VisitId},
    op::{HeldCode, Payload, Verdict},
    role::Role,
};
use protocol::evidence::{CHUNK_BYTES, CHUNK_HEADER, CHUNK_MOST, OFFSET_HEADER, UploadState, VISIT_HEADER};

use crate::{
    company::{Company, Person, uuid},
    desk::Desk,
    extent::Dice,
    house::House,
    phone::{Phone, photo, verdicts},
    web::Ask,
};

const CHUNK: usize = CHUNK_BYTES as usize;

/// Where these bytes lie.
fn kept(house: &House, company: &Company, sha256: Sha256) -> std::path::PathBuf {
    let name = sha256.to_string();
    house.media().join("evidence").join(company.tenant.to_string()).join(&name[..2]).join(name)
}

/// Bytes of their own.
fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    (0..len.div_ceil(8)).flat_map(|_| dice.next().to_be_bytes()).take(len).collect()
}

struct Scene {
    house: House,
    company: Company,
    visitor: Person,
    phone: Phone,
    task: AssignmentId,
}

/// A visit that names these files, handed in.
async fn handed_in(files: &[&[u8]]) -> Scene {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let mut document = company.document(&house, task);
    document.evidence.extend((0..).zip(files).map(|(n, bytes)| photo(&house, n, bytes)));
    phone.visit(&house, task, document).await;
    Scene { house, company, visitor, phone, task }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_where_it_stands_and_counts_when_it_is_whole() {
    let file = bytes(CHUNK * 2 + 777, 1);
    let Scene { house, company, phone, task, .. } = handed_in(&[&file]).await;
    let sha256 = Sha256::of(&file);
    for _ in 0..3 {
        let state: UploadState = house.ask(phone.create(task, &file)).await.expect(200).json();
        assert_eq!(state, UploadState { offset: 0, verified: false });
    }
    let first = phone.chunk(task, sha256, 0, &file[..CHUNK]);
    assert_eq!(house.ask(first.clone()).await.expect(200).json::<UploadState>().offset, CHUNK as u64);
    // The answer was lost: the same chunk again is told where the upload stands.
    let again = house.ask(first).await.expect(409);
    assert_eq!(again.code(), "offset");
    assert!(again.text().contains(&CHUNK.to_string()));
    assert_eq!(house.ask(phone.head(task, sha256)).await.expect(200).header(OFFSET_HEADER), CHUNK.to_string());
    for wrong in [1, CHUNK - 1, CHUNK + 1, CHUNK * 2] {
        let answer = house.ask(phone.chunk(task, sha256, wrong, &file[wrong..wrong + 10])).await;
        assert_eq!(answer.code(), "offset", "{wrong}");
    }
    // Not whole: nobody sees anything of it, and HQ says so.
    assert_eq!(house.ask(phone.read(task, sha256)).await.code(), "not_found");
    house.ask(phone.chunk(task, sha256, CHUNK, &file[CHUNK..CHUNK * 2])).await.expect(200);
    let last = phone.chunk(task, sha256, CHUNK * 2, &file[CHUNK * 2..]);
    assert!(house.ask(last.clone()).await.expect(200).json::<UploadState>().verified);
    for _ in 0..3 {
        let state: UploadState = house.ask(last.clone()).await.expect(200).json();
        assert_eq!(state, UploadState { offset: file.len() as u64, verified: true }, "the lost answer of the last");
    }
    assert_eq!(house.ask(phone.read(task, sha256)).await.expect(200).body, file);
    house.work(&company).await;
    let pulled = phone.pull(&house, None).await.expect("the task");
    assert!(format!("{:?}", pulled.changes).contains(&sha256.to_string()), "the phone hears that it counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_chunk_is_sent_again_and_a_damaged_whole_from_the_start() {
    let file = bytes(CHUNK + 99, 2);
    let Scene { house, phone, task, .. } = handed_in(&[&file]).await;
    let sha256 = Sha256::of(&file);
    let mut damaged = file[..CHUNK].to_vec();
    damaged[17] ^= 1;
    let ask = phone.chunk(task, sha256, 0, &file[..CHUNK]).bytes(damaged.clone());
    assert_eq!(house.ask(ask).await.expect(422).code(), "chunk_hash");
    assert_eq!(house.ask(phone.head(task, sha256)).await.header(OFFSET_HEADER), "0");
    // A client that hashes what it damaged itself gets as far as the whole.
    house.ask(phone.chunk(task, sha256, 0, &damaged)).await.expect(200);
    let answer = house.ask(phone.chunk(task, sha256, CHUNK, &file[CHUNK..])).await;
    assert_eq!((answer.status, answer.code().as_str()), (422, "whole_hash"));
    assert_eq!(house.ask(phone.head(task, sha256)).await.header(OFFSET_HEADER), "0");
    assert_eq!(house.ask(phone.read(task, sha256)).await.code(), "not_found");
    phone.upload(&house, task, &file).await;
    assert_eq!(house.ask(phone.read(task, sha256)).await.expect(200).body, file);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_cannot_be_meant_changes_nothing() {
    let file = bytes(1_000, 3);
    let Scene { house, phone, task, .. } = handed_in(&[&file]).await;
    let sha256 = Sha256::of(&file);
    let whole = phone.chunk(task, sha256, 0, &file);
    for (ask, code) in [
        (whole.clone().header(OFFSET_HEADER, "x"), "bad_request"),
        (whole.clone().header(OFFSET_HEADER, "-1"), "bad_request"),
        (whole.clone().header(OFFSET_HEADER, "18446744073709551616"), "bad_request"),
        (whole.clone().header(OFFSET_HEADER, "18446744073709551615"), "bad_request"),
        (whole.clone().without(OFFSET_HEADER), "bad_request"),
        (whole.clone().without(CHUNK_HEADER), "bad_request"),
        (whole.clone().header(CHUNK_HEADER, "beef"), "bad_request"),
        (whole.clone().without(VISIT_HEADER), "bad_request"),
        (whole.clone().header(VISIT_HEADER, "beef"), "bad_request"),
        (whole.clone().header(VISIT_HEADER, &uuid().to_string()), "not_named"),
        (phone.chunk(task, sha256, 0, &[]), "too_large"),
        (phone.chunk(task, sha256, 0, &bytes(1_001, 4)), "bad_request"),
        (phone.chunk(task, sha256, 0, &bytes(CHUNK_MOST as usize + 1, 4)), "too_large"),
        (phone.chunk(task, sha256, 0, &bytes(300_000, 4)), "413"),
        (phone.chunk(task, Sha256::of(b"never named"), 0, b"never named"), "not_named"),
    ] {
        let what = format!("{:?}", ask.headers);
        let answer = house.ask(ask).await;
        assert!(answer.code() == code || answer.status.to_string() == code, "{code} {} {what}", answer.text());
        assert_eq!(house.ask(phone.head(task, sha256)).await.header(OFFSET_HEADER), "0", "{what}");
    }
    let mut longer = file.clone();
    longer.push(0);
    let ask = phone.create(task, &longer);
    assert_eq!(house.ask(ask).await.code(), "not_named", "a hash of other bytes");
    let lying = serde_json::json!({ "visit": VisitId::of(task), "sha256": sha256, "size": 999 });
    assert_eq!(house.ask(phone.ask(Ask::post("/api/v1/evidence").json(&lying))).await.code(), "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_twice_is_sent_once_and_another_visit_sends_its_own() {
    let file = bytes(5_000, 5);
    let Scene { house, company, visitor, mut phone, task } = handed_in(&[&file, &file]).await;
    let sha256 = Sha256::of(&file);
    phone.upload(&house, task, &file).await;
    house.work(&company).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    let list = desk.get(&house, "/hq/export/visits.csv").await.expect(200).text();
    assert!(list.contains(",1,1,1,"), "bytes that are named twice are one, and here: {list}");
    // The bytes are in the house, but this visit has not sent them: HEAD tells of this upload alone.
    let next = company.task(&house, &visitor).await;
    let mut document = company.document(&house, next);
    document.evidence.push(photo(&house, 7, &file));
    phone.visit(&house, next, document).await;
    assert_eq!(house.ask(phone.head(next, sha256)).await.header(OFFSET_HEADER), "0");
    assert_eq!(house.ask(phone.read(next, sha256)).await.code(), "not_found");
    phone.upload(&house, next, &file).await;
    assert_eq!(house.ask(phone.read(next, sha256)).await.expect(200).body, file);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_shown_by_request_to_those_who_may_see_them_at_that_moment() {
    let file = bytes(2_000, 6);
    let Scene { house, company, visitor, phone, task } = handed_in(&[&file]).await;
    phone.upload(&house, task, &file).await;
    let path = format!("/api/v1/evidence/{}?visit={}", Sha256::of(&file), VisitId::of(task));
    for role in Role::ALL {
        let somebody = company.person(&house, &[role]).await;
        let client = Phone::bearer(&house, &company, &somebody).await;
        let reads = matches!(role, Role::Reviewer | Role::Arbiter | Role::Custodian | Role::Auditor);
        let answer = house.ask(client.ask(Ask::get(&path))).await;
        assert_eq!(answer.status, if reads { 200 } else { 404 }, "{role:?}");
        if reads {
            for (header, value) in [("x-content-type-options", "nosniff"), ("cache-control", "private, no-cache")] {
                assert_eq!(answer.header(header), value);
            }
            assert!(answer.header("content-security-policy").contains("sandbox"));
            company.disable(&house, &somebody).await;
            assert_ne!(house.ask(client.ask(Ask::get(&path))).await.status, 200, "{role:?} is gone");
        }
    }
    // There and not for you, or not there at all: word for word the same.
    let stranger = company.person(&house, &[Role::Visitor]).await;
    let stranger = Phone::sign_in(&house, &company, &stranger).await;
    let theirs = house.ask(stranger.read(task, Sha256::of(&file))).await;
    let nobodys = house.ask(stranger.read(AssignmentId(uuid()), Sha256::of(b"?"))).await;
    assert_eq!((theirs.status, &theirs.body), (nobodys.status, &nobodys.body));
    for ask in [stranger.head(task, Sha256::of(&file)), stranger.create(task, &file)] {
        assert_eq!(house.ask(ask).await.status, 403);
    }
    drop(visitor);
}

/// What is held was not looked at by the rules: it could name a file of any size, and the disk was its own.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_uploads_without_end_by_way_of_work_that_is_held() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    company.disable(&house, &visitor).await;
    let mut document = company.document(&house, task);
    for (n, size) in [(0, EVIDENCE_MAX_BYTES + 1), (1, i64::MAX as u64), (2, 0), (3, 1_000)] {
        let mut record = photo(&house, n, &[n as u8]);
        record.bytes.as_mut().expect("bytes").size = size;
        document.evidence.push(record);
    }
    let op = phone.cut(task, 0, Payload::VisitSubmit(document));
    assert_eq!(verdicts(&phone.push(&house, &[op]).await), [Verdict::held(HeldCode::Deactivated)]);
    for n in 0..4_u8 {
        let status = house.ask(phone.by_key().head(task, Sha256::of(&[n]))).await.status;
        assert_eq!(status, if n == 3 { 200 } else { 403 }, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_a_refused_op_named_may_not_come() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let mut document = company.document(&house, task);
    document.venue = company.venues[1].id;
    document.evidence.push(photo(&house, 0, b"of another hall"));
    let op = phone.cut(task, 0, Payload::VisitSubmit(document));
    assert!(matches!(verdicts(&phone.push(&house, &[op]).await)[0], Verdict::Refused { .. }));
    assert_eq!(house.ask(phone.create(task, b"of another hall")).await.code(), "not_named");
}

/// It was written twice, and looked for three times: under its visit until it was whole, and then for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_one_chunk_is_written_once() {
    let file = bytes(20_480, 7);
    let Scene { house, phone, task, .. } = handed_in(&[&file]).await;
    let sha256 = Sha256::of(&file);
    let whole = phone.chunk(task, sha256, 0, &file);
    let mut other = file.clone();
    other[9] ^= 1;
    let spoiled = house.ask(phone.chunk(task, sha256, 0, &other)).await;
    assert_eq!((spoiled.status, spoiled.code().as_str()), (422, "whole_hash"));
    assert_eq!(house.ask(phone.head(task, sha256)).await.header(OFFSET_HEADER), "0");
    for _ in 0..2 {
        let state: UploadState = house.ask(whole.clone()).await.expect(200).json();
        assert_eq!(state, UploadState { offset: 20_480, verified: true });
    }
    assert_eq!(house.ask(phone.read(task, sha256)).await.expect(200).body, file);
    assert!(!house.media().join("spool").exists(), "nothing lay there in between");
}

/// A row said that the bytes had come, and nobody looked: the phone heard that they were here and let go of the last copy.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_were_lost_are_asked_for_again() {
    for len in [5_000, CHUNK * 2 + 77] {
        let file = bytes(len, 8);
        let Scene { house, company, phone, task, .. } = handed_in(&[&file]).await;
        let sha256 = Sha256::of(&file);
        phone.upload(&house, task, &file).await;
        house.work(&company).await;
        let path = kept(&house, &company, sha256);
        for left in [None, Some(&file[..0]), Some(&file[..len - 1])] {
            match left {
                None => std::fs::remove_file(&path).expect("removed"),
                Some(left) => std::fs::write(&path, left).expect("written"),
            }
            for _ in 0..2 {
                let state: UploadState = house.ask(phone.create(task, &file)).await.expect(200).json();
                let left = left.map(<[u8]>::len);
                assert_eq!(state, UploadState { offset: 0, verified: false }, "{left:?} of {len}");
            }
            assert_eq!(house.ask(phone.head(task, sha256)).await.expect(200).header(OFFSET_HEADER), "0");
            phone.upload(&house, task, &file).await;
            for _ in 0..2 {
                let state: UploadState = house.ask(phone.create(task, &file)).await.expect(200).json();
                assert_eq!(state, UploadState { offset: len as u64, verified: true });
            }
            assert_eq!(house.ask(phone.read(task, sha256)).await.expect(200).body, file);
            assert_eq!(std::fs::read(&path).expect("the file"), file);
        }
        // They counted once, and go on counting.
        house.work(&company).await;
        let pulled = phone.pull(&house, None).await.expect("the task");
        assert!(format!("{:?}", pulled.changes).contains(&sha256.to_string()));
        let signer: &dyn store::Signer = house.server.keys.as_ref();
        let report = store::verify(&house.owner_url, company.tenant, signer).await.expect("verified");
        assert_eq!(report.differences, []);
    }
}

/// Whoever sent them anew was told that they were kept, and what was kept were the damaged ones.
#[tokio::test(flavor = "multi_thread")]
async fn damaged_bytes_give_way_to_those_of_the_next_visit_that_names_them() {
    let file = bytes(5_000, 9);
    let Scene { house, company, visitor, mut phone, task } = handed_in(&[&file]).await;
    let sha256 = Sha256::of(&file);
    phone.upload(&house, task, &file).await;
    let mut damaged = file.clone();
    damaged[9] ^= 1;
    std::fs::write(kept(&house, &company, sha256), &damaged).expect("written");
    let next = company.task(&house, &visitor).await;
    let mut document = company.document(&house, next);
    document.evidence.push(photo(&house, 7, &file));
    phone.visit(&house, next, document).await;
    phone.upload(&house, next, &file).await;
    for task in [task, next] {
        assert_eq!(house.ask(phone.read(task, sha256)).await.expect(200).body, file);
    }
}
