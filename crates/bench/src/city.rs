//! A city to be measured in: halls, one checklist of forty questions, supervisors with links to sign in by.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use domain::{
    assignment::{VisitMode, Window},
    checklist::{AnswerKind, ChecklistVersion, Choice, FULL, Item, Minimums, Section},
    evidence::Sha256,
    ids::{
        AccountId, AssignmentId, ChecklistId, ChecklistVersionId, ItemId, OpId, OrgUnitId, SectionId, TenantId, VenueId,
    },
    op::{
        Op, Payload, Salt, Verdict,
        payload::{
            AccountCreate, AssignmentPlan, ChecklistPublish, OrgImport, PLAN_MAX_TASKS, PlannedTask, SERVER_ACTOR,
            VenueImport,
        },
    },
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    role::{Role, RoleSet},
    text::Text,
    time::{DAY_MS, ZoneOffset},
};
use futures_util::{StreamExt as _, stream};
use protocol::session::Credentials;
use store::{
    Front, Link, NewSession, NewTenant, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, Secret, Settings,
    Signed, Signer, Store, WayIn, Who,
};
use virtual_phone::{Dice, Nobody, Phone, Surroundings, Wire};

use crate::clock::now;

/// Questions of the checklist: answers of a standard visit.
pub(crate) const ANSWERS: u64 = 40;
/// County branches.
const COUNTIES: u64 = 9;
/// Halls.
const HALLS: u64 = 240;

/// Signs the few batches that make the ground; phones do not ask by whom.
#[derive(Debug)]
struct GroundSigner;

impl Signer for GroundSigner {
    fn sign(&self, hash: Sha256) -> Signed {
        Signed { key: "0".repeat(16), signature: format!("{hash}{hash}") }
    }

    fn signed(&self, _: Sha256, _: &Signed) -> bool {
        false
    }
}

/// Signs what only the ground needs; recognises nothing.
pub(crate) fn signer() -> Arc<dyn Signer> {
    Arc::new(GroundSigner)
}

/// A city, and the owner's way into it.
pub(crate) struct City {
    /// Its tenant.
    pub(crate) tenant: TenantId,
    owner: Store,
    /// The checklist.
    pub(crate) list: ChecklistVersion,
    venues: Vec<Venue>,
    dice: Dice,
}

impl City {
    /// Makes one.
    pub(crate) async fn make(owner_url: &str, seed: u64, n: u64) -> Result<Self> {
        let mut dice = Dice::new(seed).fork(n + 1_000_003);
        let tenant = TenantId(dice.uuid());
        let new = NewTenant {
            id: tenant,
            code: format!("bench{n}"),
            name: Text::new("测速市公司", "The city of measuring"),
            zone: ZoneOffset::default(),
            at: now(),
        };
        store::create_tenant(owner_url, &new).await?;
        let settings = Settings { serve_url: owner_url.to_owned(), unit_url: None, connections: 4 };
        let owner = Store::open(&settings, signer()).await?;
        let list = list(&mut dice);
        let (units, venues) = places(&mut dice);
        let mut city = Self { tenant, owner, list: list.clone(), venues: venues.clone(), dice };
        city.act(Payload::OrgImport(OrgImport { units }), Private::None).await?;
        city.act(Payload::VenueImport(VenueImport { venues }), Private::None).await?;
        city.act(Payload::ChecklistPublish(ChecklistPublish { version: list }), Private::None).await?;
        Ok(city)
    }

    fn op(&mut self, subject: uuid::Uuid, payload: Payload, salt: [u8; 16]) -> Result<Op> {
        let id = OpId(self.dice.uuid());
        Ok(Op::new(id, SERVER_ACTOR.0, subject, None, Salt::new(salt), payload)?)
    }

    async fn act(&mut self, payload: Payload, private: Private) -> Result<()> {
        let (subject, salt) = (self.dice.uuid(), self.dice.bytes());
        let op = self.op(subject, payload, salt)?;
        write(&self.owner, self.tenant, op, private).await
    }

