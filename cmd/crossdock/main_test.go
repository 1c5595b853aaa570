package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// TestMain lets the test binary stand for crossdock: in the scripts, and wherever a test
// needs a process of its own, under that name in PATH. PostgreSQL is there for those that
// ask for it.
func TestMain(m *testing.M) {
	testscript.Main(withPostgres{m}, map[string]func(){"crossdock": func() { os.Exit(run(os.Args[1:])) }})
}

type withPostgres struct{ m *testing.M }

func (w withPostgres) Run() int { return pgtest.Main(w.m) }
