//! Signing in, throttles, one-time links, and the draw.

use std::collections::BTreeMap;

use domain::{
    assignment::{VisitMode, Window},
    evidence::Sha256,
    ids::{AccountId, AssignmentId, OpId},
    op::{
        HeldCode, Op, Payload, RefusedCode, Verdict,
        payload::{
            AccountCreate, AccountDisable, AccountReopen, AccountReset, AssignmentAccept, AssignmentDecline,
            AssignmentPlan, PlannedTask, SupervisorSet, VisitArrive, VisitReturn,
        },
    },
    role::{Role, RoleSet},
    time::DAY_MS,
    visit::ReturnedItem,
};
use store::{
    Caller, Front, HandleQuery, Link, NewSession, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, WayIn, Who,
};

use sqlx::{Connection as _, PgConnection};

use crate::{
    cluster::cluster,
    world::{NOW, Person, World, presence, salt, uuid, verdicts},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_tried_too_often_is_not_tried_any_more() {
    let world = World::new().await;
    let person = world.person(&[Role::Office]).await;
    let mut throttled = 0;
    for _ in 0..12 {
        let attempt = uuid();
        let begun = world.store.sign_in_begin(world.tenant, attempt, &person.login, "10.0.0.9", NOW).await.unwrap();
        if begun.throttled {
            assert_eq!(begun.password_hash, None);
            throttled += 1;
            continue;
        }
        let session = NewSession {
            token: Sha256::of(attempt.as_bytes()),
            front: Front::Hq,
            idle_ms: DAY_MS,
            ends_at: NOW.plus(DAY_MS),
            device: String::new(),
            journal: None,
        };
        let none = world.store.sign_in_finish(world.tenant, attempt, false, &session, NOW).await.unwrap();
        assert_eq!(none, None);
        // The attempt is used up, even by whoever knows the password now.
        assert_eq!(world.store.sign_in_finish(world.tenant, attempt, true, &session, NOW).await.unwrap(), None);
    }
    assert_eq!(throttled, 2);
    // From elsewhere its owner still gets in.
    assert!(world.sign_in(&person.login, Front::Hq, None).await.is_some());
}

/// Each login that a stopped address made up left a row: the login was counted before the address was looked at.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_stopped_leaves_no_row_for_what_it_tries() {
    let world = World::new().await;
    let mut connection = PgConnection::connect(&cluster().owner).await.unwrap();
    let (mut stopped, mut counted) = (0, Vec::new());
    for tries in [101, 50] {
        for n in 0..tries {
            let login = format!("guess-{tries}-{n}");
            let begun = world.store.sign_in_begin(world.tenant, uuid(), &login, "10.0.0.77", NOW).await.unwrap();
            stopped += u32::from(begun.throttled);
        }
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM identity.throttle WHERE tenant_id = $1")
            .bind(world.tenant.0)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        counted.push(rows);
    }
    assert_eq!(stopped, 51);
    assert_eq!(counted, [102, 102]);
}

