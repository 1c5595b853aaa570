package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// The waits of a follower. The gateway says every 15 s that it is still there.
const (
	followLimit   = 24 * time.Hour
	followSilence = 45 * time.Second // then the connection is taken for dead
	followEvery   = time.Second      // between looks where there is no live view
	followRetry   = 500 * time.Millisecond
	followMost    = 30 * time.Second // between tries to come back
	followTries   = 20               // in a row, without a word in between: about eight minutes
)

// follower shows each scan of a parcel once, as it comes.
type follower struct {
	c     *cobra.Command
	cl    *client
	id    string
	last  string          // sequence of the last event, from which a view goes on
	shown map[string]bool // scans, by id and meaning: one that is mended is shown again
	done  bool            // the parcel has arrived
	heard bool            // something came since the last try
}

// followTracker watches the gateway's live view until the parcel has arrived. A view that
// breaks off is taken up where it was, and where there is none the tracker is looked at each
// second. Being interrupted is no failure.
func followTracker(c *cobra.Command, cl *client, t trackers.Tracker) error {
	ctx, cancel := context.WithTimeout(c.Context(), followLimit)
	defer cancel()
	f := &follower{c: c, cl: cl, id: t.ID, shown: map[string]bool{}}
	for tries := 0; ; tries++ {
		err := f.watch(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case f.done:
			return f.rest(ctx)
		case errors.Is(err, errNoView):
			f.say("this gateway has no live view; looking every second instead")
			return f.poll(ctx)
		case final(err):
			return failed(c, err)
		}
		if f.heard {
			tries, f.heard = 0, false
		}
		if tries >= followTries {
			return fmt.Errorf("the live view of %s cannot be reached: %w", f.id, cmp.Or(err, errors.New("it ends at once")))
		}
		wait := min(followRetry<<min(tries, 10), followMost)
		if wait += rand.N(wait / 4); err != nil {
			f.say(fmt.Sprintf("the live view broke off (%s); trying again in %s", err, wait.Round(100*time.Millisecond)))
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// say tells a person, not a program that reads the output.
func (f *follower) say(text string) { _, _ = fmt.Fprintln(f.c.ErrOrStderr(), "crossdock: "+text) }

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// errNoView: the answer is no stream of events, as from a gateway or through a proxy that has none.
var errNoView = errors.New("no live view")

// final tells whether asking again would give the same refusal.
func final(err error) bool {
	p, refused := errors.AsType[*problemError](err)
	return refused && !p.Retryable && p.Status < http.StatusInternalServerError
}

// watch shows one view until it ends. An end without an error is the gateway's, which ends
// each view after an hour, and all of them when it stops.
func (f *follower) watch(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(followSilence, func() { cancel(errors.New("nothing was heard for too long")) })
	defer silence.Stop()
	header := []string{"Accept", "text/event-stream"}
	if f.last != "" {
		header = append(header, "Last-Event-ID", f.last)
	}
	resp, err := f.cl.open(ctx, "/v1/trackers/"+url.PathEscape(f.id), header...)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return errNoView
	}
	in := newEventReader(resp.Body)
	for in.next(func() { silence.Reset(followSilence); f.heard = true }) {
		if err := f.take(in.kind, in.id, in.data); err != nil || f.done {
			return err
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return in.err()
}

// take shows one event of a view.
func (f *follower) take(kind, id string, data []byte) error {
	switch kind {
	case "tracker":
		var t trackers.Tracker
		if err := json.Unmarshal(data, &t); err != nil {
			return fmt.Errorf("the live view cannot be read: %w", err)
		}
		if err := f.show(t.Events...); err != nil {
			return err
		}
		f.done = t.Status.Terminal()
	case trackers.TypeUpdated:
		var u trackers.Update
		if err := json.Unmarshal(data, &u); err != nil {
			return fmt.Errorf("the live view cannot be read: %w", err)
		}
		if u.Event != nil {
			if err := f.show(*u.Event); err != nil {
				return err
			}
		}
		f.done = u.Status.Terminal()
	}
	if id != "" {
		f.last = id
	}
	return nil
}

// rest shows what joined the timeline beside the scan that ended the journey.
func (f *follower) rest(ctx context.Context) error {
	var t trackers.Tracker
	if _, err := f.cl.get(ctx, "/v1/trackers/"+url.PathEscape(f.id), &t); err != nil {
		return failed(f.c, err)
	}
	return f.show(t.Events...)
}

// poll looks at the tracker again and again.
func (f *follower) poll(ctx context.Context) error {
	for {
		var t trackers.Tracker
		_, err := f.cl.get(ctx, "/v1/trackers/"+url.PathEscape(f.id), &t)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return failed(f.c, err)
		}
		if err := f.show(t.Events...); err != nil || t.Status.Terminal() {
			return err
		}
		if !sleep(ctx, followEvery) {
			return nil
		}
	}
}

// show prints the scans that were not shown yet.
func (f *follower) show(events ...trackers.Event) error {
	for _, e := range events {
		key := strings.Join([]string{e.ID, string(e.Status), string(e.Substatus)}, " ")
		if f.shown[key] {
			continue
		}
		f.shown[key] = true
		if err := writeFollowed(f.c, e); err != nil {
			return err
		}
	}
	return nil
}

func writeFollowed(c *cobra.Command, e trackers.Event) error {
	if asJSON(c) {
		return json.NewEncoder(c.OutOrStdout()).Encode(e)
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s  %-22s  %-20s  %s\n", e.OccurredAt.Format("2006-01-02 15:04 -07:00"), e.Status, place(e), e.Description)
	return err
}
