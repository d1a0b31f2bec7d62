//! The contract in a form that programs read, and a page of it for people.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::Code;

const DOCUMENT: &str = include_str!("openapi.json");

pub(super) async fn document() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], DOCUMENT).into_response()
}

/// Plain HTML without a script: readable everywhere, also under the strictest policy.
pub(super) async fn page() -> Response {
    let document: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Mingcha API</title><main><h1>Mingcha API</h1>\
         <p>Machine-readable: <a href=\"/api/openapi.json\">openapi.json</a></p>",
    );
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let text = |name: &str| escape(operation[name].as_str().unwrap_or_default());
            html.push_str(&format!(
                "<section><h2><code>{} {}</code></h2><p>{}</p><p>{}</p></section>",
                method.to_uppercase(),
                escape(path),
                text("summary"),
                text("description")
            ));
        }
    }
    html.push_str("<h2>Problem codes</h2><ul>");
    for code in Code::ALL {
        let (status, name) = code.wire();
        html.push_str(&format!("<li><code>{} {name}</code></li>", status.as_u16()));
    }
    html.push_str("</ul></main></html>");
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::DOCUMENT;

    #[test]
    fn the_document_names_every_route_of_the_contract() {
        let document: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap();
        for (path, method) in [
            ("/api/v1/session", "post"),
            ("/api/v1/session", "delete"),
            ("/api/v1/journal", "post"),
            ("/api/v1/sync/push", "post"),
            ("/api/v1/sync/pull", "get"),
            ("/api/v1/evidence", "post"),
            ("/api/v1/evidence/{sha256}", "head"),
            ("/api/v1/evidence/{sha256}", "patch"),
            ("/api/v1/evidence/{sha256}", "get"),
            ("/api/v1/keys", "get"),
            ("/hq/export/answers.csv", "get"),
        ] {
            assert!(document["paths"][path][method]["responses"].is_object(), "{method} {path}");
        }
    }
}
