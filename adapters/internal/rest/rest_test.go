package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

func serve(t *testing.T, h http.HandlerFunc) (*Client, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return New(srv.Client(), "northwind", srv.URL, normalize.NewSecret("s3cret-key")), &calls
}

func post(ctx context.Context, c *Client) (Reply, error) {
	return c.Do(ctx, Call{Op: "label", Commits: true, Method: "POST", Path: "/buy", Body: []byte(`{"a":"<&>"}`)})
}

func kindIs(t *testing.T, err error, want normalize.Kind) *normalize.Error {
	t.Helper()
	e, ok := errors.AsType[*normalize.Error](err)
	if !ok || e.Kind != want {
		t.Fatalf("got %v, want %s", err, want)
	}
	return e
}

func TestBytesAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = got.ReadFrom(r.Body) })
	if _, err := post(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got.String() != `{"a":"<&>"}` {
		t.Errorf("sent %s", got.String())
	}
}

// A connection that breaks after the carrier committed must not make anyone send again.
func TestACutAnswerIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"before a byte": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half way": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			warm := true
			c, calls := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if warm {
					return
				}
				h(w, r)
			})
			if _, err := post(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			warm = false
			_, err := post(t.Context(), c)
			e, ok := errors.AsType[*normalize.Error](err)
			if !ok || e.Kind.AfterWrite() != normalize.Unknown || e.NotSent {
				t.Errorf("got %v, want an unknown outcome", err)
			}
			if calls.Load() != 2 {
				t.Errorf("%d executions after the warm-up, want 1", calls.Load()-1)
			}
		})
	}
}

func TestNothingSentIsKnown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	c := New(&http.Client{}, "northwind", "http://"+addr)
	_, err = post(t.Context(), c)
	if e := kindIs(t, err, normalize.KindUnavailable); !e.NotSent {
		t.Error("a refused connection sent nothing, and that is not said")
	}
}

func TestASlowAnswerIsATimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c, _ := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := post(ctx, c)
	if e := kindIs(t, err, normalize.KindTimeout); e.NotSent {
		t.Error("the request was sent")
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	c, calls := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	r, err := post(t.Context(), c)
	if err != nil || r.Status != 307 || calls.Load() != 1 {
		t.Errorf("got %d, %v after %d calls", r.Status, err, calls.Load())
	}
}

func TestNoCookieIsKept(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Error("a session of an earlier call came along")
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "tenant-a"})
	})
	for range 2 {
		if _, err := post(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABombIsRefused(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	zw := gzip.NewWriter(&bomb)
	chunk := make([]byte, 1<<20)
	for range 32 {
		_, _ = zw.Write(chunk)
	}
	_ = zw.Close()
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	_, err := post(t.Context(), c)
	kindIs(t, err, normalize.KindBadResponse)
}

func TestErrorsHideTheURL(t *testing.T) {
	t.Parallel()
	c := New(&http.Client{}, "northwind", "http://127.0.0.1:1")
	_, err := c.Do(t.Context(), Call{Op: "rate", Method: "GET", Path: "/q?key=s3cret-key"})
	if s := fmt.Sprintf("%v %+v", err, errors.Unwrap(err)); strings.Contains(s, "s3cret") {
		t.Errorf("the key shows in %s", s)
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	c := New(&http.Client{}, "northwind", "http://x", normalize.NewSecret("s3cret-key"))
	for in, want := range map[string]string{
		"bad key s3cret-key\nfor you":           "bad key [redacted] for you",
		"anna@example.com is no e-mail":         "[…] is no e-mail",
		"phone +49 151 12345678 wrong":          "phone […] wrong",
		"weight 31.2 kg exceeds 30 kg":          "weight 31.2 kg exceeds 30 kg",
		strings.Repeat("é", 300):                strings.Repeat("é", 100),
		"code 355005: line already in a parcel": "code 355005: line already in a parcel",
	} {
		if got := c.Excerpt(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFallbackOnAWriteProvesNothing(t *testing.T) {
	t.Parallel()
	for _, status := range []int{302, 400, 401, 403, 404, 422, 429, 500, 502, 503} {
		if k := Fallback(status, true); k.AfterWrite() != normalize.Unknown {
			t.Errorf("a bare %d on a write is %s, which claims to know", status, k)
		}
	}
	if Fallback(401, false) != normalize.KindAuthFailed || Fallback(429, false) != normalize.KindRateLimited {
		t.Error("a read's 401 and 429 speak for themselves")
	}
}

func TestDeepJSONIsRefused(t *testing.T) {
	t.Parallel()
	var v any
	if err := DecodeJSON([]byte(strings.Repeat("[", 65)+strings.Repeat("]", 65)), &v); err == nil {
		t.Error("65 levels were read")
	}
	if err := DecodeJSON([]byte(`{"a":"[[[\"[["}`), &v); err != nil {
		t.Errorf("brackets in a string are no depth: %v", err)
	}
	if err := DecodeJSON([]byte(`{} {}`), &v); err == nil {
		t.Error("something after the value was read")
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "86400": time.Hour, "-1": 0, "soon": 0} {
		if got := RetryAfter(http.Header{"Retry-After": {in}}); got != want {
			t.Errorf("%q: got %v, want %v", in, got, want)
		}
	}
}
