//! A company with people, halls, lists and tasks: the stage, set by the owner's commands.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use domain::{
    assignment::{Scenario, VisitMode, Window},
    checklist::{Answer as Given, ChecklistVersion, Value, builtin},
    ids::{AccountId, AssignmentId, OpId, OrgUnitId, TenantId, VenueId},
    op::{
        Op, Payload, Salt, Verdict,
        payload::{
            AccountCreate, AccountDisable, AssignmentPlan, ChecklistPublish, OrgImport, PlannedTask, VenueImport,
        },
    },
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    place::{NoFix, Whereabouts},
    role::{Role, RoleSet},
    text::Text,
    time::{DAY_MS, ZoneOffset},
    visit::{Impressions, Presence, VisitDocument},
};
use store::{NewTenant, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, WayIn, Who};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::house::House;

/// Everybody's.
pub(crate) const PASSWORD: &str = "明察秋毫-2026-11";

/// An id that nobody else has, in no run: clusters are shared.
pub(crate) fn uuid() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = [n.to_be_bytes(), u64::from(std::process::id()).to_be_bytes()].concat();
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &name)
}

pub(crate) fn salt() -> Salt {
    Salt::new(uuid().into_bytes())
}

/// A company.
pub(crate) struct Company {
    pub(crate) tenant: TenantId,
    pub(crate) code: String,
    pub(crate) county: OrgUnitId,
    pub(crate) venues: Vec<Venue>,
    pub(crate) lists: Vec<ChecklistVersion>,
}

/// Somebody.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) login: String,
}

impl Company {
    pub(crate) async fn new(house: &House) -> Self {
        Self::named(house, &Named::default()).await
    }

    /// A company in which every text that comes from outside is as told.
    pub(crate) async fn named(house: &House, named: &Named) -> Self {
        let tenant = TenantId(uuid());
        let code = format!("t{}", tenant.0.simple());
        let new = NewTenant {
            id: tenant,
            code: code.clone(),
            name: Text::new(&named.company, &named.company),
            zone: ZoneOffset(480),
            at: house.now(),
        };
        store::create_tenant(&house.owner_url, &new).await.expect("a tenant");
        let (city, county) = (OrgUnitId(uuid()), OrgUnitId(uuid()));
        let unit = |id, parent, kind, code: &str| OrgUnit {
            id,
            parent,
            kind,
            code: code.to_owned(),
            name: Text::new(&named.unit, &named.unit),
        };
        let units = vec![unit(city, None, OrgKind::City, "C"), unit(county, Some(city), OrgKind::County, "C1")];
        let venue = |kind, code: &str| Venue {
            id: VenueId(uuid()),
            kind,
            code: code.to_owned(),
            name: Text::new(&named.venue, &named.venue),
            unit: county,
            county,
            address: named.address.clone(),
            position: None,
            original: None,
            hours: named.hours.clone(),
            agent: false,
            rural: false,
        };
        let venues = vec![venue(VenueKind::Hall, "H1"), venue(VenueKind::Hall, "H2"), venue(VenueKind::Hotline, "L1")];
        let lists = builtin().expect("the lists");
        let company = Self { tenant, code, county, venues: venues.clone(), lists: lists.clone() };
        company.command(house, Payload::OrgImport(OrgImport { units })).await;
        company.command(house, Payload::VenueImport(VenueImport { venues })).await;
        for version in lists {
            company.command(house, Payload::ChecklistPublish(ChecklistPublish { version })).await;
        }
        company
    }

    /// One of the owner's commands; it must take effect.
    pub(crate) async fn command(&self, house: &House, payload: Payload) {
        self.command_about(house, uuid(), payload, Private::None).await;
    }

    async fn command_about(&self, house: &House, subject: Uuid, payload: Payload, private: Private) {
        self.command_as(house, OpId(uuid()), subject, salt(), payload, private).await;
    }

    async fn command_as(&self, house: &House, id: OpId, subject: Uuid, salt: Salt, payload: Payload, private: Private) {
        let op = Op::new(id, Uuid::nil(), subject, None, salt, payload).expect("an op");
        let result = house.owner.act_as_server(self.tenant, op, private, house.now()).await.expect("written");
        assert_eq!(result.verdict, Verdict::Applied);
    }