/// A try goes its whole way there, and it leads nowhere, whatever was typed.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_where_there_is_no_company() {
    let world = World::new().await;
    let person = world.person(&[Role::Office]).await;
    let (tenant, login) = store::nowhere(&uuid().to_string(), &person.login);
    let attempt = uuid();
    let begun = world.store.sign_in_begin(tenant, attempt, &login, "10.0.0.78", NOW).await.unwrap();
    assert_eq!((begun.password_hash, begun.throttled), (None, false));
    let session = NewSession {
        token: Sha256::of(attempt.as_bytes()),
        front: Front::Hq,
        idle_ms: DAY_MS,
        ends_at: NOW.plus(DAY_MS),
        device: String::new(),
        journal: None,
    };
    assert_eq!(world.store.sign_in_finish(tenant, attempt, true, &session, NOW).await.unwrap(), None);
    // Each code has tries of its own, for each login that a company could tell apart.
    assert_ne!(store::nowhere("a", "bc"), store::nowhere("ab", "c"));
    let long = "x".repeat(200);
    assert_eq!(store::nowhere("a", &long), store::nowhere("a", &format!("{long}y")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_in_once() {
    let world = World::new().await;
    let admin = world.person(&[Role::Admin]).await;
    let (account, link) = (AccountId(uuid()), Sha256::of(uuid().as_bytes()));
    let private = PrivateAccount {
        login: format!("s{}", account.0.simple()),
        name: "李明".into(),
        way_in: WayIn { password_hash: None, link: Some(Link { hash: link, expires_at: NOW.plus(DAY_MS) }) },
        supervisor: Some(PrivateSupervisor::default()),
    };
    let create = Payload::AccountCreate(AccountCreate {
        roles: RoleSet::of(&[Role::Visitor]),
        unit: None,
        commitment: private.commitment(&[7; 16]),
    });
    let op = Op::new(OpId(uuid()), admin.account.0, account.0, None, salt(), create.clone()).unwrap();
    let act =
        async |op: Op, private| world.store.act(world.tenant, admin.token, op, private, NOW).await.unwrap().verdict;
    // What travels beside must be what the op says.
    let mut other = private.clone();
    other.name = "别人".into();
    let bad = Verdict::Refused { code: RefusedCode::BadValue, detail: "private".into() };
    assert_eq!(act(op, Private::Account(other)).await, bad);
    let op = Op::new(OpId(uuid()), admin.account.0, account.0, None, salt(), create.clone()).unwrap();
    assert_eq!(act(op, Private::Account(private.clone())).await, Verdict::Applied);
    let op = Op::new(OpId(uuid()), admin.account.0, uuid(), None, salt(), create).unwrap();
    let taken = Verdict::Refused { code: RefusedCode::Exists, detail: "login".into() };
    assert_eq!(act(op, Private::Account(private)).await, taken);

    let session = |token: &[u8]| NewSession {
        token: Sha256::of(token),
        front: Front::Field,
        idle_ms: DAY_MS,
        ends_at: NOW.plus(DAY_MS),
        device: String::new(),
        journal: None,
    };
    let redeem =
        async |hash, token: &[u8]| world.store.redeem_link(world.tenant, hash, &session(token), NOW).await.unwrap();
    assert!(redeem(Sha256::of(b"made up"), b"0").await.is_none());
    assert_eq!(redeem(link, b"1").await.map(|person| person.name), Some("李明".into()));
    assert!(redeem(link, b"2").await.is_none());
}

fn plan(world: &World, op: OpId) -> (AssignmentId, Payload) {
    let task = PlannedTask {
        id: AssignmentId::derive(op.0, 0),
        venue: world.venue.id,
        checklist: world.hall().id,
        mode: VisitMode::Covert,
        window: Window { from: NOW, until: NOW.plus(DAY_MS) },
        scenario: None,
        commitments: Vec::new(),
    };
    (task.id, Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task], by_handle: false }))
}

