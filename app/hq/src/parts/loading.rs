//! From a read to what is shown.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::Failure;
use crate::{
    error::HqError,
    loaded::Loaded,
    words::{t, w},
};

/// A read as a screen holds it.
type Read<T> = Resource<Result<Loaded<T>, HqError>>;

/// Shows `read` once it is there, or why it is not.
pub(crate) fn loading<T, V>(
    read: Read<T>,
    show: impl Fn(Loaded<T>) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let show = move || {
        let show = show.clone();
        Suspend::new(async move {
            match read.await {
                Ok(loaded) => show(loaded).into_any(),
                Err(error) => view! { <Failure error=error /> }.into_any(),
            }
        })
    };
    view! {
        <Transition fallback=|| view! { <ui::Skeleton label=t(w("正在读取", "Loading")) cards=1 /> }>{show}</Transition>
    }
}
