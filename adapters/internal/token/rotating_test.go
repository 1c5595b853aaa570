package token

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// mint counts what it was asked for and gives a token of two hours each time.
type mint struct {
	asked  []string
	rotate string
	fail   error
}

func (m *mint) renew(_ context.Context, refresh string) (Grant, error) {
	if m.asked = append(m.asked, refresh); m.fail != nil {
		return Grant{}, m.fail
	}
	return Grant{Access: "access-" + time.Now().UTC().Format("150405"), Refresh: m.rotate, Expires: time.Now().Unix() + 7200}, nil
}

// configured is an account that has a refresh token, or a code that is exchanged for one.
func configured(refresh, code string, store adapters.TokenStore, m *mint) *Rotating {
	return NewRotating("seller", Grant{Seed: Seed("app", refresh, code), Refresh: refresh}, store, m.renew)
}

func stored(t *testing.T, m memory) (g Grant) {
	t.Helper()
	text := <-m.slot
	m.slot <- text
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// A consent's code is exchanged once; from then on the refresh token that came of it is used,
// after a restart too, and a new one replaces it before it is used.
func TestConsentIsExchangedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, m := newMemory(), &mint{rotate: "first"}
		s := configured("", "code", store, m)
		one, err := s.Get(t.Context())
		if err != nil || one.Reveal() != "access-000000" {
			t.Fatalf("got %q, %v", one.Reveal(), err)
		}
		if _, err := s.Get(t.Context()); err != nil || len(m.asked) != 1 {
			t.Fatalf("asked %d times for a token that is good, %v", len(m.asked), err)
		}
		s = configured("", "code", store, m) // a restart
		if again, err := s.Get(t.Context()); err != nil || again.Reveal() != one.Reveal() || len(m.asked) != 1 {
			t.Fatalf("after a restart: got %q, %v, asked %d times", again.Reveal(), err, len(m.asked))
		}
		m.rotate = "second"
		time.Sleep(2 * time.Hour)
		if _, err := s.Get(t.Context()); err != nil || m.asked[1] != "first" || stored(t, store).Refresh != "second" {
			t.Fatalf("asked %v, stored %q, %v", m.asked, stored(t, store).Refresh, err)
		}
		m.rotate = ""
		time.Sleep(2 * time.Hour)
		if _, err := s.Get(t.Context()); err != nil || m.asked[2] != "second" || stored(t, store).Refresh != "second" {
			t.Errorf("asked %v, stored %q, %v", m.asked, stored(t, store).Refresh, err)
		}
	})
}

// New credentials in the account beat what was stored under the old ones; a failed refresh
// loses nothing.
func TestNewCredentialsBeatTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, m := newMemory(), &mint{}
		if _, err := configured("old", "", store, m).Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := configured("new", "", store, m)
		m.fail = errors.New("down")
		if _, err := fresh.Get(t.Context()); !errors.Is(err, m.fail) || stored(t, store).Refresh != "old" {
			t.Fatalf("got %v, stored %q", err, stored(t, store).Refresh)
		}
		m.fail = nil
		if _, err := fresh.Get(t.Context()); err != nil || m.asked[2] != "new" || stored(t, store).Refresh != "new" {
			t.Errorf("asked %v, stored %q, %v", m.asked, stored(t, store).Refresh, err)
		}
	})
}

// A token that the carrier refuses is fetched anew, though the store still takes it for good.
func TestRefusedTokenIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := configured("r", "", nil, m)
		one, err := s.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s.Refuse(t.Context(), one)
		if two, err := s.Get(t.Context()); err != nil || two.Reveal() == one.Reveal() || len(m.asked) != 2 {
			t.Errorf("got %q again, %v", two.Reveal(), err)
		}
	})
}