async fn assign(world: &World, office: &Person, who: Option<Who>, lock_out_ms: i64) -> (AssignmentId, Verdict) {
    let id = OpId(uuid());
    let (task, payload) = plan(world, id);
    let who = who.map(|who| (task, who)).into_iter().collect::<BTreeMap<_, _>>();
    let op = Op::new(id, office.account.0, uuid(), None, salt(), payload).unwrap();
    let private = Private::Plan(PrivatePlan { seed: [5; 32], lock_out_ms, who });
    let result = world.store.act(world.tenant, office.token, op, private, NOW.plus(1)).await.unwrap();
    (task, result.verdict)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_draw_locks_out_who_was_there_and_a_handle_bars_its_chooser() {
    let world = World::new().await;
    let office = world.person(&[Role::Office, Role::Reviewer]).await;
    let nobody = Verdict::Refused { code: RefusedCode::Unknown, detail: "supervisor".into() };
    assert_eq!(assign(&world, &office, None, DAY_MS).await.1, nobody, "there is no supervisor");
    let visitor = world.person(&[Role::Visitor]).await;
    assert_eq!(assign(&world, &office, None, DAY_MS).await.1, Verdict::Applied);
    assert_eq!(assign(&world, &office, None, DAY_MS).await.1, nobody, "the only one was there of late");

    let query = HandleQuery {
        units: vec![world.venue.unit],
        window: Window { from: NOW, until: NOW.plus(DAY_MS) },
        expires_at: NOW.plus(60_000),
    };
    let handles = world.store.handles(world.tenant, office.token, &query, NOW).await.unwrap();
    assert_eq!(handles.len(), 1);
    assert!(handles[0].free && !handles[0].tied);
    let reviewer = world.person(&[Role::Reviewer]).await;
    assert!(world.store.handles(world.tenant, visitor.token, &query, NOW).await.unwrap().is_empty());
    // A handle is good for whoever was offered it.
    let expired = Verdict::Refused { code: RefusedCode::Unknown, detail: "handle".into() };
    let other = world.person(&[Role::Office]).await;
    assert_eq!(assign(&world, &other, Some(Who::Handle(handles[0].id)), DAY_MS).await.1, expired);
    let (task, chosen) = assign(&world, &office, Some(Who::Handle(handles[0].id)), DAY_MS).await;
    assert_eq!(chosen, Verdict::Applied);

    let mut phone = world.phone(&visitor).await;
    phone.visit(&world, task, &[]).await;
    let give_back =
        Payload::VisitReturn(VisitReturn { items: vec![ReturnedItem { item: None, reason: "补".into() }] });
    let barred = world.hq(&office, task, 3, give_back.clone()).await;
    assert_eq!(barred.verdict, Verdict::refused(RefusedCode::Barred));
    assert_eq!(world.hq(&reviewer, task, 3, give_back).await.verdict, Verdict::Applied);
    assert_eq!(world.verify().await.differences, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deactivated_supervisor_still_has_is_held_not_lost() {
    let world = World::new().await;
    let (admin, visitor) = (world.person(&[Role::Admin]).await, world.person(&[Role::Visitor]).await);
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let accept = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    phone.push(&world.store, &[accept]).await.unwrap();
    let disable = Payload::AccountDisable(AccountDisable { reason: "离岗".into() });
    let op = Op::new(OpId(uuid()), admin.account.0, visitor.account.0, None, salt(), disable).unwrap();
    let done = world.store.act(world.tenant, admin.token, op, Private::None, NOW).await.unwrap();
    assert_eq!(done.verdict, Verdict::Applied);
    let pulled = phone.pull(&world.store, None).await.unwrap();
    assert!(pulled.deactivated && pulled.changes.is_empty());
    let arrive = phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) }));
    let key = Caller::Key(phone.key);
    let held = phone.push_as(&world.store, key, &[arrive]).await.unwrap();
    assert_eq!(verdicts(&held), [Verdict::held(HeldCode::Deactivated)]);
    assert!(world.sign_in(&visitor.login, Front::Field, None).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_signs_in_again_goes_on_with_its_visit() {
    let world = World::new().await;
    let (visitor, other) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Visitor]).await);
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let arrive = phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) }));
    phone.push(&world.store, &[arrive]).await.unwrap();
    let token = world.sign_in(&visitor.login, Front::Field, None).await.unwrap();
    let elsewhere = async |token| {
        phone_pull(&world, token).await.changes.iter().any(|change| match change {
            protocol::pull::Change::Task(task) => task.visit.as_ref().is_some_and(|visit| visit.elsewhere),
            protocol::pull::Change::Withdraw { .. } => false,
        })
    };
    assert!(elsewhere(token).await, "a session without the journal is another phone");
    let stranger = world.sign_in(&other.login, Front::Field, None).await.unwrap();
    let resume = async |token| world.store.resume_journal(world.tenant, token, phone.key, NOW).await.unwrap();
    assert_eq!(resume(stranger).await, None);
    assert_eq!(resume(token).await, Some(phone.journal));
    assert!(!elsewhere(token).await);
    // A new journal of the same phone (a restored server) takes its visits along.
    let new = store::NewJournal { id: domain::ids::JournalId(uuid()), key: Sha256::of(uuid().as_bytes()) };
    assert!(world.store.open_journal(world.tenant, Caller::Token(token), new, NOW).await.unwrap());
    assert!(!elsewhere(token).await);
    // Seeds 20728, 31507, 32339 and 34917 of the simulator: the session seemed to have ended, the key opened the next
    // journal, and what the phone wrote in it was another phone's to the session.
    let next = store::NewJournal { id: domain::ids::JournalId(uuid()), key: Sha256::of(uuid().as_bytes()) };
    assert!(world.store.open_journal(world.tenant, Caller::Key(new.key), next, NOW).await.unwrap());
    assert!(!elsewhere(token).await);
    // Seed 197718: the answer was still on its way when the person signed in anew, with the key of the journal before.
    let anew = world.sign_in(&visitor.login, Front::Field, None).await.unwrap();
    let resumed = world.store.resume_journal(world.tenant, anew, new.key, NOW).await.unwrap();
    assert_eq!(resumed, Some(new.id), "the phone hears of the journal whose key it showed");
    assert!(!elsewhere(anew).await, "and its session names the one that came in its place");
    // What asks late for a journal that was replaced puts nothing back, and takes nothing along.
    assert!(world.store.open_journal(world.tenant, Caller::Token(anew), new, NOW).await.unwrap());
    assert!(!elsewhere(anew).await);
    assert!(!elsewhere(token).await);
    let third = store::NewJournal { id: domain::ids::JournalId(uuid()), key: Sha256::of(uuid().as_bytes()) };
    assert!(world.store.open_journal(world.tenant, Caller::Key(phone.key), third, NOW).await.unwrap());
    assert!(!elsewhere(anew).await, "the oldest key opens one in the place of the newest journal");
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let revoke = sqlx::query("UPDATE identity.journal SET revoked_at = $1 WHERE tenant_id = $2 AND journal_id = $3");
    revoke.bind(NOW.0).bind(world.tenant.0).bind(third.id.0).execute(&mut owner).await.unwrap();
    let again = world.sign_in(&visitor.login, Front::Field, None).await.unwrap();
    let resumed = world.store.resume_journal(world.tenant, again, new.key, NOW).await.unwrap();
    assert_eq!(resumed, None, "a journal that was taken out of service is not gone on with by an older key");
}

