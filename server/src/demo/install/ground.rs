//! What stands before anybody visits: units, venues, checklists, people.

use domain::{
    checklist::builtin,
    ids::OpId,
    op::{
        Op, Payload, Salt, Verdict,
        payload::{AccountCreate, ChecklistPublish, OrgImport, SERVER_ACTOR, VenueImport},
    },
    time::{DAY_MS, Moment},
};
use store::{Private, PrivateAccount, PrivateSupervisor, WayIn, standing};
use uuid::Uuid;

use super::City;
use crate::{
    demo::{people::PEOPLE, places},
    failure::{Failure, Result},
};

/// How long before now the company began to use the product. ms.
const BEGAN_MS: i64 = 45 * DAY_MS;

impl City {
    pub(super) async fn ground(&self, password_hash: &str) -> Result<()> {
        let at = self.now.plus(-BEGAN_MS);
        self.server(SERVER_ACTOR.0, Payload::OrgImport(OrgImport { units: places::units() }), Private::None, at)
            .await?;
        let venues = Payload::VenueImport(VenueImport { venues: places::venues() });
        self.server(SERVER_ACTOR.0, venues, Private::None, at).await?;
        let lists = builtin().map_err(|error| Failure::unexpected("checklists", &error))?;
        for version in lists {
            let publish = Payload::ChecklistPublish(ChecklistPublish { version });
            self.server(SERVER_ACTOR.0, publish, Private::None, at).await?;
        }
        for person in PEOPLE {
            let private = PrivateAccount {
                login: person.login.to_owned(),
                name: person.name.to_owned(),
                way_in: WayIn { password_hash: Some(password_hash.to_owned()), link: None },
                supervisor: person.is_supervisor().then(PrivateSupervisor::default),
            };
            let salt: [u8; 16] = self.random.bytes();
            let create = AccountCreate {
                roles: person.roles(),
                unit: (!person.external).then(places::city),
                commitment: private.commitment(&salt),
            };
            let account = person.account().0;
            let op = self.op(account, None, SERVER_ACTOR.0, salt, Payload::AccountCreate(create))?;
            self.act(op, Private::Account(private), at).await?;
        }
        Ok(())
    }

    /// An op of the server itself about nothing in particular.
    pub(super) async fn server(&self, actor: Uuid, payload: Payload, private: Private, at: Moment) -> Result<()> {
        let op = self.op(self.random.uuid_v7(at), None, actor, self.random.bytes(), payload)?;
        self.act(op, private, at).await
    }

    pub(super) fn op(
        &self,
        subject: Uuid,
        base: Option<u32>,
        actor: Uuid,
        salt: [u8; 16],
        payload: Payload,
    ) -> Result<Op> {
        let id = OpId(self.random.uuid_v7(self.now));
        Op::new(id, actor, subject, base, Salt::new(salt), payload)
            .map_err(|error| Failure::unexpected("demo op", &error))
    }

    pub(super) async fn act(&self, op: Op, private: Private, at: Moment) -> Result<()> {
        let kind = op.payload.kind();
        let result = self.owner.act_as_server(self.tenant, op, private, at).await;
        let result = result.map_err(|error| Failure::unexpected(kind, &error))?;
        match standing(&result) {
            Verdict::Applied => Ok(()),
            other => Err(Failure::unexpected(kind, &format!("{other:?}"))),
        }
    }
}
