package httpapi

import (
	"context"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsFile embed.FS

var docsPage = template.Must(template.ParseFS(docsFile, "docs.html"))

// plainRoutes are those without a key: alive, ready, metrics in the sandbox, and the page.
func (s *Server) plainRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.Store.Ping(ctx); err != nil {
			http.Error(w, "the store cannot be reached", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	mux.HandleFunc("GET /docs", s.docs)
}

type docsOperation struct {
	Method, Path, Summary, Description, Scope, Request, Answer string
	Query                                                      []string
}

// docs is the contract for people, made of the same OpenAPI object that /openapi.json is.
func (s *Server) docs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	spec := s.api.OpenAPI()
	schemas := map[string]string{}
	names := []string{}
	for name, schema := range spec.Components.Schemas.Map() {
		b, err := json.MarshalIndent(schema, "", "  ")
		if err != nil {
			continue
		}
		schemas[name] = string(b)
		names = append(names, name)
	}
	slices.Sort(names)
	data := struct {
		Version    string
		Operations []docsOperation
		Names      []string
		Schemas    map[string]string
	}{s.Version, docsOperations(spec), names, schemas}
	if err := docsPage.Execute(w, data); err != nil {
		s.Logger.Error("page not written", "err", err.Error())
	}
}

func docsOperations(spec *huma.OpenAPI) []docsOperation {
	var out []docsOperation
	for path, item := range spec.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			d := docsOperation{Method: op.Method, Path: path, Summary: op.Summary, Description: op.Description}
			d.Scope, _ = op.Metadata[scopeKey].(string)
			for _, p := range op.Parameters {
				if p.In == "query" {
					d.Query = append(d.Query, p.Name)
				}
			}
			if op.RequestBody != nil {
				d.Request = schemaName(op.RequestBody.Content)
			}
			for _, status := range []string{"200", "201", "202"} {
				if r := op.Responses[status]; r != nil && d.Answer == "" {
					d.Answer = schemaName(r.Content)
				}
			}
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b docsOperation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	return out
}

func schemaName(content map[string]*huma.MediaType) string {
	for _, m := range content {
		if m.Schema != nil && m.Schema.Ref != "" {
			return m.Schema.Ref[strings.LastIndexByte(m.Schema.Ref, '/')+1:]
		}
	}
	return ""
}
