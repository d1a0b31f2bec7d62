//! What every screen knows: who looks at it, in which language, and how.

use domain::{
    ids::AccountId,
    role::{Action, RoleSet},
    text::{Lang, Text},
    time::ZoneOffset,
};
use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ui::Theme;

/// What every screen knows. Worked out from the request on the server, carried
/// into the browser with the page, and the same until the next full page load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageContext {
    /// The language of the words.
    pub lang: Lang,
    /// The colours that the person chose; the system's where none were.
    #[serde(serialize_with = "write_theme", deserialize_with = "read_theme")]
    pub theme: Theme,
    /// Whether single keys act.
    pub shortcuts: bool,
    /// The tenant's offset from UTC.
    pub zone: ZoneOffset,
    /// Whether the host names the tenant, so that signing in need not ask for it.
    pub tenant_by_host: bool,
    /// Where the sprite of icons is served; empty for the place where it lies in development.
    pub sprite: String,
    /// Who has signed in.
    pub person: Option<Person>,
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// What the person is called, for their own screen.
    pub name: String,
    /// What they may do.
    pub roles: RoleSet,
    /// Their company.
    pub tenant: Text,
}

impl PageContext {
    /// Whether the person may do `action`.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.person.as_ref().is_some_and(|person| person.roles.may(action))
    }
}

/// What this page knows.
#[must_use]
pub fn page() -> PageContext {
    use_context().unwrap_or_default()
}

fn write_theme<S: Serializer>(theme: &Theme, serializer: S) -> Result<S::Ok, S::Error> {
    theme.name().serialize(serializer)
}

fn read_theme<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Theme, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(Theme::from_name(name.as_deref().unwrap_or_default()))
}
