#!/bin/sh
# What cargo needs before it can compile `cargo xtask`, which installs the rest:
# cargo itself and a C compiler to link with. Checked on Debian 12; the hints for
# Fedora and macOS were written with care and not tried.
set -eu

if ! command -v cargo >/dev/null; then
  echo "cargo is missing. Install Rust's stable toolchain: https://rustup.rs" >&2
  exit 2
fi

if ! command -v cc >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing a C compiler with apt (about 1 minute)"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev
  else
    echo "A C compiler is missing. One of:" >&2
    echo "  Debian, Ubuntu:  sudo apt-get install gcc libc6-dev" >&2
    echo "  Fedora:          sudo dnf install gcc" >&2
    echo "  macOS:           xcode-select --install" >&2
    exit 2
  fi
fi

# The first `cargo xtask` compiles itself; it would otherwise be silent for that long.
if [ ! -x "${CARGO_TARGET_DIR:-target}/debug/xtask" ]; then
  echo "compiling the build program, once (1 to 2 minutes)"
fi
