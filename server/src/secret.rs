//! A text that must never be shown: a password, or an address that holds one.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::Deserialize;

/// A text that prints as `***`, or, if it is an address, with its password hidden.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one who needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// `postgres://user:password@host/db?password=x` becomes `postgres://user:***@host/db?***`.
impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else { return f.write_str("***") };
        // A parameter may hold a password too, and an address is recognised without any.
        let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?***"));
        // The last @: a password may hold one.
        match rest.rsplit_once('@') {
            Some((login, place)) => {
                let (user, hidden) = login.split_once(':').map_or((login, ""), |(user, _)| (user, ":***"));
                write!(f, "{scheme}://{user}{hidden}@{place}{query}")
            }
            None => write!(f, "{scheme}://{rest}{query}"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_wherever_they_stand() {
        for (secret, shown) in [
            ("postgres://mc:hunter2@db:5432/mingcha", "postgres://mc:***@db:5432/mingcha"),
            ("postgres://mc:hun@ter2@db/mingcha", "postgres://mc:***@db/mingcha"),
            ("postgres://db/mingcha?user=mc&password=hunter2", "postgres://db/mingcha?***"),
            ("postgres://mc@db/mingcha", "postgres://mc@db/mingcha"),
            ("hunter2", "***"),
        ] {
            assert_eq!(Secret::new(secret.to_owned()).to_string(), shown);
            assert_eq!(format!("{:?}", Secret::new(secret.to_owned())), shown);
        }
    }
}
