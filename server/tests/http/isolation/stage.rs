//! Two companies with everything in them, and words planted where only some may read.

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId, ChecklistVersionId, FindingId, HandleId, OpId, OrgUnitId, VenueId, VisitId},
    op::{Payload, Verdict, payload::AssignmentAccept},
    place::{Fix, Whereabouts},
    role::{Action, Role, RoleSet},
    visit::Presence,
};
use protocol::session::SignIn;
use store::{Front, NewSession, Secret};

use crate::{
    company::{Company, Named, PASSWORD, Person, uuid},
    extent::Dice,
    house::House,
    phone::{Phone, photo, sign_in, verdicts},
};

/// What an address can name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids {
    pub(crate) visit: VisitId,
    pub(crate) task: AssignmentId,
    pub(crate) venue: VenueId,
    pub(crate) county: OrgUnitId,
    pub(crate) checklist: ChecklistVersionId,
    pub(crate) sha256: Sha256,
    pub(crate) finding: FindingId,
    pub(crate) held: OpId,
    pub(crate) account: AccountId,
    pub(crate) handle: HandleId,
}

impl Ids {
    /// Of nothing at all.
    pub(crate) fn of_nothing(dice: &mut Dice) -> Self {
        let task = AssignmentId(dice.uuid());
        Self {
            visit: VisitId::of(task),
            task,
            venue: VenueId(dice.uuid()),
            county: OrgUnitId(dice.uuid()),
            checklist: ChecklistVersionId(dice.uuid()),
            sha256: Sha256::of(dice.uuid().as_bytes()),
            finding: FindingId(dice.uuid()),
            held: OpId(dice.uuid()),
            account: AccountId(dice.uuid()),
            handle: HandleId(dice.uuid()),
        }
    }
}

/// Who may read a planted word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Whoever keeps the people: the admin.
    Person,
    /// Whoever reads visits as they came in.
    Raw,
    /// Whoever reads findings, or visits.
    Finding,
    /// Everybody at HQ of that company.
    House,
    /// Nobody at all.
    Nobody,
}

impl Reach {
    pub(crate) fn includes(self, roles: RoleSet) -> bool {
        match self {
            Self::Person => roles.may(Action::ManageOrg),
            Self::Raw => roles.may(Action::ReadRawVisit),
            Self::Finding => roles.may(Action::ReadRawVisit) || roles.may(Action::ReadFindings),
            Self::House => Role::ALL[..].iter().any(|role| roles.has(*role)),
            Self::Nobody => false,
        }
    }
}

/// A planted word.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    pub(crate) reach: Reach,
    pub(crate) word: String,
}

/// One of the two companies.
pub(crate) struct Side {
    pub(crate) company: Company,
    pub(crate) ids: Ids,
    pub(crate) canaries: Vec<Canary>,
}

/// Somebody of one role, in both of his fronts.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) roles: RoleSet,
    pub(crate) name: &'static str,
    pub(crate) hq: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) me: AccountId,
}

