//! Who signed in on this phone.

use domain::{
    ids::{AccountId, JournalId, TenantId},
    role::RoleSet,
    text::Text,
    time::ZoneOffset,
};
use protocol::session::SignedIn;
use serde::{Deserialize, Serialize};

/// Who signed in on this phone. Who one is lives here; what one may send lives in the cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Me {
    /// The account: every push names it.
    pub account: AccountId,
    /// For the own screen only.
    pub name: String,
    /// What one may do.
    pub roles: RoleSet,
    /// The tenant.
    pub tenant: TenantId,
    /// The name of the company.
    pub tenant_name: Text,
    /// Shown times are the tenant's.
    pub zone: ZoneOffset,
    /// The journal that this phone writes.
    pub journal: JournalId,
    /// For push and upload only.
    pub hand_in_key: String,
}

impl From<&SignedIn> for Me {
    fn from(signed: &SignedIn) -> Self {
        Self {
            account: signed.account,
            name: signed.name.clone(),
            roles: signed.roles,
            tenant: signed.tenant,
            tenant_name: signed.tenant_name.clone(),
            zone: signed.zone,
            journal: signed.journal,
            hand_in_key: signed.hand_in_key.clone(),
        }
    }
}
