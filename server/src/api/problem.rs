//! Errors of the REST API: one code, one status, one sentence in each language.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::text::Text;
use protocol::problem::Problem;

/// Why a request was not answered as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// There is no session, or it has ended.
    SignIn,
    /// The session is somebody else's than the request says.
    OtherAccount,
    /// Wrong name, password, link or company: which of them is not said.
    WrongCredentials,
    /// Too many tries.
    Throttled,
    /// The role may not do this.
    NotAllowed,
    /// There is no such thing, or it is not for whoever asks.
    NotFound,
    /// The request cannot be read.
    BadRequest,
    /// The request did not come from this site.
    ForeignOrigin,
    /// More bytes or rows than are taken at once.
    TooLarge,
    /// The upload stands at another offset.
    Offset,
    /// The chunk was damaged on its way.
    ChunkHash,
    /// The bytes are not the ones that were named.
    WholeHash,
    /// Nothing that this journal handed in names these bytes.
    NotNamed,
    /// The protocol of the client is no longer (or not yet) spoken.
    Protocol,
    /// The server's disk is full.
    Full,
    /// The server cannot tell yet whether it was done; the same request again finds out.
    Busy,
    /// Something is wrong with the server.
    Internal,
}

impl Code {
    /// Every code, for the documentation.
    pub const ALL: [Self; 17] = [
        Self::SignIn,
        Self::OtherAccount,
        Self::WrongCredentials,
        Self::Throttled,
        Self::NotAllowed,
        Self::NotFound,
        Self::BadRequest,
        Self::ForeignOrigin,
        Self::TooLarge,
        Self::Offset,
        Self::ChunkHash,
        Self::WholeHash,
        Self::NotNamed,
        Self::Protocol,
        Self::Full,
        Self::Busy,
        Self::Internal,
    ];

    /// The status and the code on the wire.
    #[must_use]
    pub const fn wire(self) -> (StatusCode, &'static str) {
        match self {
            Self::SignIn => (StatusCode::UNAUTHORIZED, "sign_in"),
            Self::OtherAccount => (StatusCode::UNAUTHORIZED, "other_account"),
            Self::WrongCredentials => (StatusCode::UNAUTHORIZED, "wrong_credentials"),
            Self::Throttled => (StatusCode::TOO_MANY_REQUESTS, "throttled"),
            Self::NotAllowed => (StatusCode::FORBIDDEN, "not_allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad_request"),
            Self::ForeignOrigin => (StatusCode::FORBIDDEN, "foreign_origin"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::Offset => (StatusCode::CONFLICT, "offset"),
            Self::ChunkHash => (StatusCode::UNPROCESSABLE_ENTITY, "chunk_hash"),
            Self::WholeHash => (StatusCode::UNPROCESSABLE_ENTITY, "whole_hash"),
            Self::NotNamed => (StatusCode::FORBIDDEN, "not_named"),
            Self::Protocol => (StatusCode::UPGRADE_REQUIRED, "protocol"),
            Self::Full => (StatusCode::INSUFFICIENT_STORAGE, "full"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SignIn => {
                ("请重新登录。手机上的内容都还在。", "Please sign in again. Everything on the phone is still there.")
            }
            Self::OtherAccount => (
                "当前登录的是另一个账号。请用原来的账号登录后再传。",
                "Another account is signed in. Sign in with the account that the work belongs to.",
            ),
            Self::WrongCredentials => ("公司代码、登录名或密码不对。", "Company code, name or password is not right."),
            Self::Throttled => ("尝试次数过多,请稍后再试。", "Too many tries. Please try again later."),
            Self::NotAllowed => ("您的角色不能做这件事。", "Your role may not do this."),
            Self::NotFound => ("没有找到。", "Not found."),
            Self::BadRequest => ("请求的内容读不懂。", "The request cannot be read."),
            Self::ForeignOrigin => ("请求不是从本站发出的。", "The request did not come from this site."),
            Self::TooLarge => ("一次传得太多。", "Too much at once."),
            Self::Offset => {
                ("续传的位置不对,请从所示位置继续。", "The upload stands elsewhere; go on from the offset shown.")
            }
            Self::ChunkHash => {
                ("这一段在路上损坏了,请重传这一段。", "This chunk was damaged on its way; send it again.")
            }
            Self::WholeHash => (
                "收到的文件与登记的不一致,请从头重传。",
                "The file is not the one that was named; send it again from the start.",
            ),
            Self::NotNamed => ("还没有收到引用这个文件的走访记录。", "No visit that names this file has arrived yet."),
            Self::Protocol => (
                "应用版本过旧,请更新。手机上的内容都还在。",
                "The app is too old; please update. Everything on the phone is still there.",
            ),
            Self::Full => (
                "服务器存储已满,稍后会自动重试,内容都还在手机上。",
                "The server's disk is full. Everything is still on the phone and will be sent later.",
            ),
            Self::Busy => ("服务器正忙,稍后会自动重试。", "The server is busy; this will be tried again."),
            Self::Internal => ("服务器出错了,已记录。", "Something went wrong on the server; it was logged."),
        }
    }
}

/// An error answer on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: Code,
    detail: String,
    retry_after_s: Option<u64>,
}

impl ApiError {
    /// The error with which field, limit or id; never prose, never personal data.
    #[must_use]
    pub fn with(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_s: None }
    }

    /// When to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        let retry_after_s = match code {
            Code::Busy => Some(2),
            Code::Full => Some(60),
            Code::Throttled => Some(300),
            _ => None,
        };
        Self { code, detail: String::new(), retry_after_s }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.code.wire();
        let (zh, en) = self.code.words();
        let problem =
            Problem { status: status.as_u16(), code: code.to_owned(), title: Text::new(zh, en), detail: self.detail };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Whoever is to come again is told when: a full disk, a busy server, a throttle.
    #[test]
    fn what_passes_says_when_to_come_again() {
        for code in Code::ALL {
            let status = code.wire().0.as_u16();
            let answer = ApiError::from(code).into_response();
            assert_eq!(
                answer.headers().contains_key(header::RETRY_AFTER),
                matches!(status, 429 | 503 | 507),
                "{code:?}"
            );
        }
    }

    #[test]
    fn every_code_is_another_one_and_speaks_both_languages() {
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.wire().1).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            let (zh, en) = code.words();
            assert!(!zh.is_ascii() && en.is_ascii(), "{code:?}");
        }
    }
}
