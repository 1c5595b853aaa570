package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/mocks"
	simulations "github.com/crossdock-hub/crossdock/mocks/all"
)

// pushing is one run of carriers' pushes under trouble (harness H5). Messages in the carriers'
// own formats are sent to gateways that are killed, by a sender that tries again what was not
// acknowledged, and must each reach a subscriber that fails and is restarted.
type pushing struct {
	n        int // messages, of all kinds
	gateways int
	store    string
	seed     uint64
	senders  int
	pace     float64       // messages a second at most; as fast as they are acknowledged when 0
	patience time.Duration // of a carrier for its acknowledgement
	limit    time.Duration // of the sending
	settle   time.Duration // how long what was acknowledged may take to be told, without trouble
	after    time.Duration // how long the trouble goes on while what was sent is told
	quiet    time.Duration // how long nothing may happen until what is missing counts as lost
	trouble  *nemesis
	flaws    flaws    // of the subscriber
	only     []string // carriers; all that push when empty
	postgres *pgtest.Server
	// plant spoils the store before it is used.
	plant    func(ctx context.Context, url string) error
	binary   string
	env      []string
	planted  string
	progress io.Writer
}

// usualPushes is the run that the goals are written for.
func usualPushes(store string, n, gateways int, seed uint64) *pushing {
	return &pushing{n: n, gateways: gateways, store: store, seed: seed, senders: 24, patience: 5 * time.Second, limit: 2 * time.Hour,
		settle: 30 * time.Minute, after: time.Minute, quiet: time.Minute, trouble: &nemesis{killEvery: 5 * time.Second},
		flaws: flaws{share: 0.1, restartEvery: 30 * time.Second, restartFor: 700 * time.Millisecond}, progress: io.Discard}
}

// pushConfig polls parcels only where an unsigned push asks for it, so that no lost message is
// made good by a poll, and tries deliveries again within seconds.
func pushConfig() map[string]any {
	return map[string]any{
		"tracking": map[string]any{"begin": "24h", "moving": "24h", "out_for_delivery": "24h", "most": "24h", "hint": "1s"},
		"webhooks": map[string]any{"allow_loopback": true, "timeout": "2s",
			"schedule": []string{"0s", "250ms", "500ms", "1s", "2s", "4s", "4s", "4s", "8s", "8s", "8s", "8s", "15s", "15s", "15s", "15s"}},
		"guards": map[string]any{"breaker": map[string]any{"failures_in_row": 1_000_000, "failure_percent": 100, "min_calls": 1_000_000}},
	}
}

// stage is what a run plays on.
type stage struct {
	box   *mocks.Sandbox // the carriers, in this process, which is never killed
	fleet *fleet
	api   *api
	sink  *sink
	play  *play
}

// run sends under trouble, waits until all is told, and judges. An error says that the
// harness itself could not work; what the gateway did wrong stands in the report.
func (p *pushing) run(ctx context.Context) (*pushReport, error) {
	dir, err := os.MkdirTemp("", "crossdock-chaos-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	box, url, closeBox, err := hostCarriers()
	if err != nil {
		return nil, err
	}
	defer closeBox()
	st, err := openStore(ctx, dir, p.store, p.postgres, pushConfig())
	if err != nil {
		return nil, err
	}
	defer st.end()
	f, err := startFleet(ctx, p.binary, p.gateways, p.env, append(st.args, "--sandbox-url", url)...)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	if p.plant != nil {
		if err := p.plant(ctx, st.url); err != nil {
			return nil, err
		}
	}
	s := &stage{box: box, fleet: f, api: newAPI(readyTime, f.pick)}
	if s.sink, err = startSink(p.flaws, p.seed); err != nil {
		return nil, err
	}
	defer s.sink.close()
	if err := s.prepare(ctx, p); err != nil {
		return nil, err
	}
	r := &pushReport{head: head{Harness: "H5 callbacks", Seed: p.seed, Commit: commit(ctx), Machine: machine(), Store: p.store,
		Gateways: p.gateways, Planted: p.planted}}
	if err := p.perform(ctx, s, r); err != nil {
		return nil, err
	}
	return r, p.judge(ctx, s, r)
}

// hostCarriers serves the carriers from this process, for the polls by which unsigned pushes
// are confirmed.
func hostCarriers() (box *mocks.Sandbox, url string, end func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, err
	}
	box = mocks.New(mocks.Options{RequestsPerSecond: -1, Remember: true}, simulations.Makers()...)
	server := &http.Server{Handler: box, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(ln) }() // ends by Close
	return box, "http://" + ln.Addr().String(), func() { _ = server.Close(); box.Close() }, nil
}