async fn phone_pull(world: &World, token: Sha256) -> protocol::pull::Pulled {
    match world.store.pull(world.tenant, token, None, None, NOW).await.unwrap() {
        store::Pull::Changes(pulled) => *pulled,
        other => panic!("a first pull has an answer, not {other:?}"),
    }
}

/// Whoever manages accounts chooses how people get into them.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_gives_nobody_a_role_that_reads_visits_and_no_way_into_an_account_that_has_one() {
    let world = World::new().await;
    let admin = world.person(&[Role::Admin]).await;
    let mut connection = PgConnection::connect(&cluster().owner).await.unwrap();
    let bits: i32 = sqlx::query_scalar("SELECT identity.guarded_roles()").fetch_one(&mut connection).await.unwrap();
    let guarded: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_guarded()).collect();
    assert_eq!(bits, i32::from(RoleSet::of(&guarded).0), "the database and the rules mean the same roles");
    for role in Role::ALL {
        let (account, salt_bytes) = (uuid(), [7; 16]);
        let way_in = || WayIn { password_hash: Some("theirs".into()), link: None };
        let private = PrivateAccount {
            login: format!("g{}", account.simple()),
            name: "某人".into(),
            way_in: way_in(),
            supervisor: None,
        };
        let create = Payload::AccountCreate(AccountCreate {
            roles: RoleSet::of(&[role, Role::Office]),
            unit: None,
            commitment: private.commitment(&salt_bytes),
        });
        let op = Op::new(OpId(uuid()), admin.account.0, account, None, salt(), create).unwrap();
        let made =
            world.store.act(world.tenant, admin.token, op, Private::Account(private.clone()), NOW).await.unwrap();
        // What the database says of it, asked past the rules.
        let mut tx = PgConnection::connect(&cluster().serve).await.unwrap();
        let past: String = sqlx::query_scalar(
            "SELECT identity.account_create($2, $3, $4, NULL, $5::jsonb, $6)
             FROM set_config('mingcha.tenant', $1, false)",
        )
        .bind(world.tenant.0.to_string())
        .bind(admin.token.0.to_vec())
        .bind(account)
        .bind(i32::from(RoleSet::of(&[role]).0))
        .bind(serde_json::to_string(&private).unwrap())
        .bind(NOW.0)
        .fetch_one(&mut tx)
        .await
        .unwrap();
        let there = world.person(&[role]).await;
        let reset = Payload::AccountReset(AccountReset { commitment: way_in().commitment(&salt_bytes) });
        let op = Op::new(OpId(uuid()), admin.account.0, there.account.0, None, salt(), reset).unwrap();
        let reset = world.store.act(world.tenant, admin.token, op, Private::WayIn(way_in()), NOW).await.unwrap();
        let refused = |detail: &str| Verdict::Refused { code: RefusedCode::NotAllowed, detail: detail.to_owned() };
        let expected = if role.is_guarded() {
            (refused("guarded"), "role", refused("role"))
        } else {
            (Verdict::Applied, "account", Verdict::Applied)
        };
        assert_eq!((made.verdict, past.as_str(), reset.verdict), expected, "{role:?}");
    }
    assert_eq!(world.verify().await.differences, []);
}

