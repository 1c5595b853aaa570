package adaptertest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

var update = flag.Bool("update", false, "rewrite the .golden.json files")

// Case is one exchange with the carrier, kept in testdata. Name it for the situation:
// track_customs_hold, not test3. Its files are
//
//	<name>.request.*      what we must send, byte for byte: the body, or with the ending .http
//	                      the method, the URL, the headers that an adapter sets and the body
//	<name>.response.*     the carrier's words; with the ending .http status line, headers and body
//	<name>.golden.json    what we make of it: the result, or the error, without empty fields
//
// Where one call makes several exchanges they are <name>.request.1.json and so on. Request
// files are optional. With -update only the golden files are rewritten. Time stands still at
// 2000-01-01T00:00:00Z.
type Case struct {
	Name string
	Do   func(ctx context.Context, ops adapters.Ops) (any, error)
}

// Golden runs the cases of dir, against an adapter with the harness's Spec and Config. A file
// of a response that no case reads is a fault.
func Golden(t *testing.T, h Harness, dir string, cases []Case) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Name] {
			t.Fatalf("two cases are called %s", c.Name)
		}
		seen[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.run(t, h, dir) })
		})
	}
	for _, path := range glob(t, dir, "*.response.*") {
		if name, _, _ := strings.Cut(filepath.Base(path), "."); !seen[name] {
			t.Errorf("%s belongs to no case", path)
		}
	}
}

func (c Case) run(t *testing.T, h Harness, dir string) {
	replies := glob(t, dir, c.Name+".response.*")
	if len(replies) == 0 {
		t.Fatalf("%s has no response", c.Name)
	}
	canned := &tap{next: &script{t: t, files: replies}}
	a, err := h.Spec.New([]byte(h.Config), adapters.Deps{HTTP: &http.Client{Transport: canned}, Logger: (&session{logs: &lockedBuffer{}}).logger()})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.Do(t.Context(), adapters.OpsOf(a))
	c.compareRequests(t, dir, canned.all())
	compareGolden(t, filepath.Join(dir, c.Name+".golden.json"), outcome(out, err))
}

func (c Case) compareRequests(t *testing.T, dir string, got []sent) {
	t.Helper()
	files := glob(t, dir, c.Name+".request.*")
	if len(files) > 0 && len(files) != len(got) {
		t.Errorf("%d requests were sent, %d are kept", len(got), len(files))
	}
	for i, path := range files {
		if i >= len(got) {
			return
		}
		text := got[i].body
		if filepath.Ext(path) == ".http" {
			text = strings.TrimSuffix(got[i].head()+got[i].body, "\n\n") // an empty body
		}
		// An editor's newline at the end of the file is not the request's.
		if want := read(t, path); want != text && strings.TrimRight(want, "\n") != text {
			t.Errorf("%s\n got %s\nwant %s", path, text, want)
		}
	}
}

// head is the request line and the headers that an adapter sets.
func (s sent) head() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", s.method, s.url)
	var names []string
	for name := range s.header {
		if name != "User-Agent" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(s.header[name], ", "))
	}
	b.WriteString("\n")
	return b.String()
}

// outcome is the result, or the error in the words of normalize.Error.
func outcome(out any, err error) any {
	if err == nil {
		return out
	}
	e := normalize.AsError(err)
	return map[string]any{"error": map[string]any{"kind": e.Kind, "code": e.Code, "message": e.Message, "field": e.Field, "status": e.Status}}
}

func compareGolden(t *testing.T, path string, v any) {
	t.Helper()
	got := encode(t, said(t, v))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := read(t, path); want != got {
		t.Errorf("%s\n got %s\nwant %s", path, got, want)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// said is v without what was not said: a golden file shows what a reply tells, and our types
// have many fields.
func said(t *testing.T, v any) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(encode(t, v)))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return prune(tree)
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e = prune(e); empty(e) {
				delete(v, k)
			} else {
				v[k] = e
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		return v
	}
	return v
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == "" || v == "0001-01-01T00:00:00Z"
	case json.Number:
		return v == "0"
	case bool:
		return !v
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// script answers one request after another from files.
type script struct {
	t     *testing.T
	files []string
}

// RoundTrip answers with the next file.
func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(s.files) == 0 {
		s.t.Errorf("a request more than there are responses: %s %s", r.Method, r.URL.Path)
		return nil, errReset
	}
	path := s.files[0]
	s.files = s.files[1:]
	text := read(s.t, path)
	if filepath.Ext(path) == ".http" {
		return parseHTTP(r, text)
	}
	types := map[string]string{".json": "application/json", ".xml": "text/xml", ".html": "text/html", ".txt": "text/plain"}
	return respond(r, http.StatusOK, types[filepath.Ext(path)], strings.NewReader(text)), nil
}

// parseHTTP reads "HTTP/1.1 401 Unauthorized", headers, an empty line and the body, whose
// length is that of the file.
func parseHTTP(r *http.Request, text string) (*http.Response, error) {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	_, rest, _ := strings.Cut(lines[0], " ")
	res := respond(r, atoi(rest[:min(3, len(rest))]), "", strings.NewReader(body))
	for _, line := range lines[1:] {
		if name, value, ok := strings.Cut(line, ":"); ok {
			res.Header.Set(name, strings.TrimSpace(value))
		}
	}
	return res, nil
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes golden files)", err)
	}
	return string(b)
}