// prepare subscribes, makes up the messages and follows their parcels.
func (s *stage) prepare(ctx context.Context, p *pushing) error {
	if err := s.sink.subscribe(ctx, s.api); err != nil {
		return err
	}
	channels, err := s.api.channels(ctx)
	if err != nil {
		return err
	}
	carriers, err := pushersOf(s.box, channels, p.only)
	if err != nil {
		return err
	}
	if s.play, err = compose(carriers, p.n, p.seed); err != nil {
		return err
	}
	return s.play.follow(ctx, s.api)
}

// perform sends everything while the trouble lasts, and returns when all is told, or nothing
// more happens.
func (p *pushing) perform(ctx context.Context, s *stage, r *pushReport) error {
	began := time.Now()
	busy := processorTime()
	send := newSender(s, p)
	watch, stopWatch := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		progress(watch, p.progress, func() string {
			return fmt.Sprintf("%s: %d of %d messages to send, %d of %d scans told, %d kills, %s", p.store, send.queue.left(), p.n,
				s.sink.told(), s.play.acknowledged(), p.trouble.kills.Load(), time.Since(began).Round(time.Second))
		})
	})
	defer watching.Wait()
	defer stopWatch()

	trouble, endTrouble := context.WithCancel(ctx)
	defer endTrouble()
	var nemesisErr error
	var troubling sync.WaitGroup
	troubling.Go(func() { nemesisErr = p.trouble.run(trouble, p.seed, s.fleet, nil) })
	troubling.Go(func() { s.sink.trouble(trouble) })

	sending, endSending := context.WithTimeout(ctx, p.limit)
	defer endSending()
	send.run(sending)
	r.SendMS = time.Since(began).Milliseconds()
	r.CPUBusy = busyShare(busy, processorTime())
	for last := time.Now(); time.Since(last) < p.after && s.sink.told() < s.play.acknowledged() && pause(ctx, 100*time.Millisecond); {
	}
	endTrouble()
	troubling.Wait()
	if err := errors.Join(nemesisErr, s.fleet.broken()); err != nil {
		return err
	}
	if err := s.fleet.allUp(ctx, readyTime); err != nil {
		return err
	}
	p.drain(ctx, s)
	r.DrainMS = time.Since(began).Milliseconds() - r.SendMS
	r.fillSending(send)
	return ctx.Err()
}

// drain waits until everything is told and nothing is left to do, or nothing happens any more.
func (p *pushing) drain(ctx context.Context, s *stage) {
	end := time.Now().Add(p.settle)
	for lastOpen := time.Now(); time.Now().Before(end); {
		missing := s.sink.told() < s.play.acknowledged()
		silent := s.sink.silence()
		switch {
		case missing && silent < time.Second:
			lastOpen = time.Now()
		case s.open(ctx):
			lastOpen = time.Now()
		case !missing && silent > time.Second, time.Since(lastOpen) > p.quiet:
			return
		}
		if !pause(ctx, 250*time.Millisecond) {
			return
		}
	}
}

// open tells whether a message waits to be read or a delivery to be made.
func (s *stage) open(ctx context.Context) bool {
	for _, path := range []string{"/v1/callbacks?limit=1&state=received", "/v1/webhooks/" + s.sink.id + "/deliveries?limit=1&status=pending"} {
		out, err := s.api.do(ctx, http.MethodGet, path, "", nil)
		if err != nil || out.status != http.StatusOK || !isEmptyList(out.body) {
			return true
		}
	}
	return false
}
