//! What an answer of the server means for whoever sends.

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is what was asked for.
    Fine,
    /// Nothing new.
    Nothing,
    /// Nobody is signed in, or somebody else is: pause, and lose nothing.
    SignIn,
    /// Too many bytes at once: fewer.
    TooLarge,
    /// This build is too old for the server.
    Update,
    /// No answer, or a server that cannot now: the same bytes again, later.
    Later,
    /// The offset is another one: ask, and go on from there.
    Offset,
    /// The bytes arrived damaged: the same chunk again.
    Damaged,
    /// It is not there, or not for us.
    Gone,
    /// It can never be meant as it is.
    Wrong,
}

impl Outcome {
    /// The meaning of an HTTP status; `None`: no answer came.
    #[must_use]
    pub const fn of(status: Option<u16>) -> Self {
        match status {
            None | Some(408 | 425 | 429 | 500..) => Self::Later,
            Some(204) => Self::Nothing,
            Some(200..300) => Self::Fine,
            Some(401) => Self::SignIn,
            Some(403 | 404 | 410) => Self::Gone,
            Some(409) => Self::Offset,
            Some(413) => Self::TooLarge,
            Some(422) => Self::Damaged,
            Some(426) => Self::Update,
            Some(_) => Self::Wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_means_something() {
        for (status, outcome) in [
            (None, Outcome::Later),
            (Some(200), Outcome::Fine),
            (Some(201), Outcome::Fine),
            (Some(204), Outcome::Nothing),
            (Some(302), Outcome::Wrong),
            (Some(400), Outcome::Wrong),
            (Some(401), Outcome::SignIn),
            (Some(404), Outcome::Gone),
            (Some(409), Outcome::Offset),
            (Some(413), Outcome::TooLarge),
            (Some(422), Outcome::Damaged),
            (Some(426), Outcome::Update),
            (Some(429), Outcome::Later),
            (Some(502), Outcome::Later),
            (Some(503), Outcome::Later),
        ] {
            assert_eq!(Outcome::of(status), outcome, "{status:?}");
        }
    }
}
