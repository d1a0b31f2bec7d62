//! `mingcha`: the server and its tools in one program.

use std::process::ExitCode;

/// See ADR 26.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mutants::wake_from_environment();
    server::cli::main()
}
