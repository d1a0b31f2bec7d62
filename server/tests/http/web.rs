//! What goes over the wire, without a wire.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// Under which name the site is known here.
pub(crate) const HOST: &str = "mingcha.test";
pub(crate) const ORIGIN: &str = "http://mingcha.test";

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) from: IpAddr,
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(HOST))]);
        Self { method, path: path.into(), headers, body: Bytes::new(), from: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header's value"));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn cookie(self, name: &str, value: &str) -> Self {
        self.header("cookie", &format!("{name}={value}"))
    }

    pub(crate) fn json(mut self, value: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(value).expect("JSON").into();
        self.header("content-type", "application/json")
    }

    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.body = form.finish().into();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    pub(crate) fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) const fn from(mut self, address: IpAddr) -> Self {
        self.from = address;
        self
    }
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {:.600}", self.status, self.text()))
    }

    /// The code of a problem document; the status where it is none.
    pub(crate) fn code(&self) -> String {
        let document: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        document["code"].as_str().map_or_else(|| self.status.to_string(), ToOwned::to_owned)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value that the answer gives a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter_map(|text| text.split(';').next()?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:.600}", self.text());
        self
    }
}