impl Side {
    pub(crate) async fn new(house: &House, tag: &str) -> Self {
        let plant = |what: &str| format!("CANARY{}{what}", tag.to_uppercase());
        let named = Named {
            company: plant("COMPANY"),
            unit: plant("UNIT"),
            venue: plant("VENUE"),
            address: plant("ADDRESS"),
            hours: plant("HOURS"),
        };
        let company = Company::named(house, &named).await;
        let (login, name) = (format!("{}{}", plant("LOGIN"), uuid().simple()), plant("NAME"));
        let visitor = company.person_named(house, &login, &name, &[Role::Visitor]).await;
        let agent = plant("AGENT");
        let with = SignIn { bearer: true, ..sign_in(&company, &visitor.login, PASSWORD) };
        let mut phone = Phone::sign_in_with(house, with, &agent).await;

        let task = company.task(house, &visitor).await;
        let mut document = company.document(house, task);
        let (lat, lon) = if tag == "a" { (251_234_567, 1_021_234_567) } else { (262_345_678, 1_032_345_678) };
        let fix = Fix { lat, lon, accuracy_m: 12, age_ms: 5 };
        for presence in [&mut document.arrived, &mut document.left] {
            *presence = Some(Presence { at: house.now(), whereabouts: Whereabouts::Fix(fix) });
        }
        document.impressions.overall = plant("IMPRESSION");
        for answer in document.answers.values_mut() {
            answer.note = plant("NOTE");
        }
        let bytes = picture(&plant("EXIF"));
        let mut record = photo(house, 0, &bytes);
        (record.caption, record.fix) = (plant("CAPTION"), Some(fix));
        let sha256 = Sha256::of(&bytes);
        document.evidence.push(record);
        let item = *document.answers.keys().next().expect("an answer");
        phone.visit(house, task, document.clone()).await;
        phone.upload(house, task, &bytes).await;
        house.work(&company).await;

        // Something that is held: a visit of a task that no longer is.
        let mut lost = phone.cut(task, 9, Payload::AssignmentAccept(AssignmentAccept {}));
        let body = lost.body.get().replace("assignment.accept@1", "assignment.wish@1");
        lost.body = serde_json::value::RawValue::from_string(body).expect("JSON");
        assert!(matches!(verdicts(&phone.push(house, std::slice::from_ref(&lost)).await)[0], Verdict::Held { .. }));
        let somebody = company.person(house, &[Role::Hall]).await;
        let ids = Ids {
            visit: VisitId::of(task),
            task,
            venue: company.venues[0].id,
            county: company.county,
            checklist: company.hall().id,
            sha256,
            finding: FindingId::of(VisitId::of(task), item),
            held: lost.envelope.op_id,
            account: somebody.account,
            handle: HandleId(uuid()),
        };
        let reaches = [
            (Reach::Person, "LOGIN"),
            (Reach::Person, "NAME"),
            (Reach::Nobody, "AGENT"),
            (Reach::Raw, "IMPRESSION"),
            (Reach::Finding, "NOTE"),
            (Reach::Raw, "EXIF"),
            (Reach::Raw, "CAPTION"),
            (Reach::House, "COMPANY"),
            (Reach::House, "UNIT"),
            (Reach::House, "VENUE"),
            (Reach::House, "ADDRESS"),
            (Reach::House, "HOURS"),
        ];
        let mut canaries: Vec<_> =
            reaches.into_iter().map(|(reach, what)| Canary { reach, word: plant(what) }).collect();
        // A position as it is stored, and as it is shown.
        for number in [lat, lon] {
            canaries.push(Canary { reach: Reach::Raw, word: number.to_string() });
            let (whole, part) = (number / 10_000_000, number % 10_000_000 / 100);
            canaries.push(Canary { reach: Reach::Raw, word: format!("{whole}.{part:05}") });
        }
        // Lists of questions are the same everywhere; ids of rows are not.
        for id in [ids.venue.0, ids.county.0] {
            canaries.push(Canary { reach: Reach::House, word: id.to_string() });
        }
        Self { company, ids, canaries }
    }

    /// Somebody for each role, and one who has not signed in.
    pub(crate) async fn actors(&self, house: &House) -> Vec<Actor> {
        let mut actors = Vec::new();
        for role in Role::ALL {
            let person = self.company.person(house, &[role]).await;
            let hq = let_in(house, &self.company, &person, Front::Hq).await;
            let token = let_in(house, &self.company, &person, Front::Bearer).await;
            let roles = RoleSet::of(&[role]);
            actors.push(Actor { roles, name: role.code(), hq: Some(hq), token: Some(token), me: person.account });
        }
        let nobody = AccountId(uuid());
        actors.push(Actor { roles: RoleSet::default(), name: "nobody", hq: None, token: None, me: nobody });
        actors
    }
}

/// A session, without the slow look at a password.
pub(crate) async fn let_in(house: &House, company: &Company, who: &Person, front: Front) -> String {
    let now = house.now();
    let attempt = uuid();
    let store = &house.server.store;
    // From an address of its own: nobody is stopped for what another tries.
    let address = attempt.to_string();
    store.sign_in_begin(company.tenant, attempt, &who.login, &address, now).await.expect("begun");
    let (text, secret) = Secret::mint(company.tenant, Sha256::of(attempt.as_bytes()).0);
    let day = domain::time::DAY_MS;
    let session = NewSession {
        token: secret.hash,
        front,
        idle_ms: day,
        ends_at: now.plus(day),
        device: "test".into(),
        journal: None,
    };
    let person = store.sign_in_finish(company.tenant, attempt, true, &session, now).await.expect("finished");
    assert!(person.is_some(), "{} is let in", who.login);
    text
}

/// A JPEG of one pixel with a word in its EXIF.
pub(crate) fn picture(word: &str) -> Vec<u8> {
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe1];
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08", word.as_bytes()].concat();
    jpeg.extend_from_slice(&u16::try_from(exif.len() + 2).expect("short").to_be_bytes());
    jpeg.extend_from_slice(&exif);
    jpeg.extend_from_slice(&[0xff, 0xd9]);
    jpeg
}