    pub(crate) async fn person(&self, house: &House, roles: &[Role]) -> Person {
        let login = format!("u{}", uuid().simple());
        self.person_named(house, &login, "某人", roles).await
    }

    pub(crate) async fn person_named(&self, house: &House, login: &str, name: &str, roles: &[Role]) -> Person {
        let account = AccountId(uuid());
        let private = PrivateAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            way_in: WayIn { password_hash: Some(password_hash(house).await), link: None },
            supervisor: roles
                .iter()
                .any(|role| matches!(role, Role::Visitor | Role::Inspector))
                .then(PrivateSupervisor::default),
        };
        let bytes = uuid().into_bytes();
        let create = Payload::AccountCreate(AccountCreate {
            roles: RoleSet::of(roles),
            unit: None,
            commitment: private.commitment(&bytes),
        });
        let id = OpId(uuid());
        self.command_as(house, id, account.0, Salt::new(bytes), create, Private::Account(private)).await;
        Person { account, login: login.to_owned() }
    }

    pub(crate) async fn disable(&self, house: &House, who: &Person) {
        let payload = Payload::AccountDisable(AccountDisable { reason: "离职".into() });
        self.command_about(house, who.account.0, payload, Private::None).await;
    }

    /// A task in the first hall, for a known person.
    pub(crate) async fn task(&self, house: &House, who: &Person) -> AssignmentId {
        self.task_with(house, who, None, Vec::new()).await
    }

    pub(crate) async fn task_with(
        &self,
        house: &House,
        who: &Person,
        scenario: Option<Scenario>,
        commitments: Vec<Text>,
    ) -> AssignmentId {
        let op = OpId(uuid());
        let task = PlannedTask {
            id: AssignmentId::derive(op.0, 0),
            venue: self.venues[0].id,
            checklist: self.hall().id,
            mode: VisitMode::Covert,
            window: self.window(house),
            scenario,
            commitments,
        };
        let id = task.id;
        let plan = Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task], by_handle: false });
        let private =
            PrivatePlan { seed: [1; 32], lock_out_ms: 0, who: BTreeMap::from([(id, Who::Account(who.account))]) };
        self.command_as(house, op, op.0, salt(), plan, Private::Plan(private)).await;
        id
    }

    fn window(&self, house: &House) -> Window {
        Window { from: house.now(), until: house.now().plus(7 * DAY_MS) }
    }

    pub(crate) fn hall(&self) -> &ChecklistVersion {
        self.lists.iter().find(|list| list.venue_kinds.contains(&VenueKind::Hall)).expect("the hall's list")
    }

    /// A visit as it is handed in, with one failed item and no evidence.
    pub(crate) fn document(&self, house: &House, task: AssignmentId) -> VisitDocument {
        let list = self.hall();
        let at = |ms| Presence { at: house.now().plus(ms), whereabouts: Whereabouts::None(NoFix::Refused) };
        let answer = Given::of(Value::Choice("none".into()));
        VisitDocument {
            assignment: task,
            venue: self.venues[0].id,
            checklist: list.id,
            window: self.window(house),
            arrived: Some(at(1)),
            left: Some(at(2)),
            answers: BTreeMap::from([(list.item_by_code("HALL-02").expect("the item").id, answer)]),
            answered_at: BTreeMap::new(),
            impressions: Impressions { overall: "明亮、整洁".into(), ..Impressions::default() },
            evidence: Vec::new(),
            no_microphone: false,
        }
    }
}

/// The texts of a company that come from lists which somebody imported.
pub(crate) struct Named {
    pub(crate) company: String,
    pub(crate) unit: String,
    pub(crate) venue: String,
    pub(crate) address: String,
    pub(crate) hours: String,
}

impl Default for Named {
    fn default() -> Self {
        let own = |text: &str| text.to_owned();
        Self {
            company: own("云川市公司"),
            unit: own("清河县分公司"),
            venue: own("清河路营业厅"),
            address: own("清河路 1 号"),
            hours: own("8:30–18:00"),
        }
    }
}

/// Worked out once: it is slow on purpose.
async fn password_hash(house: &House) -> String {
    static HASH: OnceCell<String> = OnceCell::const_new();
    HASH.get_or_init(|| async { house.server.passwords.hash(PASSWORD.to_owned()).await.expect("a hash") }).await.clone()
}
