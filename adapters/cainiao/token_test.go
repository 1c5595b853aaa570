package cainiao

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// shop is a seller's account at the simulator, with a store of tokens that outlives an adapter
// and a note of each refresh token that was sent.
type shop struct {
	wire http.RoundTripper

	mu     sync.Mutex
	stored string
	sent   []string
	broken bool // the store takes nothing
}

// RoundTrip passes everything on.
func (s *shop) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/auth/token/refresh") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.sent = append(s.sent, form.Get("refresh_token"))
		s.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return s.wire.RoundTrip(r)
}

// Refresh is a store that keeps what it is given before it hands it out.
func (s *shop) Refresh(_ context.Context, _ string, fn func(string) (string, error)) (string, error) {
	s.mu.Lock()
	stored, broken := s.stored, s.broken
	s.mu.Unlock()
	fresh, err := fn(stored)
	if err != nil {
		return "", err
	}
	if broken {
		return "", normalize.Fail(normalize.KindUnavailable, "the store is down")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored = fresh
	return fresh, nil
}

func (s *shop) tokens(t *testing.T) token.Grant {
	t.Helper()
	var g token.Grant
	if err := json.Unmarshal([]byte(s.stored), &g); err != nil {
		t.Fatalf("stored: %v", err)
	}
	return g
}

const (
	sellersAccess  = "50000601sandboxSellerAccess0000000000000000000001"
	sellersRefresh = "50001601sandboxSellerRefresh000000000000000000001"
)

// open makes an adapter of the shop, whose configuration has these tokens.
func (s *shop) open(t *testing.T, access, refresh string) adapters.Ops {
	t.Helper()
	c := strings.NewReplacer(sellersAccess, `"`+access+`"`, sellersRefresh, `"`+refresh+`"`).Replace(account)
	a, err := Spec().New([]byte(c), adapters.Deps{HTTP: &http.Client{Transport: s}, Tokens: s})
	if err != nil {
		t.Fatal(err)
	}
	return adapters.OpsOf(a)
}

func ask(t *testing.T, ops adapters.Ops) error {
	t.Helper()
	_, err := ops.Rater.Rate(t.Context(), normalize.RateRequest{Shipment: marketplaceOrder(), Services: []string{standard}})
	return err
}

// A refresh token rotates: each is used once, the next one is stored before it is needed, and
// an adapter that starts later goes on where the last one was.
func TestTokensRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{wire: simulator(t, nil)}
		ops := s.open(t, "", sellersRefresh)
		for _, step := range []struct {
			wait      time.Duration
			refreshes int
		}{{0, 1}, {58 * time.Minute, 1}, {90 * time.Second, 2}, {time.Hour, 3}} {
			time.Sleep(step.wait)
			if err := ask(t, ops); err != nil || len(s.sent) != step.refreshes {
				t.Fatalf("after %v more: %v with %d refreshes, want %d", step.wait, err, len(s.sent), step.refreshes)
			}
		}
		if s.sent[0] != sellersRefresh || s.sent[1] == s.sent[0] || s.sent[2] == s.sent[1] {
			t.Errorf("the refresh token did not rotate")
		}
		if err := ask(t, s.open(t, "", sellersRefresh)); err != nil || len(s.sent) != 3 {
			t.Errorf("after a restart: %v with %d refreshes, want none more", err, len(s.sent))
		}
	})
}

// An access token of the configuration serves until it is refused; the call that finds out
// fails for certain, and the next one has a fresh token.
func TestRefusedTokenIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{wire: simulator(t, nil)}
		ops := s.open(t, "expired-long-ago", sellersRefresh)
		if err := ask(t, ops); normalize.KindOf(err) != normalize.KindAuthFailed || len(s.sent) != 0 {
			t.Fatalf("got %v after %d refreshes, want auth_failed", err, len(s.sent))
		}
		if err := ask(t, ops); err != nil || len(s.sent) != 1 {
			t.Errorf("got %v after %d refreshes", err, len(s.sent))
		}
		if s.tokens(t).Refresh == sellersRefresh {
			t.Error("the new refresh token is not stored")
		}
	})
}

// A seller who authorises the app anew puts new tokens into the account; what was stored under
// the old ones is of no use any more.
func TestNewCredentialsReplaceStoredTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{wire: simulator(t, nil), stored: `{"seed":"another","access_token":"old","refresh_token":"old","expires":99999999999}`}
		if err := ask(t, s.open(t, sellersAccess, "")); err != nil || s.tokens(t).Access != sellersAccess {
			t.Errorf("got %v", err)
		}
	})
}

// A token that cannot be had, or not be stored, stops a purchase before it is sent.
func TestNoTokenNothingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, s := range map[string]*shop{
			"refresh token refused": {wire: simulator(t, nil)},
			"store down":            {wire: simulator(t, nil), broken: true},
		} {
			refresh := "no-such-token"
			if s.broken {
				refresh = sellersRefresh
			}
			_, err := s.open(t, "", refresh).Labeler.Label(t.Context(), normalize.LabelRequest{
				Shipment: marketplaceOrder(), Service: standard, ClientReference: "XDK0000000000001"})
			if e := normalize.AsError(err); err == nil || !e.NotSent || e.Op != "label" {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

// Without a refresh token a refused access token is the operator's matter.
func TestNothingToRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{wire: simulator(t, nil)}
		ops := s.open(t, "expired-long-ago", "")
		for range 2 {
			if err := ask(t, ops); normalize.KindOf(err) != normalize.KindAuthFailed || strings.Contains(err.Error(), "expired-long-ago") {
				t.Errorf("got %v, want auth_failed without the token", err)
			}
		}
	})
}

// Without a store the tokens last as long as the process.
func TestTokensInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{wire: simulator(t, nil)}
		a, err := New(Config{SyncURL: "http://sandbox/cainiao/sync", RestURL: "http://sandbox/cainiao/rest/", AppKey: "500123",
			AppSecret: normalize.NewSecret("demoSecret"), RefreshToken: normalize.NewSecret(sellersRefresh)},
			adapters.Deps{HTTP: &http.Client{Transport: s}})
		if err != nil {
			t.Fatal(err)
		}
		ops := adapters.OpsOf(a)
		for range 2 {
			if err := ask(t, ops); err != nil {
				t.Error(err)
			}
			time.Sleep(2 * time.Hour)
		}
		if len(s.sent) != 2 || s.sent[0] == s.sent[1] {
			t.Errorf("%d refreshes", len(s.sent))
		}
	})
}
