//! What is asked once more before a visit is decided. For ten seconds a decision can be taken back:
//! the op is cut when they have passed.

use domain::visit::VisitState;
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn as _};
use ui::{Banner, Button, ButtonKind, ButtonLink, Field, Glyph, TextArea, Tone};

use super::{
    api::{AcceptVisit, GiveBackVisit, VisitSheet, VoidVisit},
    read_of_address,
};
use crate::{
    context::page,
    loaded::Loaded,
    parts::{Screen, loading},
    paths,
    words::{Word, fill, t, w},
};

/// How long a decision can be taken back, seconds.
const TAKE_BACK_S: u32 = 10;

/// 通过.
#[component]
pub(crate) fn AcceptPage() -> impl IntoView {
    decision(w("通过这次走访", "Accept this visit"), |loaded| {
        view! {
            <DecisionForm action=AcceptVisit::url() word=w("通过", "Accept") kind=ButtonKind::Primary loaded=loaded.clone()>
                <p>{t(w("通过后计入得分和排名。", "It then counts in scores and rankings."))}</p>
            </DecisionForm>
        }
        .into_any()
    })
}

/// 退回补正.
#[component]
pub(crate) fn ReturnPage() -> impl IntoView {
    decision(w("退回补正", "Return for mending"), |loaded| {
        let rows = items(&loaded.data);
        view! {
            <DecisionForm action=GiveBackVisit::url() word=w("退回", "Return") kind=ButtonKind::Primary loaded=loaded.clone()>
                <p>{t(w("写了原因的题目会退回;至少写一条。", "What you give a reason for is returned; one at least."))}</p>
                {rows}
            </DecisionForm>
        }
        .into_any()
    })
}

/// 作废.
#[component]
pub(crate) fn VoidPage() -> impl IntoView {
    decision(w("作废这次走访", "Void this visit"), |loaded| {
        view! {
            <DecisionForm action=VoidVisit::url() word=w("作废", "Void") kind=ButtonKind::Danger loaded=loaded.clone()>
                <Field id="reason" label=t(w("原因", "Reason"))>
                    <TextArea name="reason" required=true maxlength=2_000 />
                </Field>
            </DecisionForm>
        }
        .into_any()
    })
}

fn decision(
    title: Word,
    form: impl Fn(&Loaded<VisitSheet>) -> AnyView + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let sheet = read_of_address();
    view! {
        <Screen title=t(title)>
            {loading(sheet, move |loaded| {
                let name = loaded.data.venue.name.get(page().lang).to_owned();
                let alias = loaded.data.visit.alias.code();
                let back = paths::visit(loaded.data.visit.id);
                let open = loaded.data.visit.state == VisitState::Received;
                view! {
                    <p><a href=back>{name}</a>" · "{alias}</p>
                    {if open {
                        form(&loaded)
                    } else {
                        view! {
                            <Banner tone=Tone::Neutral glyph=Glyph::INFO title=t(w("已经处理过", "It was decided already"))>""</Banner>
                        }
                        .into_any()
                    }}
                }
            })}
        </Screen>
    }
}

/// A reason for the whole, and one for each item.
fn items(sheet: &VisitSheet) -> impl IntoView + use<> {
    let lang = page().lang;
    let whole = (String::new(), t(w("整体", "The visit as a whole")).to_owned());
    let each = sheet
        .checklist
        .items()
        .map(|item| (item.id.to_string(), [item.code.as_str(), " ", item.criterion.get(lang)].concat()));
    std::iter::once(whole)
        .chain(each)
        .enumerate()
        .map(|(n, (id, label))| {
            let of = |field: &str| ["items[", &n.to_string(), "][", field, "]"].concat();
            let (of_item, of_reason) = (of("item"), of("reason"));
            let field = ["reason-", &n.to_string()].concat();
            view! {
                <Field id=field label>
                    <input type="hidden" name=of_item value=id />
                    <TextArea name=of_reason rows=1 maxlength=2_000 />
                </Field>
            }
        })
        .collect_view()
}

/// The form of a decision. Without script it is sent at once; with it, after ten seconds, unless it is taken back.
#[component]
fn DecisionForm(
    action: &'static str,
    word: Word,
    kind: ButtonKind,
    loaded: Loaded<VisitSheet>,
    children: Children,
) -> impl IntoView {
    let left = RwSignal::new(None::<u32>);
    let form = NodeRef::<leptos::html::Form>::new();
    let submit = move |event: SubmitEvent| {
        if left.get_untracked().is_some() {
            return;
        }
        event.prevent_default();
        left.set(Some(TAKE_BACK_S));
        tick(left, form);
    };
    let (op, base, id) = (loaded.op(1).to_string(), loaded.data.visit.revision.to_string(), loaded.data.visit.id);
    view! {
        <form method="post" action=action class="form" node_ref=form on:submit=submit data-decision="">
            <input type="hidden" name="op_id" value=op />
            <input type="hidden" name="base" value=base />
            <input type="hidden" name="visit" value=id.to_string() />
            {children()}
            <div class="form__end">
                {move || match left.get() {
                    None => {
                        view! {
                            <Button submit=true kind>{t(word)}</Button>
                            <ButtonLink href=paths::visit(id) kind=ButtonKind::Quiet>{t(w("取消", "Cancel"))}</ButtonLink>
                        }
                            .into_any()
                    }
                    Some(seconds) => {
                        view! {
                            <span role="status">
                                {fill(w("{} 秒后生效", "Takes effect in {} s"), &[&seconds.to_string()])}
                            </span>
                            <Button kind=ButtonKind::Quiet icon=Glyph::RETURN on_click=move |()| left.set(None)>
                                {t(w("撤回", "Take back"))}
                            </Button>
                        }
                            .into_any()
                    }
                }}
            </div>
        </form>
    }
}

/// Counts down, and sends the form when nobody has taken it back.
fn tick(left: RwSignal<Option<u32>>, form: NodeRef<leptos::html::Form>) {
    set_timeout(
        move || match left.try_get_untracked().flatten() {
            None => {}
            Some(0 | 1) => {
                if let Some(form) = form.get_untracked() {
                    // `submit` asks nobody any more: the fields were checked when the button was pressed.
                    drop(form.submit());
                }
            }
            Some(seconds) => {
                left.set(Some(seconds - 1));
                tick(left, form);
            }
        },
        core::time::Duration::from_secs(1),
    );
}
