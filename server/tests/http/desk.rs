//! Somebody at HQ with a browser: pages that are read, forms that are posted.

use std::time::Duration;

use domain::ids::VisitId;

use crate::{
    company::{Company, PASSWORD, Person},
    house::House,
    web::{Answer, Ask, ORIGIN},
};

/// A desk at HQ, signed in.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) cookie: String,
}

/// A form as a browser of today posts it.
pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Ask {
    Ask::post(path).form(fields).header("origin", ORIGIN).header("sec-fetch-site", "same-origin")
}

/// Signs in; the answer tells how it went.
pub(crate) async fn sign_in(house: &House, company: &Company, login: &str, password: &str) -> Answer {
    let fields = [("tenant", company.code.as_str()), ("login", login), ("password", password), ("to", "/hq")];
    house.ask(form("/hq/act/sign-in", &fields)).await
}

impl Desk {
    pub(crate) async fn sign_in(house: &House, company: &Company, who: &Person) -> Self {
        let answer = sign_in(house, company, &who.login, PASSWORD).await;
        let cookie = answer.cookie("mc_hq").unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()));
        Self { cookie }
    }

    pub(crate) fn ask(&self, ask: Ask) -> Ask {
        ask.cookie("mc_hq", &self.cookie)
    }

    pub(crate) async fn get(&self, house: &House, path: &str) -> Answer {
        house.ask(self.ask(Ask::get(path))).await
    }

    /// Posts a form as a program would: the answer is the outcome, not a way back.
    pub(crate) async fn post(&self, house: &House, path: &str, fields: &[(&str, &str)]) -> Answer {
        house.ask(self.ask(form(path, fields))).await
    }
    /// Waits until the visit says that its photo is here, but no longer than `patience`.
    pub(crate) async fn sees_the_photo(&self, house: &House, visit: VisitId, patience: Duration) {
        let counted = async {
            loop {
                let watch = self.get(house, &format!("/hq/read/visit/watch?id={visit}")).await;
                if watch.text().contains("\"evidence_verified\":1") {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(patience, counted).await.expect("the photo counts");
    }
}
