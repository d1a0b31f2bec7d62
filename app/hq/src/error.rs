//! What can go wrong, as codes. Words are chosen where they are shown.

use domain::{
    op::{HeldCode, RefusedCode},
    time::Moment,
};
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use crate::words::{Word, w};

/// What went wrong. It crosses the wire; texts of the database never do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum HqError {
    /// There is no session, or it has ended.
    #[error("signed_out")]
    SignedOut,
    /// Wrong name, wrong password or wrong company: which one is not said.
    #[error("wrong_credentials")]
    WrongCredentials,
    /// Too many attempts.
    #[error("throttled")]
    Throttled,
    /// The roles of this account do not reach so far.
    #[error("not_allowed")]
    NotAllowed,
    /// No such thing in this company.
    #[error("not_found")]
    NotFound,
    /// A field of the form has a value that it cannot have.
    #[error("bad_input {field}")]
    BadInput {
        /// Which field.
        field: String,
    },
    /// The rules refuse it.
    #[error("refused")]
    Refused {
        /// Why.
        code: RefusedCode,
        /// Which field or limit.
        #[serde(default)]
        detail: String,
    },
    /// It was kept, but did not take effect.
    #[error("held")]
    Held {
        /// Why.
        code: HeldCode,
    },
    /// Somebody else decided first.
    #[error("decided")]
    Decided {
        /// Who, by name.
        by: String,
        /// When.
        at: Moment,
    },
    /// The visit that was to be decided was handed in again meanwhile.
    #[error("handed_in_again")]
    HandedInAgain,
    /// More venues have the name that was searched for than one search covers.
    #[error("too_wide")]
    TooWide,
    /// Whether it took effect is not known; sending it again finds out.
    #[error("unknown")]
    Unknown,
    /// The server could not be reached.
    #[error("unreachable")]
    Unreachable,
    /// The server failed; it has logged why.
    #[error("internal")]
    Internal,
}

impl FromServerFnError for HqError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(field)
            | ServerFnErrorErr::MissingArg(field)
            | ServerFnErrorErr::Deserialization(field) => Self::BadInput { field: short(field) },
            _ => Self::Internal,
        }
    }
}

/// What a reader of forms says repeats what it was given, which may be the whole form.
fn short(mut text: String) -> String {
    /// In bytes: the name of a field and a few words.
    const MOST: usize = 120;
    text.truncate(text.floor_char_boundary(MOST));
    text
}

impl HqError {
    /// A field has a value that it cannot have.
    #[must_use]
    pub fn bad(field: &str) -> Self {
        Self::BadInput { field: field.to_owned() }
    }

    /// The HTTP status of a page that cannot be shown for this reason.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut | Self::WrongCredentials => 401,
            Self::Throttled => 429,
            Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::BadInput { .. }
            | Self::Refused { .. }
            | Self::Held { .. }
            | Self::Decided { .. }
            | Self::HandedInAgain
            | Self::TooWide => 422,
            Self::Unknown | Self::Unreachable => 503,
            Self::Internal => 500,
        }
    }

    /// Whether it is certain that nothing takes effect under the id that was asked for. Whoever tries again then asks for
    /// another op; else for the same, which is done once.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        // Another content stands under an id that was used before: perhaps it is in force.
        !matches!(
            self,
            Self::Unknown
                | Self::Unreachable
                | Self::Internal
                | Self::Refused { code: RefusedCode::ConflictingRetry, .. }
        )
    }

    /// Whether it is the answer of whoever looked up the op itself, and nothing of it is in force.
    #[must_use]
    pub const fn is_about_op(&self) -> bool {
        self.is_refusal()
            && matches!(self, Self::Refused { .. } | Self::Held { .. } | Self::Decided { .. } | Self::HandedInAgain)
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn word(&self) -> Word {
        match self {
            Self::SignedOut => w("登录已过期,请重新登录", "Your session has ended. Please sign in again."),
            Self::WrongCredentials => w("单位代码、登录名或密码不对", "Company code, login name or password is wrong"),
            Self::Throttled => w("尝试太多次,请过几分钟再试", "Too many attempts. Try again in a few minutes."),
            Self::NotAllowed => w("你的角色不能做这件事", "Your role does not allow this"),
            Self::NotFound => w("没有找到", "Not found"),
            Self::BadInput { .. } => w("有一项填得不对,什么都没有改变", "A field is not right. Nothing was changed."),
            Self::Refused { code, detail } => refused(*code, detail),
            Self::Held { .. } => {
                w("已存下,但没有生效,在「收件」里处理", "Kept, but without effect. Deal with it under Held.")
            }
            Self::Decided { .. } => w("已由 {} 于 {} 处理", "Decided by {} at {}"),
            Self::HandedInAgain => {
                w("其间又交了一次,请看最新内容", "It was handed in again meanwhile: look at the newest")
            }
            Self::TooWide => w(
                "名称里有这些字的对象超过 100 个,查不全:请多写几个字,或改用县分筛选",
                "More than 100 venues have this in their name, and not all are searched: write more of it, or filter by county",
            ),
            Self::Unknown => w(
                "还不知道是否生效,请再试一次:重试不会重复",
                "It is not known yet whether this took effect. Try again: nothing is done twice.",
            ),
            // Its answer may have been lost on the way back.
            Self::Unreachable => w(
                "连不上服务器,请再试一次:重试不会重复",
                "The server cannot be reached. Try again: nothing is done twice.",
            ),
            Self::Internal => w("服务器出错,请再试一次", "The server failed. Please try again."),
        }
    }
}

