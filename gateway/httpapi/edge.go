package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/crossdock-hub/crossdock/gateway"
)

type requestIDKey struct{}

// pathKey holds the path that was asked for, which is a problem's instance.
type pathKey struct{}

func pathOf(ctx context.Context) string {
	p, _ := ctx.Value(pathKey{}).(string)
	return p
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// edge is what every request passes first: its id, and for a body that it is JSON, of
// bounded size, and names no key twice.
func (s *Server) edge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !visible(id, 100) {
			id = newRequestID()
		}
		w.Header().Set("X-Request-Id", id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		r = r.WithContext(context.WithValue(ctx, pathKey{}, r.URL.Path))
		if strings.HasPrefix(r.URL.Path, "/v1/") && r.ContentLength != 0 && r.Body != nil {
			if p := readBody(w, r); p != nil {
				writeProblem(w, r, p)
				return
			}
		}
		pw := &problemWriter{ResponseWriter: w, r: r}
		defer s.recover(pw)
		next.ServeHTTP(pw, r)
	})
}

// recover answers a request whose handler panicked: a bug of ours must not look like a broken
// connection, which a caller would take for a lost answer.
func (s *Server) recover(w *problemWriter) {
	v := recover()
	if v == nil {
		return
	}
	what := fmt.Sprintf("%T", v) // the value may hold what a caller sent
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	s.Logger.Error("request panicked", "request_id", requestID(w.r.Context()), "panic", what, "stack", string(debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler) // the answer is broken off, since it cannot be taken back
	}
	writeProblem(w.ResponseWriter, w.r, fromRefusal(gateway.Refuse(gateway.CodeInternal, internalDetail)))
}

func newRequestID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return "req_" + hex.EncodeToString(b[:])
}

func visible(s string, limit int) bool {
	return s != "" && len(s) <= limit && !strings.ContainsFunc(s, func(c rune) bool { return c < 0x21 || c > 0x7e })
}

// readBody replaces the body by its checked bytes.
func readBody(w http.ResponseWriter, r *http.Request) *Problem {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return fromRefusal(gateway.Refuse(gateway.CodeTooLarge, "the body is larger than 1 MiB"))
	}
	if err != nil {
		return fromRefusal(gateway.Refuse(gateway.CodeMalformed, "the body could not be read whole"))
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	r.ContentLength = int64(len(b))
	if len(b) == 0 {
		return nil
	}
	if mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Header.Get("Content-Type") != "" && (err != nil || mt != "application/json") {
		return fromRefusal(gateway.Refuse(gateway.CodeUnsupportedMedia, "the body must be application/json"))
	}
	twice, err := checkKeys(b)
	if err != nil {
		return fromRefusal(gateway.Refuse(gateway.CodeMalformed, "the body cannot be read: "+err.Error()))
	}
	if len(twice) > 0 {
		return fromRefusal(&gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: twice})
	}
	return nil
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	p.Instance = r.URL.Path
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(p) // the client is gone where this fails
	}
}

// problemWriter makes problems of the plain texts that the router itself answers for a
// path or a method that is not there.
type problemWriter struct {
	http.ResponseWriter
	r       *http.Request
	swallow bool
	begun   bool
}

func (w *problemWriter) WriteHeader(status int) {
	w.begun = true
	plain := strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain")
	switch {
	case plain && status == http.StatusNotFound:
		w.swallow = true
		writeProblem(w.ResponseWriter, w.r, fromRefusal(gateway.NotFound("route")))
	case plain && status == http.StatusMethodNotAllowed:
		w.swallow = true
		writeProblem(w.ResponseWriter, w.r, fromRefusal(gateway.Refuse(gateway.CodeMethodNotAllowed, "this route has no such method")))
	default:
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *problemWriter) Write(b []byte) (int, error) {
	if w.swallow {
		return len(b), nil
	}
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets a response controller flush and set deadlines.
func (w *problemWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
