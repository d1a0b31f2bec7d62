//! What is missing on this phone, in plain words: nothing pretends.

use leptos::prelude::*;
use ui::{Banner, Button, ButtonKind, Glyph, Tone};

use crate::{
    phone::Phone,
    words::{say, t, tf},
};

/// The banner. `data-lost` is `drafts`, `files` or `recovered`.
pub(crate) fn lost(phone: Phone) -> impl IntoView {
    move || {
        let lost = phone.lost.get();
        let names: Vec<String> = phone.rows.with(|rows| {
            let gone = rows.iter().filter(|(id, _)| lost.drafts.contains(&id.to_string()));
            gone.map(|(_, row)| say(&row.task.venue.name)).collect()
        });
        let drafts = lost.drafts.len();
        let seen = move || {
            view! {
                <Button kind=ButtonKind::Quiet on_click=move |()| phone.seen_lost()>
                    {t("知道了", "I have seen it")}
                </Button>
            }
        };
        let drafts = (drafts > 0).then(|| {
            let title = tf("本机丢失了 {} 份草稿", "{} drafts are gone from this phone", &[&drafts.to_string()]);
            view! {
                <div data-lost="drafts" data-count=drafts>
                    <Banner tone=Tone::Cinnabar glyph=Glyph::WARNING title alert=true actions=ViewFn::from(seen)>
                        <p>{names.join("、")}</p>
                        <p>
                            {t(
                                "浏览器数据被清除或损坏。没有提交的答案和照片不在了,请重新填写,并告诉管理员。",
                                "The browser's data was cleared or damaged. Answers and photos that were not handed in are gone: fill them in again, and tell your administrator.",
                            )}
                        </p>
                    </Banner>
                </div>
            }
        });
        // What was deleted or taken again is nobody's loss any more.
        let count = phone.rows.with(|rows| {
            let named = rows.values().filter_map(|row| row.draft.as_ref()).flat_map(|draft| &draft.evidence);
            named.filter_map(|piece| piece.bytes.as_ref()).filter(|bytes| lost.files.contains(&bytes.sha256)).count()
        });
        let files = (count > 0).then(|| {
            let title = tf("{} 个照片或录音文件不在了", "{} photos or memos are gone", &[&count.to_string()]);
            view! {
                <div data-lost="files" data-count=count>
                    <Banner tone=Tone::Cinnabar glyph=Glyph::WARNING title alert=true>
                        <p>{t("答案还在。标着「没传成」的请删掉重拍。", "The answers are here. Delete and take again what is marked as failed.")}</p>
                    </Banner>
                </div>
            }
        });
        let recovered = lost.recovered.then(|| {
            view! {
                <div data-lost="recovered">
                    <Banner
                        tone=Tone::Amber
                        glyph=Glyph::INFO
                        title=t("已从第二份备份恢复", "Brought back from the second copy")
                        actions=ViewFn::from(seen)
                    >
                        <p>{t("本机存储曾经损坏。请看一遍草稿,尽快同步。", "The store of this phone was damaged. Look through your drafts, and sync soon.")}</p>
                    </Banner>
                </div>
            }
        });
        view! { {drafts} {files} {recovered} }
    }
}
