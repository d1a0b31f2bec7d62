//! A ticket or work-order number.

use domain::ids::ItemId;
use leptos::prelude::*;
use ui::{Button, Dialog, Field, Glyph, TextInput};

use crate::{visit::Visit, words::t};

pub(super) fn view(visit: Visit, item: ItemId, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let text = RwSignal::new(String::new());
    view! {
        <Dialog
            id="ticket"
            title=t("单号", "Ticket number")
            open=Signal::stored(true)
            on_close=move |()| close()
            close_label=t("关闭", "Close")
        >
            <Field id="ticket-number" label=t("工单号或号票上的号码", "The number of the work order or queue ticket")>
                <TextInput name="ticket" value=text maxlength=60_u32 on_input=move |typed| text.set(typed) />
            </Field>
            <div class="dialog__foot">
                <Button
                    icon=Glyph::CHECK
                    disabled=Signal::derive(move || text.with(|text| text.trim().is_empty()))
                    on_click=move |()| {
                        visit.phone.add_ticket(visit.id, Some(item), text.get_untracked().trim().to_owned());
                        close();
                    }
                >
                    {t("保存", "Save")}
                </Button>
            </div>
        </Dialog>
    }
}
