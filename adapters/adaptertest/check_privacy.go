package adaptertest

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// checkPrivacy: errors travel into logs, tickets and other people's screens. None may hold a
// credential, a name, a street, a phone or an e-mail, not even when the carrier, or a proxy
// before it, sends back what it was sent.
func checkPrivacy(t *testing.T, h Harness) {
	echoes := []failure{
		{"echo as text", echo(400, "text/plain"), nil}, {"echo as a page", echo(200, "text/html"), nil},
		{"echo as JSON", echo(422, "application/json"), nil},
	}
	eachAction(t, h, "privacy", func(t *testing.T, s *session, a action) {
		words := map[string][]string{"credential": h.secrets(t), "personal": personal(h.Shipment)}
		call := a.ready(s)
		for _, f := range append(echoes, failures...) {
			if f.name == "without end" {
				continue
			}
			_, err := s.attempt(call, a, f)
			silent(t, f.name+": the error", words, errorText(err))
		}
		silent(t, "a log line", words, s.logs.String())
		silent(t, "the printed adapter", words, fmt.Sprintf("%v %+v %#v", s.adapter, s.adapter, s.adapter))
	})
}

// silent fails if text holds any of the words. It names the kind and never the word, as an
// error should.
func silent(t *testing.T, where string, words map[string][]string, text string) {
	t.Helper()
	for kind, list := range words {
		for i, w := range list {
			if w != "" && strings.Contains(text, w) {
				t.Errorf("%s holds a %s word (number %d of the harness)", where, kind, i+1)
			}
		}
	}
}

// errorText is all that an error can be made to say, causes included.
func errorText(err error) string {
	var b strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&b, "%v %+v\n", err, err)
		if e, ok := err.(*normalize.Error); ok {
			fmt.Fprintf(&b, "%s %s %s %s %s\n", e.Message, e.CarrierMsg, e.Code, e.Field, e.Service)
		}
	}
	return b.String()
}

// echo answers with the request itself: line, headers and body.
func echo(status int, contentType string) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		var b bytes.Buffer
		if r.Body != nil {
			if _, err := b.ReadFrom(r.Body); err != nil {
				return nil, err
			}
		}
		if contentType != "application/json" {
			fmt.Fprintf(&b, "\n%s %s %v", r.Method, r.URL, r.Header)
		}
		return respond(r, status, contentType, &b), nil
	}
}
