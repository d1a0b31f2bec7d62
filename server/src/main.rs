//! `mingcha`: the server and its tools in one program.

use std::process::ExitCode;

fn main() -> ExitCode {
    mutants::wake_from_environment();
    server::cli::main()
}
