//! A small company: one hall, one checklist, and as many supervisors and tasks as a drill needs.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use domain::{
    assignment::{VisitMode, Window},
    checklist::{ChecklistVersion, builtin},
    ids::{AccountId, AssignmentId, OpId, OrgUnitId, TenantId, VenueId},
    op::{
        Op, Payload, Salt, Verdict,
        payload::{AccountCreate, AssignmentPlan, ChecklistPublish, OrgImport, PlannedTask, VenueImport},
    },
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    role::{Role, RoleSet},
    text::Text,
    time::{DAY_MS, ZoneOffset},
};
use store::{
    Link, NewTenant, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, Secret, Settings, Store, WayIn, Who,
};
use uuid::Uuid;
use virtual_phone::Dice;

use crate::{clock::now, rig::Rig};

/// What a company is called at sign-in.
pub(crate) const CODE: &str = "drill";

/// The password of every supervisor.
pub(crate) const PASSWORD: &str = "long-enough-password";

/// Its hash, which costs next to nothing: hundreds of sign-ins are not what a drill measures.
const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$ZHJpbGwgZHJpbGwgc2FsdA$VI3lkJ8pos8HiVSYUBd1yowH+faYlijLsDMEpeVT5NQ";

/// A company that has been founded.
pub(crate) struct City {
    pub(crate) tenant: TenantId,
    /// The one-time link of each supervisor.
    pub(crate) links: Vec<String>,
    accounts: Vec<AccountId>,
    store: Store,
    venue: VenueId,
    list: ChecklistVersion,
    dice: Dice,
}

impl City {
    /// Founds one in the database of a running server, past it: over the owner's login.
    pub(crate) async fn found(rig: &Rig, people: usize, dice: &Dice) -> Result<Self> {
        let mut dice = dice.fork(0xc17);
        let owner = rig.owner_url()?;
        let tenant = TenantId(dice.uuid());
        let new = NewTenant {
            id: tenant,
            code: CODE.into(),
            name: Text::zh("演练市公司"),
            zone: ZoneOffset::default(),
            at: now(),
        };
        store::create_tenant(&owner, &new).await?;
        let store = opened(rig).await?;
        let lists = builtin().map_err(|error| anyhow::anyhow!("{error}"))?;
        let list = lists.into_iter().find(|list| list.venue_kinds.contains(&VenueKind::Hall)).context("a list")?;
        let unit = OrgUnitId(dice.uuid());
        let venue = Venue {
            id: VenueId(dice.uuid()),
            kind: VenueKind::Hall,
            code: "H1".into(),
            name: Text::zh("清河路营业厅"),
            unit,
            county: unit,
            address: "清河路 1 号".into(),
            position: None,
            original: None,
            hours: String::new(),
            agent: false,
            rural: false,
        };
        let mut city =
            Self { tenant, links: Vec::new(), accounts: Vec::new(), store, venue: venue.id, list: list.clone(), dice };
        let unit =
            OrgUnit { id: unit, parent: None, kind: OrgKind::City, code: "C".into(), name: Text::zh("市公司") };
        city.act(Payload::OrgImport(OrgImport { units: vec![unit] })).await?;
        city.act(Payload::VenueImport(VenueImport { venues: vec![venue] })).await?;
        city.act(Payload::ChecklistPublish(ChecklistPublish { version: list })).await?;
        for n in 0..people {
            city.hire(n).await?;
        }
        Ok(city)
    }

    async fn act(&mut self, payload: Payload) -> Result<()> {
        let (id, subject) = (OpId(self.dice.uuid()), self.dice.uuid());
        self.write(id, subject, Salt::new(self.dice.clone().bytes()), payload, Private::None).await
    }

    async fn write(&self, id: OpId, subject: Uuid, salt: Salt, payload: Payload, private: Private) -> Result<()> {
        let op = Op::new(id, Uuid::nil(), subject, None, salt, payload).map_err(|error| anyhow::anyhow!("{error}"))?;
        let result = self.store.act_as_server(self.tenant, op, private, now()).await?;
        ensure!(result.verdict == Verdict::Applied, "the city: {:?}", result.verdict);
        Ok(())
    }

    async fn hire(&mut self, n: usize) -> Result<()> {
        let (text, secret) = Secret::mint(self.tenant, self.dice.bytes());
        let salt: [u8; 16] = self.dice.bytes();
        let private = PrivateAccount {
            login: login(n),
            name: format!("督导{n}"),
            way_in: WayIn {
                password_hash: Some(HASH.to_owned()),
                link: Some(Link { hash: secret.hash, expires_at: now().plus(DAY_MS) }),
            },
            supervisor: Some(PrivateSupervisor::default()),
        };
        let create =
            AccountCreate { roles: RoleSet::of(&[Role::Visitor]), unit: None, commitment: private.commitment(&salt) };
        let account = AccountId(self.dice.uuid());
        let id = OpId(self.dice.uuid());
        self.write(id, account.0, Salt::new(salt), Payload::AccountCreate(create), Private::Account(private)).await?;
        self.links.push(text);
        self.accounts.push(account);
        Ok(())
    }

    /// Gives every supervisor `count` tasks more.
    pub(crate) async fn plan(&mut self, count: usize) -> Result<()> {
        let begun = now();
        for account in self.accounts.clone() {
            for first in (0..count).step_by(400) {
                let id = OpId(self.dice.uuid());
                let task = |n: usize| PlannedTask {
                    id: AssignmentId::derive(id.0, n as u32),
                    venue: self.venue,
                    checklist: self.list.id,
                    mode: VisitMode::Covert,
                    window: Window { from: begun, until: begun.plus(30 * DAY_MS) },
                    scenario: None,
                    commitments: Vec::new(),
                };
                let tasks: Vec<PlannedTask> = (0..400.min(count - first)).map(task).collect();
                let who: BTreeMap<_, _> = tasks.iter().map(|task| (task.id, Who::Account(account))).collect();
                let private = Private::Plan(PrivatePlan { seed: self.dice.bytes(), lock_out_ms: 0, who });
                let plan = Payload::AssignmentPlan(AssignmentPlan { tasks, by_handle: false });
                let (subject, salt) = (self.dice.uuid(), Salt::new(self.dice.bytes()));
                self.write(id, subject, salt, plan, private).await?;
            }
        }
        Ok(())
    }

    /// As [`City::plan`], where the database may be killed meanwhile.
    pub(crate) async fn more(&mut self, count: usize) -> Result<()> {
        let mut tries = 0;
        while let Err(error) = self.plan(count).await {
            tries += 1;
            ensure!(tries < 20, "no more tasks: {error:#}");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// Takes hold of the database of a server that was put back: the one before is gone.
    pub(crate) async fn reopen(&mut self, rig: &Rig) -> Result<()> {
        self.store.close().await;
        self.store = opened(rig).await?;
        Ok(())
    }

    /// Lets go of the database.
    pub(crate) async fn leave(&self) {
        self.store.close().await;
    }
}

/// What supervisor `n` signs in as.
pub(crate) fn login(n: usize) -> String {
    format!("s{n}")
}

async fn opened(rig: &Rig) -> Result<Store> {
    let settings = Settings { serve_url: rig.owner_url()?, unit_url: None, connections: 4 };
    Ok(Store::open(&settings, rig.signer()?).await?)
}
