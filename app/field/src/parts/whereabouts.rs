//! A position in words.

use domain::place::{NoFix, Whereabouts};

use crate::words::{t, tf};

/// `位置已记,±12 米`, or why there is none.
#[must_use]
pub(crate) fn whereabouts(found: &Whereabouts) -> String {
    match found {
        Whereabouts::Fix(fix) => tf("位置已记,±{} 米", "Position noted, ±{} m", &[&fix.accuracy_m.to_string()]),
        Whereabouts::None(NoFix::NotNeeded) => String::new(),
        Whereabouts::None(NoFix::Refused) => {
            t("没有位置:定位没有允许。不影响走访。", "No position: it was not allowed. The visit goes on.").to_owned()
        }
        Whereabouts::None(NoFix::Timeout) => {
            t("还没有定到位,定到会补上。", "No position yet; it is added when it comes.").to_owned()
        }
        Whereabouts::None(NoFix::Unavailable) => {
            t("没有位置:手机现在给不出。不影响走访。", "No position: the phone has none now. The visit goes on.")
                .to_owned()
        }
    }
}
