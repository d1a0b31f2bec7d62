//! Which findings: the filters of the list, as they stand in its address.

use core::str::FromStr as _;

use domain::{
    finding::{FindingState, Severity},
    ids::OrgUnitId,
};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::{labels, paths};

/// Which findings. The list, the chips and the download read it from the same address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingFilter {
    /// In this state only.
    pub state: Option<FindingState>,
    /// As bad as this only.
    pub severity: Option<Severity>,
    /// Of this topic only.
    pub topic: Option<String>,
    /// Of this county branch only.
    pub county: Option<OrgUnitId>,
    /// For this unit to answer only.
    pub unit: Option<OrgUnitId>,
    /// Rows older than this place.
    pub older: Option<String>,
    /// Rows newer than this place.
    pub newer: Option<String>,
}

impl FindingFilter {
    /// Reads the parameters of an address; what cannot be read does not filter.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let some = |name: &str| get(name).filter(|value| !value.is_empty());
        let state = some("state")
            .and_then(|code| labels::FINDING_STATES.into_iter().find(|(_, known)| *known == code))
            .map(|(state, _)| state);
        let severity = some("severity")
            .and_then(|code| labels::SEVERITIES.into_iter().find(|(_, known)| *known == code))
            .map(|(severity, _)| severity);
        Self {
            state,
            severity,
            topic: some("topic"),
            county: some("county").and_then(|id| OrgUnitId::from_str(&id).ok()),
            unit: some("unit").and_then(|id| OrgUnitId::from_str(&id).ok()),
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
        add("state", self.state.map(|state| state_code(state).to_owned()));
        add("severity", self.severity.map(|severity| severity_code(severity).to_owned()));
        add("topic", self.topic.clone());
        add("county", self.county.map(|county| county.to_string()));
        add("unit", self.unit.map(|unit| unit.to_string()));
        add("older", self.older.clone());
        add("newer", self.newer.clone());
        query.to_query_string()
    }

    /// The address of the list, filtered so, from its beginning.
    #[must_use]
    pub fn list(&self) -> String {
        format!("{}{}", paths::FINDINGS, Self { older: None, newer: None, ..self.clone() }.query())
    }

    /// The address of the stretch that follows or precedes a place.
    #[must_use]
    pub fn stretch(&self, older: Option<String>, newer: Option<String>) -> String {
        format!("{}{}", paths::FINDINGS, Self { older, newer, ..self.clone() }.query())
    }

    /// The address of the download of the same findings.
    #[must_use]
    pub fn csv(&self) -> String {
        format!("{}{}", paths::FINDINGS_CSV, Self { older: None, newer: None, ..self.clone() }.query())
    }
}

/// The code of a state in addresses.
pub(crate) fn state_code(state: FindingState) -> &'static str {
    labels::FINDING_STATES.into_iter().find(|(known, _)| *known == state).map_or("", |(_, code)| code)
}

/// The code of a severity in addresses and forms.
pub(crate) fn severity_code(severity: Severity) -> &'static str {
    labels::SEVERITIES.into_iter().find(|(known, _)| *known == severity).map_or("", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_comes_back() {
        let filter = FindingFilter {
            state: Some(FindingState::Proposed),
            severity: Some(Severity::Critical),
            topic: Some("hall".to_owned()),
            unit: Some(OrgUnitId(uuid::Uuid::from_u128(8))),
            ..FindingFilter::default()
        };
        let query = filter.query();
        let county = Some(OrgUnitId(uuid::Uuid::from_u128(7)));
        assert!(FindingFilter { county, ..filter.clone() }.query().contains("&county="));
        let back = FindingFilter::read(|name| {
            let pair =
                query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
            Some(pair.replace("%2D", "-"))
        });
        assert_eq!(back, filter);
        assert_eq!(FindingFilter::read(|_| Some("nonsense".to_owned())).state, None);
    }
}
