package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var eventChecks = []check{
	with("are_listed_and_found", func(t *testing.T, s *store.DB) {
		for _, e := range []store.Event{{Type: "a", Subject: "trk_1", Sequence: 1, Data: json.RawMessage(`{"n": 1}`)}, {Type: "b", Subject: "trk_1"}, {Type: "a", Subject: "trk_2"}} {
			e.Tenant = ada
			noError(t, s.AppendEvents(t.Context(), e))
		}
		l, err := s.ListEvents(t.Context(), ada, store.EventFilter{Types: []string{"a"}, Subject: "trk_1"}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
		got, err := s.Event(t.Context(), ada, l.Items[0].ID)
		noError(t, err)
		equal(t, string(got.Data), `{"n": 1}`)
		at := got.CreatedAt
		l, err = s.ListEvents(t.Context(), ada, store.EventFilter{Since: at, Until: at.Add(time.Microsecond)}, store.Page{})
		noError(t, err)
		equal(t, l.Items[len(l.Items)-1].ID, got.ID)
		l, err = s.ListEvents(t.Context(), ada, store.EventFilter{Until: at}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 0)
	}),
	// A reader that only remembers where it was misses nothing, though writers commit in an
	// order of their own.
	with("are_read_without_a_gap_while_others_write", func(t *testing.T, s *store.DB) {
		const writers, each = 8, 25
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := s.AppendEvents(t.Context(), store.Event{Tenant: ada, Type: "x", Subject: fmt.Sprint(w), Sequence: int64(i)})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		next := map[string]int64{}
		after, n := int64(0), 0
		read := func() int {
			part, err := s.ReadEvents(t.Context(), after, 10)
			noError(t, err)
			for _, e := range part {
				equal(t, e.Sequence, next[e.Subject])
				next[e.Subject]++
				after = e.Position
				n++
			}
			return len(part)
		}
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
				read()
			}
		}
		for read() > 0 {
		}
		equal(t, n, writers*each)
	}),
}
