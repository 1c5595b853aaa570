# What there is to do here. The first build of a fresh clone takes about two minutes.
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PKGS ?= ./...

.PHONY: build test race-tools lint bench chaos chaos-callbacks chaos-night fuzz generate check docker clean

build: ## the one binary, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/crossdock ./cmd/crossdock

test: race-tools ## everything, with -race; PostgreSQL is found or installed by the tests that need it
	@echo "tests: the first build of a fresh clone takes about two minutes"
	$(GO) test -race -timeout 20m $(PKGS)

# The race detector needs a C compiler.
race-tools:
	@command -v gcc >/dev/null || command -v cc >/dev/null || { \
	  echo "tests: no C compiler, which -race needs; installing gcc"; \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev >/dev/null; } || \
	  { echo "tests: install a C compiler (Debian: apt-get install gcc libc6-dev) and try again" >&2; exit 1; }; }

lint: ## formatting, vet, staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "not formatted:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench: ## the hot paths, each beside a reference in the same run
	$(GO) run ./cmd/bench

chaos: ## labels under kill -9, database restarts and lying carriers, judged by the carriers' ledger: about ten minutes
	$(GO) -C gateway/purchase/simulation test -count=1 -args -seeds 5000 -commit $(VERSION)
	$(GO) run ./cmd/chaos canaries
	$(GO) run ./cmd/chaos crashes
	$(GO) run ./cmd/chaos shares
	$(GO) run ./cmd/chaos purchases
	$(GO) run ./cmd/chaos purchases -store sqlite

chaos-callbacks: ## 100,000 pushes of carriers to gateways that are killed, told to a subscriber that fails, on both stores: about ten minutes
	$(GO) run ./cmd/chaos callback-canaries
	$(GO) run ./cmd/chaos callbacks
	$(GO) run ./cmd/chaos callbacks -store sqlite

chaos-night: chaos chaos-callbacks ## ten times as many, and every crash on PostgreSQL too
	$(GO) run ./cmd/chaos crashes -store postgres
	$(GO) run ./cmd/chaos purchases -n 100000 -duration 6h
	$(GO) run ./cmd/chaos purchases -store sqlite -n 20000 -duration 2h
	$(GO) run ./cmd/chaos callbacks -n 1000000
	$(GO) run ./cmd/chaos callbacks -store sqlite -n 1000000

fuzz: ## 20 s for each fuzz target
	@for t in $$(grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -rhoE '^func (Fuzz[A-Za-z0-9_]+)' $$t/*_test.go | awk '{print $$2}'); do \
	    $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s $$t || exit 1; done; done

generate: ## the tables of the README and of the settings
	$(GO) run ./cmd/docgen

check: lint ## what CI holds besides the tests
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) run ./cmd/docgen -check

docker:
	docker build --build-arg VERSION=$(VERSION) -t crossdock:$(VERSION) .

clean:
	rm -rf bin
