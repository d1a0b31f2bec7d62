//! `mingcha`: the server and its tools in one program.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
