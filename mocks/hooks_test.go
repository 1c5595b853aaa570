package mocks

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// depot is a carrier whose customers subscribe by themselves, and that sends two scans at once.
type depot struct {
	kiosk
	hooks []string
}

func (d *depot) Code() string { return "depot" }

func (d *depot) MaxBatch() int { return 2 }

func (d *depot) Batch(p Parcel, scans []Scan, secret string) (Message, error) {
	words := []string{p.Number}
	for _, s := range scans {
		words = append(words, s.Code)
	}
	return Message{Header: http.Header{"X-Sign": {secret}}, Body: []byte(strings.Join(words, " "))}, nil
}

func (d *depot) Hooks(Parcel) []Hook {
	var out []Hook
	for _, url := range d.hooks {
		out = append(out, Hook{URL: url, Secret: "of " + url, Pusher: d.kiosk, Wants: func(s Scan) bool { return s.Code != "FLOWN" }})
	}
	return out
}

// posted is what a customer heard at an address.
type posted struct{ url, sign, body string }

// listener answers OK and remembers; the first so many times it is down.
type listener struct {
	mu   sync.Mutex
	down int
	got  []posted
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	out := &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("OK")), Request: r}
	if l.down > 0 {
		l.down--
		out.StatusCode = 503
		return out, nil
	}
	l.got = append(l.got, posted{r.URL.String(), r.Header.Get("X-Sign"), string(body)})
	return out, nil
}

func (l *listener) heard() []posted {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.got)
}

// Hooks hear in their own form and only what they want, once each; the address of the control
// interface hears the rest, several scans in a message.
func TestHooksAndBatches(t *testing.T) {
	for _, tt := range []struct {
		name  string
		hooks []string
		want  []posted
	}{
		{"no hook", nil, []posted{{"http://gw/cb", "ink", "K1 PICKED FLOWN"}, {"http://gw/cb", "ink", "K1 LOST"}}},
		{"another address", []string{"http://gw/own"}, []posted{{"http://gw/own", "of http://gw/own", "K1 PICKED"}, {"http://gw/own", "of http://gw/own", "K1 LOST"},
			{"http://gw/cb", "ink", "K1 PICKED FLOWN"}, {"http://gw/cb", "ink", "K1 LOST"}}},
		{"the same address", []string{"http://gw/cb"}, []posted{{"http://gw/cb", "of http://gw/cb", "K1 PICKED"}, {"http://gw/cb", "of http://gw/cb", "K1 LOST"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &listener{}
			s := New(Options{HTTP: &http.Client{Transport: l}}, func(d *Desk) Carrier { return &depot{kiosk{d}, tt.hooks} })
			t.Cleanup(s.Close)
			client := &http.Client{Transport: Transport(s)}
			control(t, client, "PUT", "callbacks", `{"carrier":"depot","account":"a","url":"http://gw/cb"}`)
			status, body := control(t, client, "POST", "push", `{"carrier":"depot","tracking_number":"K1","journey":"lost"}`)
			if status != 200 || !strings.Contains(body, `"refused":0,"retrying":0`) {
				t.Errorf("got %d %s, want all acknowledged", status, body)
			}
			if !slices.Equal(l.heard(), tt.want) {
				t.Errorf("got %v, want %v", l.heard(), tt.want)
			}
		})
	}
}

// A carrier's own messages keep their order, and wait for one another while the customer is down.
func TestDeskPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &listener{down: 2}
		var desk *Desk
		s := New(Options{HTTP: &http.Client{Transport: l}}, func(d *Desk) Carrier { desk = d; return kiosk{d} })
		if !desk.Post("http://gw/own", Message{Body: []byte("first")}, Message{Body: []byte("second")}) {
			t.Fatal("got no room for a message")
		}
		synctest.Wait()
		if got := l.heard(); len(got) != 0 {
			t.Errorf("got %v while the customer was down", got)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if want := []posted{{"http://gw/own", "", "first"}, {"http://gw/own", "", "second"}}; !slices.Equal(l.heard(), want) {
			t.Errorf("got %v, want %v", l.heard(), want)
		}
		s.Close()
		if desk.Post("http://gw/own", Message{}) {
			t.Error("a closed sandbox still sends")
		}
	})
}
