//! Every address that there is: from the published contract, from the registered server functions, from HQ's pages.
//! An address that nobody has thought about fails here.

use axum::http::Method;

const DOCUMENT: &str = include_str!("../../../src/api/openapi.json");

/// The contract's routes.
pub(crate) fn documented() -> Vec<(Method, String)> {
    let document: serde_json::Value = serde_json::from_str(DOCUMENT).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").clone();
    let mut routes = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            routes.push((method.to_uppercase().parse().expect("a method"), path.clone()));
        }
    }
    routes
}

/// HQ's server functions: what its screens ask, and what its forms post.
pub(crate) fn functions() -> Vec<(Method, String)> {
    // The application is what registers them.
    let mut functions: Vec<_> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, method)| (method, path.to_owned())).collect();
    functions.sort_by(|a, b| a.1.cmp(&b.1));
    functions
}

/// What HQ's forms post to.
pub(crate) fn forms() -> Vec<String> {
    functions().into_iter().filter(|(method, _)| *method == Method::POST).map(|(_, path)| path).collect()
}
