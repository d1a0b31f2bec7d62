//! The phone app of the supervisor.