    /// Somebody at HQ who reads visits and takes lists away; what their browser sends as a cookie.
    pub(crate) async fn desk(&mut self) -> Result<String> {
        let account = AccountId(self.dice.uuid());
        let (_, link) = Secret::mint(self.tenant, self.dice.bytes());
        let private = PrivateAccount {
            login: "desk".to_owned(),
            name: "某人".to_owned(),
            way_in: WayIn { password_hash: None, link: Some(Link { hash: link.hash, expires_at: now().plus(DAY_MS) }) },
            supervisor: None,
        };
        let salt = self.dice.bytes();
        let roles = RoleSet::of(&[Role::Office, Role::Reviewer]);
        let create = AccountCreate { roles, unit: None, commitment: private.commitment(&salt) };
        let op = self.op(account.0, Payload::AccountCreate(create), salt)?;
        write(&self.owner, self.tenant, op, Private::Account(private)).await?;
        let (text, token) = Secret::mint(self.tenant, self.dice.bytes());
        let session = NewSession {
            token: token.hash,
            front: Front::Hq,
            idle_ms: DAY_MS,
            ends_at: now().plus(DAY_MS),
            device: "bench".to_owned(),
            journal: None,
        };
        let person = self.owner.redeem_link(self.tenant, link.hash, &session, now()).await?;
        ensure!(person.is_some(), "the link does not let in");
        Ok(text)
    }

    /// A supervisor who is not there yet: who, by which secret they get in, and what makes them.
    fn newcomer(&mut self) -> Result<(AccountId, String, Op, Private)> {
        let account = AccountId(self.dice.uuid());
        let (text, secret) = Secret::mint(self.tenant, self.dice.bytes());
        let private = PrivateAccount {
            login: format!("u{}", account.0.simple()),
            name: "某人".to_owned(),
            way_in: WayIn {
                password_hash: None,
                link: Some(Link { hash: secret.hash, expires_at: now().plus(DAY_MS) }),
            },
            supervisor: Some(PrivateSupervisor::default()),
        };
        let salt = self.dice.bytes();
        let roles = RoleSet::of(&[Role::Visitor]);
        let create = AccountCreate { roles, unit: None, commitment: private.commitment(&salt) };
        let op = self.op(account.0, Payload::AccountCreate(create), salt)?;
        Ok((account, text, op, Private::Account(private)))
    }

    /// Makes a supervisor; who, and by which secret a phone of theirs gets in, once.
    pub(crate) async fn supervisor(&mut self) -> Result<(AccountId, String)> {
        let (account, text, op, private) = self.newcomer()?;
        write(&self.owner, self.tenant, op, private).await?;
        Ok((account, text))
    }

    /// Makes `count` supervisors and signs a phone of each in, over `wire`.
    pub(crate) async fn phones(&mut self, count: u64, wire: &Arc<Wire>) -> Result<Vec<Phone>> {
        let owner = self.owner.clone();
        let mut making = Vec::new();
        let mut ways = Vec::new();
        for _ in 0..count {
            let (_, text, op, private) = self.newcomer()?;
            making.push(write(&owner, self.tenant, op, private));
            ways.push(text);
        }
        all(stream::iter(making).buffer_unordered(200).collect::<Vec<_>>().await)?;
        let around = Surroundings { wire: Arc::clone(wire), clock: Arc::new(now), witness: Arc::new(Nobody) };
        let signing = ways.into_iter().zip(0..).map(|(secret, number)| {
            let mut phone = Phone::new(number, around.clone(), &self.dice);
            async move {
                phone.sign_in("", Credentials::Link { secret }).await?;
                Ok(phone)
            }
        });
        let phones: Vec<Result<Phone>> = stream::iter(signing).buffered(64).collect().await;
        phones.into_iter().collect()
    }

    /// Gives each of `phones` so many tasks, and lets them pull.
    pub(crate) async fn give(&mut self, phones: &mut [Phone], each: usize) -> Result<()> {
        let accounts: Vec<AccountId> = phones
            .iter()
            .flat_map(|phone| phone.pass().map(|pass| pass.account))
            .flat_map(|account| std::iter::repeat_n(account, each))
            .collect();
        self.plan(&accounts).await?;
        let pulled = stream::iter(phones.iter_mut().map(Phone::pull)).buffer_unordered(32).collect::<Vec<_>>().await;
        for pulled in pulled {
            pulled?;
        }
        Ok(())
    }

