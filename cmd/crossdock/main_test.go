package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary stand for crossdock: in the scripts, and wherever a test
// needs a process of its own, under that name in PATH.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"crossdock": func() { os.Exit(run(os.Args[1:])) }})
}
