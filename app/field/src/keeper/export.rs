//! The way out for data: everything that was filled in, as one readable file.

use domain::sorted::Map;

use domain::visit::Draft;
use js_sys::Uint8Array;
use serde::Serialize;

use super::{Keeper, records};

/// What is exported. Photos are named by their hashes.
#[derive(Serialize)]
struct Export {
    drafts: Vec<Exported>,
    /// Ops that the server refused, as they were cut.
    refused: Vec<String>,
    /// Ops that wait.
    waiting: Vec<String>,
}

#[derive(Serialize)]
struct Exported {
    venue: String,
    draft: Draft,
    /// What each answer was asked, by item.
    criteria: Map<String, String>,
}

impl Keeper {
    /// Offers everything that was filled in as one file.
    pub(crate) async fn export(&self) {
        let Ok(stored) = records::read(&self.vault).await else { return };
        let drafts = stored.rows.into_values().filter_map(|row| {
            let row = row.kept;
            let criteria = row.checklist.as_ref().map(|list| {
                list.items().map(|item| (item.id.to_string(), item.criterion.zh.clone())).collect::<Map<_, _>>()
            });
            Some(Exported { venue: row.task.venue.name.zh, draft: row.draft?, criteria: criteria.unwrap_or_default() })
        });
        let bodies = |refused: bool| {
            self.with_engine(|engine| {
                let ops: Vec<String> = if refused {
                    engine.refused().map(|op| op.body.clone()).collect()
                } else {
                    engine.waiting().map(|op| op.body.clone()).collect()
                };
                ops
            })
            .unwrap_or_default()
        };
        let export = Export { drafts: drafts.collect(), refused: bodies(true), waiting: bodies(false) };
        let text = json::to_string(&export);
        // Where the browser cannot, nothing is lost: it all stays here.
        drop(device::files::download("mingcha-export.json", &Uint8Array::from(text.as_bytes()), "application/json"));
    }
}
