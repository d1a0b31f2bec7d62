# Two commands: `make run` and `make test`. Both install what is missing first.
# Everything they do lives in `cargo xtask` (crates/xtask); see `cargo xtask --help`.

.PHONY: help test lint

help:
	@echo "make test   everything that must pass, browser included"
	@echo "make lint   formatting and lints only"

test:
	@cargo xtask test

lint:
	@cargo xtask lint
