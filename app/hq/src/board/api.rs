//! What the board asks of the server.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::shape::Board;
use crate::{error::HqError, loaded::Loaded};

/// The board.
///
/// # Errors
/// [`HqError::SignedOut`].
#[server(prefix = "/hq/read", endpoint = "board", input = GetUrl)]
pub async fn read_board() -> Result<Loaded<Board>, HqError> {
    crate::ssr::rows::board().await
}