fn refused(code: RefusedCode, detail: &str) -> Word {
    match (code, detail) {
        (RefusedCode::Unknown, "supervisor") => {
            return w(
                "没有人可派:不在抽签中、那几天没空、要回避,或近期去过",
                "Nobody can be sent: not in the draw, busy on those days, tied, or there of late",
            );
        }
        (RefusedCode::Unknown, "handle") => {
            return w("代号已过期,请刷新后重新选择", "The handle has expired. Reload and choose again.");
        }
        (RefusedCode::NotAllowed, "tie") => {
            return w("这个代号要回避所选的对象", "Whoever has this handle is to stay away from one of the venues");
        }
        (RefusedCode::NotAllowed, "guarded") => {
            return w(
                "能看走访原文的账号,只有管理服务器的人能处理",
                "This account reads visits: only whoever runs the server may do this",
            );
        }
        (RefusedCode::NotAllowed, "self") => {
            return w(
                "这是你自己的账号:停用或重设密码,请由另一位管理员,或管理服务器的人来做",
                "This account is your own: another administrator closes it or sets its password, or whoever runs the server",
            );
        }
        (RefusedCode::Exists, "login") => return w("这个登录名已经有人用", "This login is taken"),
        (RefusedCode::AlreadyDecided, "open") => return w("这个账号本来就能用", "This account is open already"),
        (RefusedCode::BadValue, "window") => {
            return w(
                "时间不对:不能在今天以前结束,也不能早于开始",
                "The days are not right: they must not end before today, nor before they begin",
            );
        }
        _ => {}
    }
    match code {
        RefusedCode::Undecodable => w("内容读不懂", "It cannot be read"),
        RefusedCode::TooLarge => w("太大或太多", "Too large, or too many"),
        RefusedCode::NotYours => w("这属于别人", "It belongs to somebody else"),
        RefusedCode::NotAllowed => w("你的角色不能做这件事", "Your role does not allow this"),
        RefusedCode::AnswerOutOfRange => w("答案超出范围", "An answer is outside its range"),
        RefusedCode::BadValue => w("有一项填得不对,什么都没有改变", "A field is not right. Nothing was changed."),
        RefusedCode::Unknown => w("它所指的东西不存在", "What it refers to does not exist"),
        RefusedCode::AlreadyDecided => {
            w("别人已先处理,请看最新状态", "Somebody else has decided already. See the present state.")
        }
        RefusedCode::Incomplete => w("附件还没收齐,不能通过", "Evidence is still missing. It cannot be accepted yet."),
        RefusedCode::Barred => w(
            "谁按代号指定了人选,或自己去走访,谁就不能审核这次走访",
            "Whoever chose this visit's supervisor by handle, or made the visit, may not review it.",
        ),
        RefusedCode::ConflictingRetry => w(
            "这张表已经提交过另一份内容,请刷新后重试",
            "This form was sent before with other content. Reload and try again.",
        ),
        RefusedCode::Exists => w("已经有了", "It exists already"),
    }
}

/// A field as people know it; `None` for what has no name, as the code of a question, which is shown as it is.
#[must_use]
pub(crate) fn field(code: &str) -> Option<Word> {
    // A form's own fields are called `form[from]`, or `ties[3]`.
    let inner = code.strip_prefix("form[").map_or(code, |rest| rest.split(']').next().unwrap_or(rest));
    let name = inner.split('[').next().unwrap_or(inner);
    Some(match name {
        "venues" | "venue" => w("对象", "Venues"),
        "from" => w("从", "From"),
        "until" => w("到", "Until"),
        "window" => w("时间", "Days"),
        "checklist" => w("检查表", "Checklist"),
        "mode" => w("方式", "Mode"),
        "handle" | "supervisor" => w("监督员", "Supervisor"),
        "persona" | "questions" => w("情景", "Scenario"),
        "commitments" => w("承诺", "Commitments"),
        "login" => w("登录名", "Login"),
        "name" => w("姓名", "Name"),
        "roles" => w("角色", "Roles"),
        "unit" => w("单位", "Unit"),
        "password" => w("密码(至少 10 个字)", "Password (10 characters or more)"),
        "days" => w("可以出去的日子", "Days"),
        "ties" => w("回避", "Ties"),
        "account" => w("账号", "Account"),
        "reason" => w("原因", "Reason"),
        "note" => w("说明", "Note"),
        "severity" => w("程度", "Severity"),
        "items" | "item" => w("题目", "Items"),
        "evidence" => w("凭证", "Evidence"),
        "visit" => w("走访", "Visit"),
        "finding" => w("问题", "Finding"),
        "task" | "tasks" | "assignment" => w("任务", "Task"),
        "held" => w("收件", "Held"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_after_a_refusal_another_op_is_asked_for() {
        let refused = |code| HqError::Refused { code, detail: String::new() };
        for certain in [HqError::bad("until"), HqError::SignedOut, refused(RefusedCode::AlreadyDecided)] {
            assert!(certain.is_refusal(), "{certain}");
        }
        let open = [HqError::Unknown, HqError::Unreachable, HqError::Internal, refused(RefusedCode::ConflictingRetry)];
        for open in open {
            assert!(!open.is_refusal(), "{open}");
        }
    }

    #[test]
    fn a_field_is_called_as_its_form_calls_it() {
        for code in ["until", "form[until]", "ties[12]", "form[venues][3]", "password"] {
            assert!(field(code).is_some(), "{code}");
        }
        assert_eq!(field("HALL-03"), None);
        assert_eq!(field(""), None);
        let drawn = HqError::Refused { code: RefusedCode::Unknown, detail: "supervisor".to_owned() };
        assert_ne!(drawn.word(), HqError::Refused { code: RefusedCode::Unknown, detail: String::new() }.word());
    }
}
