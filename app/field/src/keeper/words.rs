//! What the phone says about sync: every code in words.

use domain::{
    op::{HeldCode, RefusedCode, Verdict},
    text::Text,
};

use crate::words::t;

pub(super) fn no_network() -> Text {
    Text::new(
        "连不上服务器。登录需要网络,请换个地方再试。",
        "The server cannot be reached. Signing in needs a network; try elsewhere.",
    )
}

pub(super) fn somebody_else() -> Text {
    Text::new(
        "这台手机上有另一位的内容。请用原账号登录,传完并退出后再换人。",
        "This phone holds somebody else's work. Sign in as them, let it go up and sign out first.",
    )
}

pub(super) fn update() -> Text {
    Text::new(
        "服务器比本应用新。有网络时关掉再打开一次即可更新,内容不会丢。",
        "The server is newer than this app. Close and reopen it on a network; nothing is lost.",
    )
}

pub(super) fn used_link() -> Text {
    Text::new(
        "这个链接已用过或已过期,请向管理员再要一个。",
        "This link was used or is over: ask your administrator for another one.",
    )
}

pub(super) fn too_large() -> Text {
    Text::new(
        "一条记录太大,服务器没有收。内容仍在本机,请联系管理员。",
        "A record is too large for the server. It is still on this phone; tell your administrator.",
    )
}

pub(super) fn doubtful() -> Text {
    Text::new(
        "服务器的回执对不上,内容仍留在本机。",
        "The server's receipt does not fit; everything stays on this phone.",
    )
}

pub(super) fn deactivated() -> Text {
    Text::new(
        "账号已停用。已填的内容会交给审核人。",
        "This account was deactivated. What you filled in goes to the reviewers.",
    )
}

/// `open`: what it proves can be changed now.
pub(super) fn stuck(open: bool) -> Text {
    if open {
        Text::new("没传成,请在题目里重拍或重选。", "It could not be sent: take or choose it again.")
    } else {
        Text::new(
            "没传成。已提交,不能再改:请审核人退回这一条,再重拍或重选。",
            "It could not be sent, and the visit is read only: ask the reviewer to give the item back, then take it again.",
        )
    }
}

pub(super) fn disk(failure: &device::Failure) -> Text {
    if failure.is_quota() {
        Text::new(
            "手机空间不足,没有存下。请腾出空间再试。",
            "The phone is full; it was not saved. Make room and try again.",
        )
    } else {
        Text::new(
            "本机存储出错,没有存下。请关掉再打开。",
            "The phone's store failed; it was not saved. Close and reopen the app.",
        )
    }
}

/// What was asked, in a word.
pub(super) fn kind(kind: &str) -> &'static str {
    match kind.split('@').next().unwrap_or_default() {
        "assignment.accept" => t("接受任务", "Accepting"),
        "assignment.decline" => t("婉拒任务", "Stepping aside"),
        "visit.arrive" => t("到场", "Arrival"),
        "visit.leave" => t("离场", "Leaving"),
        "visit.submit" => t("提交", "Handing in"),
        "visit.take_over" => t("接手", "Taking over"),
        _ => t("记录", "Record"),
    }
}

/// What the server said.
pub(super) fn verdict(verdict: &Verdict) -> Text {
    match verdict {
        Verdict::Held { code } => held(*code),
        Verdict::Refused { code, detail } => {
            let mut text = refused(*code);
            if !detail.is_empty() {
                for words in [Some(&mut text.zh), text.en.as_mut()].into_iter().flatten() {
                    words.push_str(" (");
                    words.push_str(detail);
                    words.push(')');
                }
            }
            text
        }
        Verdict::Applied | Verdict::Duplicate => Text::default(),
    }
}

fn held(code: HeldCode) -> Text {
    match code {
        HeldCode::Withdrawn => Text::new("任务已收回", "the task was called back"),
        HeldCode::Deactivated => Text::new("账号已停用", "the account was deactivated"),
        HeldCode::StaleBase => Text::new("审核人先改了这次走访", "the visit was changed at HQ first"),
        HeldCode::OtherPhone => Text::new("这次走访在另一台手机上", "another phone writes this visit"),
        HeldCode::UnknownSubject => Text::new("服务器上没有这个任务", "the server does not know this task"),
        HeldCode::WrongState => Text::new("任务状态已变", "the task is in another state"),
        HeldCode::UnknownKind | HeldCode::Internal => Text::new("服务器暂不能处理", "the server cannot handle it yet"),
    }
}

fn refused(code: RefusedCode) -> Text {
    match code {
        RefusedCode::NotYours => Text::new("不是您的任务", "it is not your task"),
        RefusedCode::NotAllowed => Text::new("您的角色不能这样做", "your role may not do this"),
        RefusedCode::AnswerOutOfRange => Text::new("有一题的答案超出范围", "an answer is out of range"),
        RefusedCode::TooLarge => Text::new("太长或太大", "it is too long or too large"),
        RefusedCode::BadValue | RefusedCode::Unknown | RefusedCode::Undecodable => {
            Text::new("内容有误,服务器读不懂", "the server cannot make sense of it")
        }
        RefusedCode::AlreadyDecided => Text::new("审核人已经处理过", "it was decided already"),
        RefusedCode::Incomplete => Text::new("凭证还没到齐", "its evidence is not complete"),
        RefusedCode::Barred => Text::new("不能由您处理", "you may not decide this"),
        RefusedCode::ConflictingRetry | RefusedCode::Exists => Text::new("已有另一份", "another one is there already"),
    }
}
