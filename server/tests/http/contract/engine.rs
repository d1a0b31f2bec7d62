//! The phone's own engine over the real contract: answers are lost, sessions end, and in the end both agree.

use std::collections::BTreeSet;

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, OpId},
    op::{
        Payload, Salt,
        payload::{AssignmentAccept, VisitArrive, VisitLeave},
    },
    role::Role,
};
use protocol::{evidence::UploadState, push::Pushed};
use sync::{Cut, Engine, FileState, Outcome, UploadStep};

use crate::{
    company::{Company, uuid},
    extent::{Dice, seed},
    house::House,
    phone::{Phone, here, photo},
    web::Answer,
};

/// A line that loses answers.
struct Line<'a> {
    house: &'a House,
    dice: Dice,
}

impl Line<'_> {
    /// `None`: nobody knows whether it arrived.
    async fn send(&mut self, ask: crate::web::Ask) -> Option<Answer> {
        match self.dice.below(4) {
            0 => None,
            1 => {
                self.house.ask(ask).await;
                None
            }
            _ => Some(self.house.ask(ask).await),
        }
    }
}

fn cut(engine: &mut Engine, house: &House, task: AssignmentId, base: u32, payload: Payload) {
    let cut = Cut { id: OpId(uuid()), salt: Salt::new(uuid().into_bytes()), now: house.now(), task, base, payload };
    engine.cut(cut).expect("cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_once_over_a_line_that_loses_answers() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let phone = Phone::sign_in(&house, &company, &visitor).await;
    let (mut engine, _) = Engine::begin(phone.me.journal, phone.me.epoch);
    let mut files = Vec::new();
    for n in 0..5_u32 {
        let task = company.task(&house, &visitor).await;
        let file: Vec<u8> = (0..200_000_u32).map(|byte| (byte % 251) as u8 ^ n as u8).collect();
        let mut document = company.document(&house, task);
        document.evidence.push(photo(&house, n, &file));
        files.push((Sha256::of(&file), file));
        let presence = here(&house);
        cut(&mut engine, &house, task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
        let arrive = VisitArrive { assignment: task, presence: presence.clone() };
        cut(&mut engine, &house, task, 0, Payload::VisitArrive(arrive));
        cut(&mut engine, &house, task, 1, Payload::VisitLeave(VisitLeave { assignment: task, presence }));
        cut(&mut engine, &house, task, 2, Payload::VisitSubmit(document));
    }
    let mut line = Line { house: &house, dice: Dice::new(seed("engine")) };
    let mut rounds = 0;
    while let Some(push) = engine.next_push(phone.me.account) {
        rounds += 1;
        assert!(rounds < 1_000, "the outbox drains");
        let Some(answer) = line.send(phone.ask(crate::web::Ask::post("/api/v1/sync/push").json(&push))).await else {
            continue;
        };
        let pushed: Pushed = answer.expect(200).json();
        let taken = engine.pushed(&pushed);
        assert!(!taken.doubtful && taken.reopen.is_none());
    }
    while let Some(note) = engine.next_file(&BTreeSet::new()).cloned() {
        rounds += 1;
        assert!(rounds < 2_000, "the files arrive");
        let file = &files.iter().find(|(sha256, _)| *sha256 == note.sha256).expect("the file").1;
        let Some(answer) = line.send(phone.create(note.task, file)).await else { continue };
        let mut changes = engine.uploaded(note.sha256, answer.expect(200).json());
        while let Some(UploadStep::Chunk { from, len }) =
            engine.file(note.sha256).map(|file| file.next(true, engine.chunk()))
        {
            let (from, len) = (from as usize, len as usize);
            let Some(answer) = line.send(phone.chunk(note.task, note.sha256, from, &file[from..from + len])).await
            else {
                break;
            };
            match Outcome::of(Some(answer.status)) {
                Outcome::Fine => {
                    changes.extend(engine.uploaded(note.sha256, answer.json::<UploadState>()));
                }
                outcome => {
                    changes.extend(engine.upload_failed(note.sha256, outcome).1);
                    break;
                }
            }
        }
    }
    assert!(engine.files().all(|file| matches!(file.state, FileState::Received { .. })));
    assert_eq!(engine.troubles().count(), 0);
    house.work(&company).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let desk = crate::desk::Desk::sign_in(&house, &company, &reviewer).await;
    let list = desk.get(&house, "/hq/export/visits.csv").await.expect(200).text();
    assert_eq!(list.lines().count(), 6, "five visits and the head: {list}");
    assert_eq!(list.matches(",1,1,1,").count(), 5, "each with its photo, handed in once: {list}");
}