/// Whoever was closed by mistake, or has come back, needed a second account.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_opened_again_by_a_new_way_in_alone() {
    let world = World::new().await;
    let (admin, visitor) = (world.person(&[Role::Admin]).await, world.person(&[Role::Visitor]).await);
    let reviewer = world.person(&[Role::Reviewer]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let act = async |who: AccountId, payload: Payload, private: Private| {
        let op = Op::new(OpId(uuid()), admin.account.0, who.0, None, salt(), payload).unwrap();
        let first = world.store.act(world.tenant, admin.token, op.clone(), private.clone(), NOW).await.unwrap().verdict;
        // Asked again it is the same op, and does nothing more.
        let again = world.store.act(world.tenant, admin.token, op, private, NOW).await.unwrap().verdict;
        assert!(again == first || again == Verdict::Duplicate, "{first:?} {again:?}");
        first
    };
    let close =
        async |who| act(who, Payload::AccountDisable(AccountDisable { reason: String::new() }), Private::None).await;
    let open = async |who| {
        let way_in = WayIn { password_hash: Some("hash".into()), link: None };
        let reopen = Payload::AccountReopen(AccountReopen { commitment: way_in.commitment(&[7; 16]) });
        act(who, reopen, Private::WayIn(way_in)).await
    };
    let refused = |code, detail: &str| Verdict::Refused { code, detail: detail.to_owned() };
    assert_eq!(open(visitor.account).await, refused(RefusedCode::AlreadyDecided, "open"));
    assert_eq!(open(AccountId(uuid())).await, refused(RefusedCode::Unknown, "account"));

    assert_eq!(close(visitor.account).await, Verdict::Applied);
    let arrive = phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) }));
    let held = phone.push(&world.store, &[arrive]).await.unwrap();
    assert_eq!(verdicts(&held), [Verdict::held(HeldCode::Deactivated)]);
    let other = WayIn { password_hash: Some("another".into()), link: None };
    let lying = Payload::AccountReopen(AccountReopen { commitment: Sha256([0; 32]) });
    assert_eq!(act(visitor.account, lying, Private::WayIn(other)).await, refused(RefusedCode::BadValue, "private"));

    assert_eq!(open(visitor.account).await, Verdict::Applied);
    // No session from before leads anywhere; the person signs in anew, and what the phone holds counts again.
    let pulls = async |token| world.store.pull(world.tenant, token, None, None, NOW).await;
    assert!(matches!(pulls(phone.token).await, Err(store::Error::Unauthorized)));
    let token = world.sign_in(&visitor.login, Front::Field, None).await.unwrap();
    assert!(matches!(pulls(token).await, Ok(store::Pull::Changes(pulled)) if !pulled.deactivated));
    let accept = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    let key = Caller::Key(phone.key);
    assert_eq!(verdicts(&phone.push_as(&world.store, key, &[accept]).await.unwrap()), [Verdict::Applied]);

    // Nor does an admin alone open an account that reads visits.
    assert_eq!(close(reviewer.account).await, Verdict::Applied);
    assert_eq!(open(reviewer.account).await, refused(RefusedCode::NotAllowed, "role"));
    assert_eq!(world.verify().await.differences, []);
    // Closed once more, it is closed.
    assert_eq!(close(visitor.account).await, Verdict::Applied);
    assert_eq!(world.verify().await.differences, []);
}

