//! Components without data.
