# Two commands: `make run` and `make test`. Both install what is missing first.
# Everything they do lives in `cargo xtask` (crates/xtask); see `cargo xtask --help`.

.PHONY: help run phone test looks webkit trust trust-long bench watch lint size dist toolchain

help:
	@echo "make run     install what is missing, build the release, serve it on http://127.0.0.1:3000"
	@echo "make phone   the same, and https on the local network for real phones"
	@echo "make test    install what is missing, browser included, and check everything"
	@echo "make looks   read every screen in every dress with axe, and take its picture into target/looks"
	@echo "make webkit  walk the phone's journey in WebKitGTK, the other engine"
	@echo "make trust   prove what is promised; make trust-long takes a night"
	@echo "make bench   measure the server against what this machine can do, into docs/benchmarks.md"
	@echo "make watch   serve a development build that follows your changes"
	@echo "make lint    formatting and lints only"
	@echo "make size    what a phone loads on its first visit"
	@echo "make dist    the archive to hand out, in dist/"

run: toolchain
	@cargo xtask setup && exec cargo xtask run

phone: toolchain
	@cargo xtask setup && exec cargo xtask run --lan

test: toolchain
	@cargo xtask setup --test && exec cargo xtask test

# Of what was built last: `make test` does.
looks: toolchain
	@cargo xtask setup --test && mkdir -p target/looks && \
	MINGCHA_LOOKS=whole MINGCHA_PICTURES="$(CURDIR)/target/looks" exec cargo xtask test --only journeys -- tests/looks.spec

webkit: toolchain
	@cargo xtask setup --test && exec cargo xtask test --only journeys -- tests/webkit.spec

trust: toolchain
	@cargo xtask setup --test && exec cargo xtask trust

bench: toolchain
	@cargo xtask setup && exec cargo xtask bench

trust-long: toolchain
	@cargo xtask setup --test && exec cargo xtask trust --long

watch: toolchain
	@cargo xtask setup && exec cargo xtask watch

lint: toolchain
	@exec cargo xtask lint

size: toolchain
	@cargo xtask setup && exec cargo xtask size

dist: toolchain
	@cargo xtask setup && exec cargo xtask dist

# What cargo itself needs before it can build the rest.
toolchain:
	@sh scripts/toolchain.sh
