//! Stepping aside: a tie to the venue, or another reason.

use leptos::prelude::*;
use ui::{Button, ButtonKind, Choice, Dialog, Field, RadioSegment, TextArea};

use crate::{visit::Visit, words::t};

pub(super) fn view(visit: Visit, open: RwSignal<bool>) -> impl IntoView {
    let tie = RwSignal::new(None::<String>);
    let reason = RwSignal::new(String::new());
    let ready = Signal::derive(move || tie.get().is_some() && reason.with(|reason| !reason.trim().is_empty()));
    let decline = move |()| {
        visit.phone.decline(
            visit.id,
            tie.get_untracked().as_deref() == Some("tie"),
            reason.get_untracked().trim().to_owned(),
        );
        open.set(false);
    };
    view! {
        <Dialog
            id="aside"
            title=t("不方便去", "I cannot go")
            open
            on_close=move |()| open.set(false)
            close_label=t("关闭", "Close")
        >
            <RadioSegment
                name="tie"
                legend=t("因为", "Because")
                choices=vec![
                    Choice::new("tie", t("回避", "A tie")).hint(t("认识那里的人", "I know people there")),
                    Choice::new("other", t("婉拒", "Another reason")).hint(t("时间、身体等", "Time, health …")),
                ]
                value=tie
                on_change=move |value| tie.set(Some(value))
            />
            <Field id="aside-reason" label=t("原因", "Reason") hint=t("只有派单人看得到", "Only who assigns sees it")>
                <TextArea name="reason" value=reason rows=2 maxlength=1000_u32 on_input=move |text| reason.set(text) />
            </Field>
            <div class="dialog__foot">
                <Button kind=ButtonKind::Danger disabled=Signal::derive(move || !ready.get()) on_click=decline>
                    {t("退出这个任务", "Step aside")}
                </Button>
            </div>
        </Dialog>
    }
}