/// Nobody could say a supervisor's days and ties, and whoever stepped aside for a tie could be drawn again.
#[tokio::test(flavor = "multi_thread")]
async fn the_draw_knows_of_days_and_ties_what_the_admin_says_and_who_stepped_aside() {
    let world = World::new().await;
    let (admin, office) = (world.person(&[Role::Admin]).await, world.person(&[Role::Office]).await);
    let visitor = world.person(&[Role::Visitor]).await;
    let say = async |who: &Person, about: AccountId, known: &PrivateSupervisor, commitment: Option<Sha256>| {
        let commitment = commitment.unwrap_or_else(|| known.commitment(&[7; 16]));
        let set = Payload::SupervisorSet(SupervisorSet { commitment });
        let op = Op::new(OpId(uuid()), who.account.0, about.0, None, salt(), set).unwrap();
        let private = Private::Supervisor(known.clone());
        let first = world.store.act(world.tenant, who.token, op.clone(), private.clone(), NOW).await.unwrap().verdict;
        let again = world.store.act(world.tenant, who.token, op, private, NOW).await.unwrap().verdict;
        assert!(again == first || again == Verdict::Duplicate, "{first:?} {again:?}");
        first
    };
    let refused = |code, detail: &str| Verdict::Refused { code, detail: detail.to_owned() };
    let known = |pooled, free_days, ties| PrivateSupervisor { pooled, free_days, ties };
    let (free, nobody) = (PrivateSupervisor::default(), refused(RefusedCode::Unknown, "supervisor"));
    assert_eq!(say(&office, visitor.account, &free, None).await, Verdict::refused(RefusedCode::NotAllowed));
    assert_eq!(say(&admin, AccountId(uuid()), &free, None).await, refused(RefusedCode::Unknown, "account"));
    assert_eq!(say(&admin, office.account, &free, None).await, refused(RefusedCode::Unknown, "account"));
    let lying = Some(Sha256([0; 32]));
    assert_eq!(say(&admin, visitor.account, &free, lying).await, refused(RefusedCode::BadValue, "private"));

    // Out of the pool, without a day within the window, tied to the hall's unit: each keeps the draw away.
    let today = (NOW.0 / DAY_MS + 3) % 7;
    let other_days = 0b111_1111 & !(1 << today) & !(1 << ((today + 1) % 7));
    for away in [known(false, 127, vec![]), known(true, other_days, vec![]), known(true, 127, vec![world.venue.unit])] {
        assert_eq!(say(&admin, visitor.account, &away, None).await, Verdict::Applied);
        let accounts = world.store.accounts(world.tenant, admin.token, NOW).await.unwrap();
        let said = accounts.into_iter().find(|account| account.id == visitor.account).unwrap();
        assert_eq!(said.supervisor, Some(away));
        assert_eq!(assign(&world, &office, None, 0).await.1, nobody);
    }
    let query = HandleQuery {
        units: vec![world.venue.unit],
        window: Window { from: NOW, until: NOW.plus(DAY_MS) },
        expires_at: NOW.plus(60_000),
    };
    let handle = async || world.store.handles(world.tenant, office.token, &query, NOW).await.unwrap()[0];
    let tied = handle().await;
    assert!(tied.tied && tied.free);
    let by_handle = assign(&world, &office, Some(Who::Handle(tied.id)), 0).await.1;
    assert_eq!(by_handle, refused(RefusedCode::NotAllowed, "tie"), "nor may they be sent by handle");

    // Stepping aside for another reason keeps nobody away; for a tie it does, for good.
    assert_eq!(say(&admin, visitor.account, &free, None).await, Verdict::Applied);
    let mut phone = world.phone(&visitor).await;
    for tie in [false, true] {
        assert!(!handle().await.tied);
        let (task, drawn) = assign(&world, &office, None, 0).await;
        assert_eq!(drawn, Verdict::Applied);
        let decline = AssignmentDecline { tie, reason: "认识店长".into() };
        let op = phone.cut(task, 0, Payload::AssignmentDecline(decline));
        assert_eq!(verdicts(&phone.push(&world.store, &[op]).await.unwrap()), [Verdict::Applied]);
    }
    assert_eq!(assign(&world, &office, None, 0).await.1, nobody);
    // Nor by handle; that they are kept away is not told beforehand, for it would tell who was sent where.
    let aside = handle().await;
    assert!(!aside.tied);
    let by_handle = assign(&world, &office, Some(Who::Handle(aside.id)), 0).await.1;
    assert_eq!(by_handle, refused(RefusedCode::NotAllowed, "tie"));
    assert_eq!(world.verify().await.differences, []);

    // What was said stays said when an account is closed and opened again.
    assert_eq!(say(&admin, visitor.account, &known(false, 31, vec![]), None).await, Verdict::Applied);
    let close = Payload::AccountDisable(AccountDisable { reason: String::new() });
    let way_in = WayIn { password_hash: Some("hash".into()), link: None };
    let open = Payload::AccountReopen(AccountReopen { commitment: way_in.commitment(&[7; 16]) });
    for (payload, private) in [(close, Private::None), (open, Private::WayIn(way_in))] {
        let op = Op::new(OpId(uuid()), admin.account.0, visitor.account.0, None, salt(), payload).unwrap();
        let done = world.store.act(world.tenant, admin.token, op, private, NOW).await.unwrap();
        assert_eq!(done.verdict, Verdict::Applied);
    }
    let accounts = world.store.accounts(world.tenant, admin.token, NOW).await.unwrap();
    let said = accounts.into_iter().find(|account| account.id == visitor.account).unwrap();
    assert_eq!(said.supervisor, Some(known(false, 31, vec![])));

    // Somebody who may write everything takes the tie away.
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let untie = "UPDATE identity.assignee SET tied = false WHERE tenant_id = $1 AND tied";
    assert_eq!(sqlx::query(untie).bind(world.tenant.0).execute(&mut owner).await.unwrap().rows_affected(), 1);
    assert_eq!(world.verify().await.differences.len(), 1);
}
