//! Sessions, journals and accounts, as the functions of schema `identity` keep them.

use domain::ids::{AccountId, JournalId};

use super::{Caller, Journal, Server, Session};

/// What a phone hears when it has signed in.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn {
    /// The cookie.
    pub token: u64,
    /// The journal.
    pub journal: JournalId,
    /// Its hand-in key.
    pub key: u64,
    /// The epoch.
    pub epoch: u32,
}

/// What `identity` says about a caller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender {
    pub(super) account: AccountId,
    pub(super) active: bool,
    pub(super) last_seq: i64,
    pub(super) writes_as: Option<JournalId>,
}

impl Server {
    /// Signs in: goes on with the journal of `resume` if it is this person's, else with a new one.
    pub fn sign_in(
        &mut self,
        account: AccountId,
        resume: Option<u64>,
        (token, journal, key): (u64, JournalId, u64),
    ) -> Option<SignedIn> {
        if !self.is_active(account) {
            return None;
        }
        let epoch = self.epoch;
        self.sessions.insert(token, Session { account, journal: None, ended: false });
        let known = self
            .journals
            .iter()
            .find(|(_, known)| Some(known.key) == resume && known.account == account && !known.revoked)
            .map(|(id, known)| (*id, known.key))
            // The phone may not have heard yet that another is in its place, and writes that one all the same.
            .map(|known| (known, self.last_of(known.0)))
            .filter(|(_, last)| !self.is_revoked(*last));
        let (journal, key) = match known {
            Some((known, last)) => {
                if let Some(session) = self.sessions.get_mut(&token) {
                    session.journal = Some(last);
                }
                known
            }
            None => {
                self.open_journal(Caller::Token(token), journal, key);
                (journal, key)
            }
        };
        Some(SignedIn { token, journal, key, epoch })
    }

    /// `POST /api/v1/journal`. `false`: there is no such session or key, or the journal is written already.
    pub fn open_journal(&mut self, caller: Caller, journal: JournalId, key: u64) -> bool {
        let found = match caller {
            Caller::Token(token) => {
                let session = self.sessions.get(&token).filter(|session| !session.ended);
                session.map(|session| (session.account, session.journal, false))
            }
            Caller::Key(old) => {
                let known = self.journals.iter().find(|(_, known)| known.key == old);
                known.map(|(id, known)| (known.account, Some(*id), known.revoked))
            }
            Caller::Hq(_) | Caller::Server => None,
        };
        let Some((account, before, revoked)) = found else { return false };
        let new = Journal { account, key, last_seq: 0, revoked, replaced_by: None };
        let opened = self.journals.entry(journal).or_insert(new);
        if opened.account != account || opened.last_seq > 0 {
            return false;
        }
        opened.key = key;
        if opened.replaced_by.is_some() {
            // A request that came late: the phone has gone on since.
            return true;
        }
        let mut earlier = before.map_or_else(Vec::new, |before| self.with_later(before));
        earlier.retain(|one| *one != journal);
        if let Some(last) = earlier.last().and_then(|last| self.journals.get_mut(last)) {
            last.replaced_by = Some(journal);
        }
        let is_earlier = |one: Option<JournalId>| one.is_some_and(|one| earlier.contains(&one));
        let of_caller = |token: u64| matches!(caller, Caller::Token(own) if own == token);
        for (token, session) in &mut self.sessions {
            // Every session of this phone, whichever of them, or the key, opened it.
            if of_caller(*token) || (session.account == account && is_earlier(session.journal)) {
                session.journal = Some(journal);
            }
        }
        for assignee in self.assignees.values_mut() {
            if assignee.account == account && is_earlier(assignee.writer) {
                assignee.writer = Some(journal);
            }
        }
        true
    }

    /// A journal, and those that came to stand in its place, one after the other.
    fn with_later(&self, journal: JournalId) -> Vec<JournalId> {
        std::iter::successors(Some(journal), |one| self.journals.get(one)?.replaced_by).collect()
    }

    /// The last journal in the place of this one: in its name is written what comes in those before it.
    pub(super) fn last_of(&self, journal: JournalId) -> JournalId {
        self.with_later(journal).pop().unwrap_or(journal)
    }

    /// Whether a session lasts.
    #[must_use]
    pub fn is_session(&self, token: u64) -> bool {
        self.sessions.get(&token).is_some_and(|session| !session.ended)
    }

    /// Ends a session, as time does.
    pub fn end_session(&mut self, token: u64) {
        if let Some(session) = self.sessions.get_mut(&token) {
            session.ended = true;
        }
    }

    /// The last place of a journal that is used up; 0 where there is none.
    #[must_use]
    pub fn last_seq(&self, journal: JournalId) -> i64 {
        self.journals.get(&journal).map_or(0, |journal| journal.last_seq)
    }

    /// Lets a closed account act again: by a new way in, so its sessions from before are over.
    pub(super) fn let_in_again(&mut self, account: AccountId) {
        if let Some(known) = self.accounts.get_mut(&account) {
            known.disabled = false;
        }
        for session in self.sessions.values_mut().filter(|session| session.account == account) {
            session.ended = true;
        }
    }

    /// Takes a lost phone's journal out of service.
    pub fn revoke(&mut self, journal: JournalId) {
        if let Some(journal) = self.journals.get_mut(&journal) {
            journal.revoked = true;
        }
    }

    /// Whether a journal was taken out of service: what comes in it is held, and it writes no visit any more.
    #[must_use]
    pub fn is_revoked(&self, journal: JournalId) -> bool {
        self.journals.get(&journal).is_some_and(|journal| journal.revoked)
    }

    /// Whose session or key it is, whatever journal is named.
    pub(super) fn account_of(&self, caller: Caller) -> Option<AccountId> {
        match caller {
            Caller::Token(token) => {
                self.sessions.get(&token).filter(|session| !session.ended).map(|session| session.account)
            }
            Caller::Key(key) => self.journals.values().find(|journal| journal.key == key).map(|found| found.account),
            Caller::Hq(account) => Some(account),
            Caller::Server => None,
        }
    }

    /// What the writer asks about whoever sent a request; `None`: no such session, key or journal.
    pub(super) fn sender(&self, caller: Caller, journal: Option<JournalId>) -> Option<Sender> {
        let named = journal.and_then(|id| self.journals.get(&id));
        if let Caller::Server = caller {
            return Some(Sender { account: AccountId(uuid::Uuid::nil()), active: true, last_seq: 0, writes_as: None });
        }
        let account = self.account_of(caller)?;
        let named = named.filter(|named| named.account == account);
        if journal.is_some() && named.is_none() {
            return None;
        }
        // A hand-in key opens its own journal and no other.
        if let (Caller::Key(key), Some(named)) = (caller, named)
            && named.key != key
        {
            return None;
        }
        let writes_as = journal.map(|journal| self.last_of(journal));
        let in_service = [journal, writes_as].into_iter().flatten().all(|one| !self.is_revoked(one));
        Some(Sender {
            account,
            active: self.is_active(account) && in_service,
            last_seq: named.map_or(0, |named| named.last_seq),
            writes_as,
        })
    }
}
