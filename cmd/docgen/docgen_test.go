package main

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/configs"
)

// What the documentation says is what the code says: `make check` holds it, and so do the
// tests.
func TestDocumentationIsCurrent(t *testing.T) {
	t.Parallel()
	if err := run([]string{"-root", "../..", "-check"}); err != nil {
		t.Error(err)
	}
}

// A stale file is named, with what to do; generating mends it and keeps the text around.
func TestStaleFilesAreMended(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "configs"), 0o755); err != nil {
		t.Fatal(err)
	}
	var doc strings.Builder
	doc.WriteString("# Before\n")
	for _, name := range []string{"capabilities", "channels", "purchases", "statuses"} {
		doc.WriteString("<!-- generated: " + name + ", by make generate; do not edit -->\nstale\n<!-- end: " + name + " -->\n")
	}
	doc.WriteString("after\n")
	path := filepath.Join(root, readmeFile)
	if err := os.WriteFile(path, []byte(doc.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	err := run([]string{"-root", root, "-check"})
	for _, want := range []string{"README.md is stale: run make generate", "zz_gen_settings.md is stale"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := run([]string{"-root", root}); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-root", root, "-check"}); err != nil {
		t.Error(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); strings.Contains(s, "stale") || !strings.HasPrefix(s, "# Before\n") || !strings.HasSuffix(s, "after\n") {
		t.Errorf("got %s", s)
	}
}

func TestBlockWithoutMarksIsRefused(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"", "<!-- generated: x, by make generate; do not edit -->\n", "<!-- end: x -->\n"} {
		if _, err := replaceBlock([]byte(doc), "x", "new"); err == nil {
			t.Errorf("%q: was taken", doc)
		}
	}
}

// Every channel, operation and setting is there, secrets marked by their type.
func TestTablesAreComplete(t *testing.T) {
	t.Parallel()
	specs := all.Specs()
	matrix, list, classes, page := capabilities(specs), channels(specs), purchases(specs), string(settings(nil, specs))
	for _, s := range specs {
		for _, op := range adapters.Operations() {
			if support, ok := s.Support[op]; ok && support.Reason != "" && !strings.Contains(matrix, cellText.Replace(support.Reason)) {
				t.Errorf("%s %s: the matrix lacks %q", s.Code, op, support.Reason)
			}
		}
		for _, v := range s.Services {
			if !strings.Contains(list, "`"+s.Channel(v.Name)+"`") {
				t.Errorf("the list lacks %s", s.Channel(v.Name))
			}
			if !strings.Contains(classes, cellText.Replace(s.PurchaseOf(v.Name).Reason)) {
				t.Errorf("the classes lack %s", s.Channel(v.Name))
			}
		}
		for _, f := range s.Fields {
			if !strings.Contains(page, "| `"+f.Name+"` | "+f.Type+" |") {
				t.Errorf("the page of settings lacks %s of %s", f.Name, s.Code)
			}
		}
	}
}

// The configuration that the README shows is taken as it stands, down to each account.
func TestReadmeConfigurationIsTaken(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../" + readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```yaml\n")
	text, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the README shows no configuration")
	}
	file, err := configs.Parse("README.md", []byte(text), t.TempDir(), []string{"YANWEN_TOKEN=a", "DHL_USER=b", "DHL_PASSWORD=c"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range file.Accounts {
		i := slices.IndexFunc(all.Specs(), func(s adapters.Spec) bool { return s.Code == a.Adapter })
		if i < 0 {
			t.Fatalf("%s: there is no adapter %s", a.Name, a.Adapter)
		}
		if _, err := all.Specs()[i].New(a.Settings(), adapters.Deps{HTTP: &http.Client{}, Logger: slog.New(slog.DiscardHandler)}); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
}

func TestCellsKeepTheTableWhole(t *testing.T) {
	t.Parallel()
	tab := table{head: []string{"a"}}
	tab.add("x|y\nz <b>")
	if got, want := tab.String(), "| a |\n|---|\n| x\\|y z &lt;b> |\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