    /// Gives a task to each of `accounts`; whoever stands there more than once gets as many.
    pub(crate) async fn plan(&mut self, accounts: &[AccountId]) -> Result<()> {
        for accounts in accounts.chunks(PLAN_MAX_TASKS) {
            let id = OpId(self.dice.uuid());
            let mut who = BTreeMap::new();
            let mut tasks = Vec::new();
            for (account, n) in accounts.iter().zip(0..) {
                let task = AssignmentId::derive(id.0, n);
                who.insert(task, Who::Account(*account));
                let venue = self.venues[self.dice.below(HALLS) as usize].id;
                tasks.push(PlannedTask {
                    id: task,
                    venue,
                    checklist: self.list.id,
                    mode: VisitMode::Covert,
                    window: Window { from: now(), until: now().plus(DAY_MS) },
                    scenario: None,
                    commitments: Vec::new(),
                });
            }
            let plan = Payload::AssignmentPlan(AssignmentPlan { tasks, by_handle: false });
            let private = Private::Plan(PrivatePlan { seed: self.dice.bytes(), lock_out_ms: 0, who });
            let (subject, salt) = (self.dice.uuid(), self.dice.bytes());
            let op = Op::new(id, SERVER_ACTOR.0, subject, None, Salt::new(salt), plan)?;
            write(&self.owner, self.tenant, op, private).await?;
        }
        Ok(())
    }

    /// The county branches with the most halls and with the fewest.
    pub(crate) fn counties(&self) -> (OrgUnitId, OrgUnitId) {
        (self.venues[0].county, self.venues[self.venues.len() - 1].county)
    }
}

fn all(results: Vec<Result<()>>) -> Result<()> {
    results.into_iter().collect()
}

async fn write(owner: &Store, tenant: TenantId, op: Op, private: Private) -> Result<()> {
    let kind = op.payload.kind();
    let result = owner.act_as_server(tenant, op, private, now()).await.with_context(|| kind)?;
    ensure!(result.verdict == Verdict::Applied, "{kind}: {:?}", result.verdict);
    Ok(())
}

/// A wire of so many connections to one node.
pub(crate) fn wire(address: std::net::SocketAddr, connections: usize) -> Arc<Wire> {
    Arc::new(Wire::new(address, connections, Duration::from_secs(60)))
}

fn list(dice: &mut Dice) -> ChecklistVersion {
    let option = |code: &str, zh: &str, share| Choice { code: code.to_owned(), label: Text::zh(zh), share };
    let items = (1..=ANSWERS).map(|n| Item {
        id: ItemId(dice.uuid()),
        code: format!("B-{n:02}"),
        criterion: Text::new("等候时间是否过长", "Whether one waits too long"),
        gloss: None,
        weight: 2,
        answer: AnswerKind::Choice { options: vec![option("yes", "是", FULL), option("no", "否", 0)] },
        red_line: None,
        severe_over: None,
        evidence: domain::checklist::EvidenceRule::default(),
        na: false,
        later: None,
        basis: Vec::new(),
        confirm: false,
    });
    let items = items.collect();
    ChecklistVersion {
        id: ChecklistVersionId(dice.uuid()),
        checklist: ChecklistId(dice.uuid()),
        number: 1,
        topic: "hall".to_owned(),
        title: Text::new("测速", "Measuring"),
        how: Text::default(),
        venue_kinds: vec![VenueKind::Hall],
        sections: vec![Section { id: SectionId(dice.uuid()), title: Text::zh("全部"), items }],
        minimums: Minimums::default(),
        red_line_cap: FULL,
        applicable_min: 1,
    }
}

fn places(dice: &mut Dice) -> (Vec<OrgUnit>, Vec<Venue>) {
    let unit = |id, parent, kind, code: String| OrgUnit { id, parent, kind, name: Text::zh(&code), code };
    let city = OrgUnitId(dice.uuid());
    let mut units = vec![unit(city, None, OrgKind::City, "C".to_owned())];
    let counties: Vec<OrgUnitId> = (0..COUNTIES).map(|_| OrgUnitId(dice.uuid())).collect();
    for (n, county) in counties.iter().enumerate() {
        units.push(unit(*county, Some(city), OrgKind::County, format!("C{n}")));
    }
    let venues = (0..HALLS)
        .map(|n| {
            // Most halls lie in the first county branch, one in the last.
            let county = counties[if n < HALLS / 2 {
                0
            } else if n == HALLS - 1 {
                COUNTIES - 1
            } else {
                1 + n % (COUNTIES - 2)
            } as usize];
            Venue {
                id: VenueId(dice.uuid()),
                kind: VenueKind::Hall,
                code: format!("H{n:04}"),
                name: Text::zh(&format!("第{n}营业厅")),
                unit: county,
                county,
                address: "清河路".to_owned(),
                position: None,
                original: None,
                hours: String::new(),
                agent: false,
                rural: false,
            }
        })
        .collect();
    (units, venues)
}
