//! Which visits: the filters of the list, as they stand in its address.

use core::str::FromStr as _;

use domain::{ids::OrgUnitId, visit::VisitState};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::paths;

/// Which visits. The list, the chips and the download read it from the same address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitFilter {
    /// In this state only.
    pub state: Option<VisitState>,
    /// Of this county branch only.
    pub county: Option<OrgUnitId>,
    /// Of this topic only.
    pub topic: Option<String>,
    /// With a crossed red line only.
    pub red_line: bool,
    /// With evidence still missing only.
    pub incomplete: bool,
    /// Of venues whose name holds this.
    pub text: String,
    /// Rows older than this place.
    pub older: Option<String>,
    /// Rows newer than this place.
    pub newer: Option<String>,
}

impl VisitFilter {
    /// Reads the parameters of an address; what cannot be read does not filter.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let some = |name: &str| get(name).filter(|value| !value.is_empty());
        Self {
            state: some("state").and_then(|code| VisitState::from_code(&code)),
            county: some("county").and_then(|id| OrgUnitId::from_str(&id).ok()),
            topic: some("topic"),
            red_line: some("red").is_some(),
            incomplete: some("incomplete").is_some(),
            text: some("q").unwrap_or_default(),
            older: some("older"),
            newer: some("newer"),
        }
    }

    /// The filter's parameters, `?` included; empty where nothing filters.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = ParamsMap::new();
        let mut add = |name: &'static str, value: Option<String>| {
            if let Some(value) = value {
                query.insert(name, value);
            }
        };
        add("state", self.state.map(|state| state.code().to_owned()));
        add("county", self.county.map(|county| county.to_string()));
        add("topic", self.topic.clone());
        add("red", self.red_line.then(|| "1".to_owned()));
        add("incomplete", self.incomplete.then(|| "1".to_owned()));
        add("q", Some(self.text.clone()).filter(|text| !text.is_empty()));
        add("older", self.older.clone());
        add("newer", self.newer.clone());
        query.to_query_string()
    }

    /// The address of the list, filtered so, from its beginning.
    #[must_use]
    pub fn list(&self) -> String {
        format!("{}{}", paths::VISITS, Self { older: None, newer: None, ..self.clone() }.query())
    }

    /// The address of the stretch that follows or precedes a place.
    #[must_use]
    pub fn stretch(&self, older: Option<String>, newer: Option<String>) -> String {
        format!("{}{}", paths::VISITS, Self { older, newer, ..self.clone() }.query())
    }

    /// The address of the download of the same visits.
    #[must_use]
    pub fn csv(&self) -> String {
        self.download(paths::VISITS_CSV)
    }

    /// The address of the download of their answers.
    #[must_use]
    pub fn answers_csv(&self) -> String {
        self.download(paths::ANSWERS_CSV)
    }

    fn download(&self, path: &str) -> String {
        format!("{path}{}", Self { older: None, newer: None, ..self.clone() }.query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_comes_back() {
        let filter = VisitFilter {
            state: Some(VisitState::Received),
            county: Some(OrgUnitId(uuid::Uuid::from_u128(7))),
            topic: Some("hall".to_owned()),
            red_line: true,
            incomplete: true,
            text: "清河".to_owned(),
            ..VisitFilter::default()
        };
        let query = filter.query();
        assert!(query.starts_with("?state=received&county="), "{query}");
        assert!(query.contains("q=%E6%B8%85%E6%B2%B3"), "{query}");
        assert_eq!(filter.answers_csv(), format!("/hq/export/answers.csv{query}"));
        assert_eq!(VisitFilter::default().query(), "");
        let plain = VisitFilter::read(|name| (name == "state").then(|| "nonsense".to_owned()));
        assert_eq!(plain, VisitFilter::default());
    }
}
