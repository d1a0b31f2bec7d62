//! Requests with a time-out.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

use crate::Failure;

/// What is asked of the server.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// `GET`, `POST`, `HEAD`, `PATCH`, `DELETE`.
    pub method: &'a str,
    /// A path of this origin.
    pub path: &'a str,
    /// Headers by name. `Sec-Fetch-Site` and `Origin` are the browser's business.
    pub headers: &'a [(&'a str, String)],
    /// The body.
    pub body: Option<Uint8Array>,
    /// After how many ms the answer no longer counts.
    pub timeout_ms: i32,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
    headers: Headers,
}

impl Reply {
    /// A header of the answer.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }
}

/// Sends and waits for the whole answer.
///
/// # Errors
/// No answer came: no network, cut off, timed out. The server may have acted nonetheless.
pub async fn send(call: Call<'_>) -> Result<Reply, Failure> {
    let window = crate::window()?;
    let init = RequestInit::new();
    init.set_method(call.method);
    init.set_credentials(RequestCredentials::SameOrigin);
    let headers = Headers::new()?;
    for (name, value) in call.headers {
        headers.set(name, value)?;
    }
    init.set_headers(&headers);
    if let Some(body) = &call.body {
        init.set_body(body);
    }
    let controller = AbortController::new()?;
    init.set_signal(Some(&controller.signal()));
    let abort = Closure::once_into_js(move || controller.abort());
    let timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(abort.unchecked_ref(), call.timeout_ms)?;
    let answered = answer(JsFuture::from(window.fetch_with_str_and_init(call.path, &init))).await;
    window.clear_timeout_with_handle(timer);
    answered
}

async fn answer(response: JsFuture) -> Result<Reply, Failure> {
    let response: Response = response.await?.unchecked_into();
    let body: JsValue = JsFuture::from(response.array_buffer()?).await?;
    Ok(Reply { status: response.status(), body: Uint8Array::new(&body).to_vec(), headers: response.headers() })
}
