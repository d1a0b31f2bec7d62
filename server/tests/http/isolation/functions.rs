//! What the serving role may call: nobody is looked up by their id.

use domain::{evidence::Sha256, role::Role};
use store::{Front, HandleQuery};

use crate::{company::Company, house::House, inspect::Inspector, isolation::let_in};

/// The functions that take a person's id: each asks first who calls, and for a role.
const KEEPERS: [&str; 5] = ["account_create", "account_disable", "account_reopen", "account_reset", "supervisor_set"];

#[tokio::test(flavor = "multi_thread")]
async fn no_open_function_takes_a_persons_id_without_the_keepers_token() {
    let house = House::new().await;
    let functions = Inspector::new(&house.owner_url).await.open_functions().await;
    assert!(functions.len() > 20, "{functions:?}");
    let mut keepers = Vec::new();
    for (name, takes) in &functions {
        assert!(!name.ends_with('_'), "{name} does the work and asks nobody");
        assert!(takes.iter().all(|argument| !argument.is_empty()), "{name}: what it takes has no names");
        let person = |argument: &String| {
            ["account", "person", "visitor", "supervisor", "login"].iter().any(|word| argument.contains(word))
        };
        if takes.iter().any(person) && name != "sign_in_begin" {
            assert_eq!(takes[0], "p_token_hash", "{name}");
            keepers.push(name.as_str());
        }
    }
    assert_eq!(keepers, KEEPERS);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_asked_for_gets_no_names_and_no_handles() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    company.person(&house, &[Role::Visitor]).await;
    let other = Company::new(&house).await;
    let store = &house.server.store;
    for role in Role::ALL {
        let person = company.person(&house, &[role]).await;
        for front in [Front::Hq, Front::Field, Front::Bearer] {
            let text = let_in(&house, &company, &person, front).await;
            let token = Sha256::of(text.as_bytes());
            let now = house.now();
            let accounts = store.accounts(company.tenant, token, now).await.expect("asked");
            assert_eq!(accounts.is_empty(), !matches!(role, Role::Admin | Role::Auditor), "{role:?} {front:?}");
            let query = HandleQuery {
                units: Vec::new(),
                window: domain::assignment::Window { from: now, until: now.plus(1) },
                expires_at: now.plus(1_000),
            };
            let handles = store.handles(company.tenant, token, &query, now).await.expect("asked");
            assert_eq!(handles.is_empty(), !matches!(role, Role::Office | Role::Reviewer), "{role:?} {front:?}");
            // The token of one company opens nothing in another.
            assert!(store.accounts(other.tenant, token, now).await.expect("asked").is_empty());
            assert!(store.session(other.tenant, token, now).await.expect("asked").is_none());
        }
    }
}
