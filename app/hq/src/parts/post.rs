//! A form that is sent by script: what a browser would send, without leaving the page.

use leptos::{
    ev::SubmitEvent,
    form::form_data_from_event,
    server_fn::{
        ContentType as _,
        client::{Client, browser::BrowserClient},
        codec::{JsonEncoding, PostUrl},
        request::{ClientReq, browser::BrowserRequest},
        response::ClientRes,
    },
    web_sys::UrlSearchParams,
};

use crate::error::HqError;

/// What a form says, written as a browser writes it: with the button that was pressed.
pub(super) fn said(event: &SubmitEvent) -> Option<String> {
    let fields = form_data_from_event(event).ok()?;
    // A button without a name says nothing.
    fields.delete("");
    UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?.to_string().as_string()
}

/// Sends what a form says to the server function at `action`, and gives the address that it leads to; `None` for the page
/// that it was sent from.
///
/// It asks for no page. The server then names that address instead of sending there: a page that is shown once is not
/// used up on the way.
///
/// # Errors
/// Why the server did not do it; [`HqError::Unreachable`] where no answer came.
pub(super) async fn post(action: &str, said: String) -> Result<Option<String>, HqError> {
    let (writes, reads) = (PostUrl::CONTENT_TYPE, JsonEncoding::CONTENT_TYPE);
    let request = <BrowserRequest as ClientReq<HqError>>::try_new_post(action, writes, reads, said)?;
    let answer = <BrowserClient as Client<HqError, HqError, HqError>>::send(request).await?;
    if ClientRes::<HqError>::status(&answer) >= 400 {
        let why = ClientRes::<HqError>::try_into_bytes(answer).await.map_err(|_| HqError::Unreachable)?;
        // What gives no reason of ours was written by whatever stands before the server.
        return Err(serde_json::from_slice(&why).unwrap_or(HqError::Internal));
    }
    let leads = ClientRes::<HqError>::has_redirect(&answer);
    Ok(leads.then(|| ClientRes::<HqError>::location(&answer)))
}
