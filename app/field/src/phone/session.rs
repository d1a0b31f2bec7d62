//! Signing in and out, and the way out for data.

use domain::text::Text;
use protocol::session::Credentials;

use super::Phone;

impl Phone {
    /// Signs in on this phone.
    ///
    /// # Errors
    /// The words for the person.
    pub(crate) async fn sign_in(self, tenant: String, with: Credentials) -> Result<(), Text> {
        let keeper = self.keeper();
        keeper.sign_in(self, tenant, with).await
    }

    /// Signs out and empties this phone; the screen offers it only while nothing waits.
    pub(crate) fn sign_out(self) {
        let keeper = self.keeper();
        leptos::task::spawn_local(async move {
            keeper.sign_out(self).await;
        });
    }

    /// Sends and fetches now.
    pub(crate) fn sync_now(self) {
        self.cut_arrivals();
        let keeper = self.keeper();
        leptos::task::spawn_local(async move {
            keeper.sync(self).await;
        });
    }

    /// Offers everything that was filled in as one file.
    pub(crate) fn export(self) {
        let keeper = self.keeper();
        leptos::task::spawn_local(async move {
            keeper.export().await;
        });
    }
}
