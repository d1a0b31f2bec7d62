//! What is asked once more before a visit is decided.

use domain::visit::VisitState;
use leptos::{ev::SubmitEvent, form::FromFormData as _, prelude::*, server_fn::ServerFn as _};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use ui::{Banner, Button, ButtonKind, ButtonLink, Field, Glyph, Icon, IconSize, TextArea, Tone};

use super::{
    answer_text::answer_text,
    api::{AcceptVisit, GiveBackVisit, VoidVisit, read_visit},
    called, id_of_address,
    shape::VisitSheet,
    watch::Watch,
};
use crate::{
    context::page,
    decisions::{Answered, Decision, Decisions},
    loaded::{Loaded, op_after},
    parts::{Screen, loading},
    paths,
    words::{Word, fill, t, w},
};

/// 通过.
#[component]
pub(crate) fn AcceptPage() -> impl IntoView {
    decision(w("通过这次走访", "Accept this visit"), |loaded| {
        view! {
            <DecisionForm
                action=AcceptVisit::url()
                word=w("通过", "Accept")
                kind=ButtonKind::Primary
                loaded=loaded.clone()
                read=|event| AcceptVisit::from_event(event).ok().map(Decision::Accept)
            >
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
            <DecisionForm
                action=GiveBackVisit::url()
                word=w("退回", "Return")
                kind=ButtonKind::Primary
                loaded=loaded.clone()
                read=|event| GiveBackVisit::from_event(event).ok().map(Decision::Return)
            >
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
            <DecisionForm
                action=VoidVisit::url()
                word=w("作废", "Void")
                kind=ButtonKind::Danger
                loaded=loaded.clone()
                read=|event| VoidVisit::from_event(event).ok().map(Decision::Void)
            >
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
    let id = id_of_address();
    // Never read anew while it is open: what was filled in would be lost.
    let sheet = Resource::new(move || id.get(), read_visit);
    view! {
        <Screen title=t(title)>
            {loading(sheet, move |loaded| {
                let name = loaded.data.venue.name.get(page().lang).to_owned();
                let alias = loaded.data.visit.alias.code();
                let back = paths::visit(loaded.data.visit.id);
                let open = loaded.data.visit.state == VisitState::Received;
                view! {
                    <p><a href=back>{name}</a>" · "{alias}</p>
                    {open.then(|| watched(&loaded.data))}
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

/// Who else has the visit open, and that it has changed. That is only said: what was filled in stays.
fn watched(sheet: &VisitSheet) -> impl IntoView + use<> {
    let visit = &sheet.visit;
    let (id, revision, verified) = (visit.id, visit.revision, visit.evidence_verified);
    let changed = RwSignal::new(false);
    let changed_words = w("这次走访有了变化:可能已由别人处理", "The visit has changed: somebody may have decided it");
    view! {
        <Watch id others=sheet.others.clone() revision verified on_news=move |()| changed.set(true) />
        {move || {
            changed
                .get()
                .then(|| {
                    view! {
                        <Banner tone=Tone::Amber glyph=Glyph::WARNING title=t(changed_words) alert=true>
                            <p data-changed="">
                                {t(w("写下的还在。", "What you have written is still here."))}" "
                                <a href=paths::visit(id)>{t(w("看最新的", "See it as it is now"))}</a>
                            </p>
                        </Banner>
                    }
                })
        }}
    }
}

/// A reason for the whole, and one for each item: a row opens where there is something to say.
fn items(sheet: &VisitSheet) -> impl IntoView + use<> {
    let lang = page().lang;
    let last = sheet.submissions.last().map(|one| &one.document);
    let each = sheet.checklist.items().map(|item| {
        let said = last.and_then(|document| document.answers.get(&item.id));
        let said = said.and_then(|answer| answer_text(item, answer, lang)).unwrap_or_default();
        (item.id.to_string(), item.code.clone(), item.criterion.get(lang).to_owned(), said)
    });
    let whole = (String::new(), String::new(), t(w("整体", "The visit as a whole")).to_owned(), String::new());
    let rows = std::iter::once(whole)
        .chain(each)
        .enumerate()
        .map(|(n, (id, code, criterion, said))| {
            let of = |field: &str| ["items[", &n.to_string(), "][", field, "]"].concat();
            let (of_item, of_reason) = (of("item"), of("reason"));
            let label = fill(w("退回的原因:{}", "Reason: {}"), &[if code.is_empty() { &criterion } else { &code }]);
            let given = code.clone();
            view! {
                <details class="give" data-give=given>
                    <summary>
                        <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                        <span class="give__code">{code}</span>
                        <span class="give__ask">{criterion}</span>
                        <span class="give__said muted small one-line">{said}</span>
                    </summary>
                    <input type="hidden" name=of_item value=id />
                    <textarea
                        class="input"
                        name=of_reason
                        rows="2"
                        maxlength="2000"
                        aria-label=label
                        placeholder=t(w("哪里不对、要补什么", "What is wrong, and what to add"))
                    ></textarea>
                </details>
            }
        })
        .collect_view();
    view! { <div class="panel">{rows}</div> }
}

/// The form of a decision. Without script it is sent at once; with it, after ten seconds, unless it is taken back.
/// Until it has taken effect it stays as it was filled in.
#[component]
fn DecisionForm(
    action: &'static str,
    word: Word,
    kind: ButtonKind,
    loaded: Loaded<VisitSheet>,
    /// What the form says.
    read: fn(&SubmitEvent) -> Option<Decision>,
    children: Children,
) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let (base, id) = (loaded.data.visit.revision.to_string(), loaded.data.visit.id);
    let op = RwSignal::new(loaded.op(1));
    let about = called(&loaded.data);
    let submit = move |event: SubmitEvent| {
        if let Some(decision) = read(&event) {
            event.prevent_default();
            decisions.make(decision, about.clone());
        }
    };
    let navigate = use_navigate();
    // What this tab decided before the form was opened is not about this form: the visit may have come back since.
    Effect::new(move |before: Option<Answered>| {
        let now = decisions.answered(id);
        let before = before.unwrap_or(now);
        if now.done > before.done {
            navigate(&paths::visit(id), NavigateOptions::default());
        } else if now.refused > before.refused {
            op.update(|op| *op = op_after(*op));
        }
        now
    });
    view! {
        <form
            method="post"
            action=action
            class="form"
            on:submit=submit
            data-decision=""
            inert=move || decisions.waits_for(id)
        >
            <input type="hidden" name="op_id" value=move || op.get().to_string() />
            <input type="hidden" name="base" value=base />
            <input type="hidden" name="visit" value=id.to_string() />
            {children()}
            <div class="form__end">
                <Button submit=true kind>
                    {t(word)}
                </Button>
                <ButtonLink href=paths::visit(id) kind=ButtonKind::Quiet>
                    {t(w("取消", "Cancel"))}
                </ButtonLink>
            </div>
        </form>
    }
}
