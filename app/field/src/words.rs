//! Words on screen. A pair of constants where it is used: one that lacks a
//! language cannot be written, and one that nobody uses costs no byte.

use std::cell::Cell;

use domain::{
    assignment::VisitMode,
    org::VenueKind,
    text::{Lang, Text},
    time::{Moment, ZoneOffset, show_relative, show_time},
};
use ui::{CounterWords, Glyph, StopwatchWords, TruthWords};

thread_local! {
    static LANG: Cell<Lang> = const { Cell::new(Lang::Zh) };
    static ZONE: Cell<ZoneOffset> = const { Cell::new(ZoneOffset(480)) };
}

/// The language of the words. Who changes it builds the view anew.
#[must_use]
pub(crate) fn lang() -> Lang {
    LANG.get()
}

/// Sets the language of the words.
pub(crate) fn set_lang(lang: Lang) {
    LANG.set(lang);
}

/// Sets the tenant's offset: shown times are the tenant's.
pub(crate) fn set_zone(zone: ZoneOffset) {
    ZONE.set(zone);
}

/// The wording in the language of the screen.
#[must_use]
pub(crate) fn t(zh: &'static str, en: &'static str) -> &'static str {
    match lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// [`t`] with each `{}` filled in.
#[must_use]
pub(crate) fn tf(zh: &'static str, en: &'static str, values: &[&str]) -> String {
    ui::i18n::fill(t(zh, en), values)
}

/// A text of data in the language of the screen.
#[must_use]
pub(crate) fn say(text: &Text) -> String {
    text.get(lang()).to_owned()
}

/// `10:41`.
#[must_use]
pub(crate) fn clock_time(at: Moment) -> String {
    show_time(at, ZONE.get())
}

/// `今天 10:41`.
#[must_use]
pub(crate) fn day_time(at: Moment, now: Moment) -> String {
    show_relative(at, now, ZONE.get(), lang())
}

/// `1.2 MB`, without a float.
#[must_use]
pub(crate) fn size(bytes: i64) -> String {
    let (unit, scale) = match bytes {
        ..1_000_000 => (" kB", 1_000),
        1_000_000..1_000_000_000 => (" MB", 1_000_000),
        _ => (" GB", 1_000_000_000),
    };
    let tenths = bytes.max(0) * 10 / scale;
    let mut out = (tenths / 10).to_string();
    if scale > 1_000 {
        out.push('.');
        out.push_str(&(tenths % 10).to_string());
    }
    out.push_str(unit);
    out
}

/// 营业厅, 热线 …
#[must_use]
pub(crate) fn venue_kind(kind: VenueKind) -> (&'static str, Glyph) {
    match kind {
        VenueKind::TestPoint => (t("测试点", "Test point"), Glyph::TOWER),
        VenueKind::Hotline => (t("热线", "Hotline"), Glyph::HOTLINE),
        VenueKind::Hall => (t("营业厅", "Hall"), Glyph::HALL),
        VenueKind::Online => (t("网厅", "Online"), Glyph::ONLINE),
        VenueKind::Billing => (t("计费", "Billing"), Glyph::BILLING),
    }
}

/// 暗访, 明查 …
#[must_use]
pub(crate) fn mode(mode: VisitMode) -> &'static str {
    match mode {
        VisitMode::Covert => t("暗访", "Unannounced"),
        VisitMode::Open => t("明查", "Announced"),
        VisitMode::WalkThrough => t("流程穿越", "Walk-through"),
        VisitMode::Recheck => t("回头看", "Re-check"),
    }
}

/// The three truth words.
#[must_use]
pub(crate) fn truth() -> TruthWords {
    TruthWords {
        saved: t("已存本机", "Saved on this phone"),
        sending: t("传输中", "Uploading"),
        received: t("服务器已收", "Received"),
    }
}

/// The words of a stopwatch.
#[must_use]
pub(crate) fn stopwatch() -> StopwatchWords {
    StopwatchWords { start: t("开始计时", "Start"), stop: t("停", "Stop"), again: t("重新计时", "Time again") }
}

/// The words of a counter.
#[must_use]
pub(crate) fn counter() -> CounterWords {
    CounterWords { more: t("加一", "One more"), less: t("减一", "One less"), undo: t("撤销", "Undo") }
}
