//! Pictures from the one sprite.

use std::sync::OnceLock;

use leptos::prelude::*;

/// One symbol of `public/icons/sprite.svg`. A name that is not there cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph(&'static str);

macro_rules! glyphs {
    ($($name:ident = $id:literal,)*) => {
        impl Glyph {
            $(
                #[doc = concat!("The symbol `", $id, "`.")]
                pub const $name: Self = Self($id);
            )*
            /// Every symbol, for galleries and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

glyphs! {
    TODAY = "today",
    VISITS = "visits",
    SYNC = "sync",
    ME = "me",
    HALL = "hall",
    HOTLINE = "hotline",
    ONLINE = "online",
    BILLING = "billing",
    TOWER = "tower",
    PIN = "pin",
    MAP = "map",
    CAMERA = "camera",
    SCREENSHOT = "screenshot",
    PHOTO = "photo",
    MEMO = "memo",
    TICKET = "ticket",
    NOTE = "note",
    CHECK = "check",
    CHECK_DOUBLE = "check-double",
    CLOUD_UP = "cloud-up",
    CLOUD_DONE = "cloud-done",
    CLOUD_OFF = "cloud-off",
    SAVED = "saved",
    CLOCK = "clock",
    STOPWATCH = "stopwatch",
    PLAY = "play",
    STOP = "stop",
    PLUS = "plus",
    MINUS = "minus",
    UNDO = "undo",
    FLAG = "flag",
    STAR = "star",
    WARNING = "warning",
    INFO = "info",
    HELP = "help",
    CLOSE = "close",
    CHEVRON_RIGHT = "chevron-right",
    CHEVRON_LEFT = "chevron-left",
    CHEVRON_DOWN = "chevron-down",
    CHEVRON_UP = "chevron-up",
    BACK = "back",
    SEARCH = "search",
    FILTER = "filter",
    DOWNLOAD = "download",
    UPLOAD = "upload",
    PRINT = "print",
    USER = "user",
    USERS = "users",
    KEY = "key",
    LOCK = "lock",
    LINK = "link",
    EXTERNAL = "external",
    QR = "qr",
    ROTATE = "rotate",
    ZOOM = "zoom",
    TRASH = "trash",
    EDIT = "edit",
    RETURN = "return",
    VOID = "void",
    EYE = "eye",
    EYE_OFF = "eye-off",
    LANGUAGE = "language",
    THEME = "theme",
    SUN = "sun",
    MOON = "moon",
    LOGOUT = "logout",
    COPY = "copy",
    PHONE = "phone",
    SETTINGS = "settings",
    BOARD = "board",
    PLAN = "plan",
    CHECKLIST = "checklist",
    ISSUE = "issue",
    ORDER = "order",
    ORG = "org",
    REPORT = "report",
    MORE = "more",
    LIST = "list",
    HALF = "half",
    CIRCLE = "circle",
    DOT = "dot",
    MARK = "mark",
}

impl Glyph {
    /// The symbol's id in the sprite.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.0
    }
}

/// How large an icon is beside its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// As high as a small word: in badges and rows.
    Small,
    /// One and a half times the text: in buttons and bars.
    #[default]
    Normal,
    /// Twice the text.
    Large,
}

static SPRITE: OnceLock<String> = OnceLock::new();

/// Tells what stands before a symbol's name: the address of the sprite, hashed name and
/// all, with `#`; or what the names begin with where the symbols lie inside the document.
/// One build has one sprite, so it is said once, when the process or the page starts; a
/// second call changes nothing.
pub fn provide_sprite(before: &str) {
    SPRITE.get_or_init(|| before.to_owned());
}

fn sprite() -> &'static str {
    SPRITE.get().map_or("/icons/sprite.svg#", String::as_str)
}

/// A picture that says nothing by itself: the word stands beside it, or in the
/// name of the button around it.
#[component]
pub fn Icon(
    /// The symbol.
    glyph: Glyph,
    /// Its size beside the text.
    #[prop(optional)]
    size: IconSize,
) -> impl IntoView {
    let class = match size {
        IconSize::Small => "icon icon--s",
        IconSize::Normal => "icon",
        IconSize::Large => "icon icon--l",
    };
    let href = [sprite(), glyph.0].concat();
    view! {
        <svg class=class aria-hidden="true" focusable="false">
            <use href=href></use>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::Glyph;

    #[test]
    fn the_sprite_and_the_names_are_the_same_set() {
        let sprite = include_str!("../../../public/icons/sprite.svg");
        let drawn: Vec<&str> =
            sprite.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let named: Vec<&str> = Glyph::ALL.iter().map(|glyph| glyph.id()).collect();
        assert_eq!(drawn, named);
    }
}
