//! Passwords: Argon2id, off the async threads, a few at a time.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _, password_hash::SaltString};
use tokio::sync::Semaphore;

use crate::random::Random;

/// How many are worked out at once: each takes 19 MB and a core.
const AT_ONCE: usize = 2;

/// Checks and makes password hashes.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Stands in where there is no such login, so that both take as long.
    dummy: Arc<str>,
    random: Arc<dyn Random>,
}

impl Passwords {
    /// With a dummy of its own.
    #[must_use]
    pub fn new(random: Arc<dyn Random>) -> Self {
        let dummy = hash("", &random.bytes::<16>()).unwrap_or_default();
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), dummy: dummy.into(), random }
    }

    /// Whether `password` fits `known`. Without a hash it takes as long, and it never fits.
    pub async fn check(&self, password: String, known: Option<String>) -> bool {
        let exists = known.is_some();
        let known = known.unwrap_or_else(|| self.dummy.to_string());
        let fits = self
            .work(move || {
                let parsed = PasswordHash::new(&known).ok()?;
                Argon2::default().verify_password(password.as_bytes(), &parsed).ok()
            })
            .await;
        exists && fits.is_some()
    }

    /// The hash of a new password, in PHC form.
    pub async fn hash(&self, password: String) -> Option<String> {
        let salt = self.random.bytes::<16>();
        self.work(move || hash(&password, &salt)).await
    }

    /// The same with a salt that is known: whoever asks again gets the same hash.
    pub async fn hash_with(&self, password: String, salt: [u8; 32]) -> Option<String> {
        self.work(move || hash(&password, &salt)).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
        let _turn = self.turns.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok().flatten()
    }
}

fn hash(password: &str, salt: &[u8]) -> Option<String> {
    let salt = SaltString::encode_b64(salt).ok()?;
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[tokio::test]
    async fn the_right_password_fits_and_no_other() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let known = passwords.hash("正确的密码".into()).await;
        assert!(passwords.check("正确的密码".into(), known.clone()).await);
        assert!(!passwords.check("别的密码".into(), known).await);
        assert!(!passwords.check(String::new(), None).await, "the dummy lets nobody in");
        assert!(!passwords.check("x".into(), Some("nonsense".into())).await);
    }

    #[tokio::test]
    async fn with_the_same_salt_the_hash_is_the_same_and_it_fits() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let known = passwords.hash_with("正确的密码".into(), [7; 32]).await;
        assert_eq!(passwords.hash_with("正确的密码".into(), [7; 32]).await, known);
        assert_ne!(passwords.hash_with("正确的密码".into(), [8; 32]).await, known);
        assert!(passwords.check("正确的密码".into(), known).await);
    }
}
