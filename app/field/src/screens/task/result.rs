//! What became of a visit that was handed in.

use leptos::prelude::*;
use ui::{Card, Fact, ScoreBadge, Truth, TruthBadge};

use crate::{
    row::{Row, Stage},
    visit::Visit,
    words::{self, day_time, t, tf},
};

pub(super) fn view(visit: Visit, stage: Memo<Stage>) -> impl IntoView {
    move || {
        let shown = matches!(
            stage.get(),
            Stage::HandedIn | Stage::Received | Stage::Later | Stage::Accepted | Stage::Voided | Stage::Returned
        );
        shown.then(|| visit.with(card)).flatten()
    }
}

fn card(row: &Row) -> AnyView {
    let visit = row.task.visit.as_ref();
    let score = row.score();
    let red = score
        .as_ref()
        .filter(|score| score.red_lines > 0)
        .map(|_| ui::Label::from(t("踩红线", "A red line was crossed")));
    let word = match &score {
        Some(score) if score.provisional => t("初评", "provisional"),
        Some(_) => t("终评", "final"),
        None => "",
    };
    let total = row.draft.as_ref().map_or(0, |draft| draft.evidence.iter().filter(|one| one.bytes.is_some()).count());
    let left = row.files.len();
    let truth = row.truth();
    let receipt = row.receipt.as_ref().map(|receipt| {
        let digest = receipt.digest.to_string();
        let code: String = digest.chars().take(8).collect();
        let at = day_time(receipt.at, device::clock::now());
        view! {
            <Fact term=t("回执", "Receipt")>
                <span data-receipt=digest>{at} " · " <code>{code}</code></span>
            </Fact>
        }
    });
    let decided = visit.and_then(|visit| visit.decided_at).map(|at| {
        view! { <Fact term=t("审核", "Review")>{day_time(at, device::clock::now())}</Fact> }
    });
    view! {
        <Card title=t("提交结果", "What became of it")>
            <div class="row row--apart">
                <ScoreBadge score=score.and_then(|score| score.score) none=t("不计分", "not scored") word red_line=red large=true />
                <span data-truth=truth_code(truth)>
                    <TruthBadge truth=Signal::stored(truth) words=words::truth() />
                </span>
            </div>
            <dl class="facts">
                {(total > 0)
                    .then(|| {
                        view! {
                            <Fact term=t("照片和口述", "Photos and memos")>
                                <span data-files-left=left>
                                    {tf("{} / {} 已到", "{} of {} there", &[&(total - left.min(total)).to_string(), &total.to_string()])}
                                </span>
                            </Fact>
                        }
                    })}
                {receipt} {decided}
            </dl>
        </Card>
    }
    .into_any()
}

/// `here`, `uploading` or `received`.
pub(crate) const fn truth_code(truth: Truth) -> &'static str {
    match truth {
        Truth::Saved => "here",
        Truth::Sending => "uploading",
        Truth::Received => "received",
    }
}
