//! Every SQL statement of Mingcha.
