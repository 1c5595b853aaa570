package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/mocks"
	simulations "github.com/crossdock-hub/crossdock/mocks/all"
)

// The times of a case.
const (
	crashLimit    = 4 * time.Second // of one purchase call
	crashDeadline = 2 * time.Second // of the buyer: nothing is sent again for somebody who left
	crashSlow     = crashLimit + 700*time.Millisecond
	crashLate     = 500 * time.Millisecond
	toDie         = 60 * time.Second // until the step is reached, or is not
	toEnd         = 3 * time.Minute  // until what was left behind has an end
	voidTime      = 15 * time.Second // until a void of which nothing can be told stays so
)

// crashed is how a case went.
type crashed struct {
	crash
	died  bool
	end   ending
	want  []ending
	story string
}

func (c crashed) right() bool { return slices.Contains(c.want, c.end) }

func (c crashed) String() string {
	what := c.fault
	if what == "" {
		what = "answers"
	}
	step := c.step
	if c.nth > 1 {
		step += "#" + strconv.Itoa(c.nth)
	}
	return fmt.Sprintf("%s, dies at %s (%t), carrier: %s: ends %s with %d alive, want %v: %s",
		c.channel, step, c.died, what, c.end.Status, c.end.Live, c.want, c.story)
}

// scene is where a case plays: carriers of its own in this process, which does not die, and
// one gateway after the other on one store.
type scene struct {
	crash
	binary string
	bugs   string
	args   []string
	box    *mocks.Sandbox
	gate   *process
	victim atomic.Pointer[process] // the gateway that dies when the carrier has its request
	url    string
	api    *api
}

// play runs a case.
func (c crash) play(ctx context.Context, binary, bugs string, pg *pgtest.Server) (out crashed, err error) {
	out = crashed{crash: c}
	dir, err := os.MkdirTemp("", "crossdock-crash-")
	if err != nil {
		return out, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := &scene{crash: c, binary: binary, bugs: bugs}
	s.api = newAPI(30*time.Second, func() string { return s.url })
	defer s.api.client.CloseIdleConnections()
	end, err := s.open(ctx, dir, pg)
	if err != nil {
		return out, err
	}
	defer end()
	defer func() {
		if s.gate != nil {
			s.gate.kill()
		}
	}()
	return s.play(ctx)
}

// open starts the carriers and names the store.
func (s *scene) open(ctx context.Context, dir string, pg *pgtest.Server) (end func(), err error) {
	url := ""
	if pg != nil {
		if url, err = pg.Schema(ctx); err != nil {
			return nil, err
		}
	}
	path, err := writeConfig(dir, url, guardsFor(crashLimit))
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.box = mocks.New(mocks.Options{RequestsPerSecond: -1}, simulations.Makers()...)
	server := &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(ln) }() // ends by Close
	s.args = []string{"serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--config", path, "--sandbox-url", "http://" + ln.Addr().String()}
	return func() { _ = server.Close(); s.box.Close() }, nil
}

// up starts a gateway, which dies at the step where dying is set.
func (s *scene) up(dying bool) error {
	env := []string{"CHAOS_BUGS=" + s.bugs}
	if dying && !s.atCarrier() {
		env = append(env, "CHAOS_FAILPOINT="+s.step+"#"+strconv.Itoa(max(s.nth, 1))+":kill")
	}
	p, err := start(s.binary, env, s.args...)
	if err != nil {
		return err
	}
	s.gate = p
	if s.url, err = p.await(); err == nil && dying && s.atCarrier() {
		s.victim.Store(p)
	}
	return err
}

// atCarrier tells whether the step is one that the carrier alone can see.
func (s *scene) atCarrier() bool { return s.step == "sent" || s.step == "void_sent" }

// ServeHTTP lets the carriers answer. Where the gateway is to die when its request has
// arrived, it dies before a byte of the answer leaves, or a little after the arrival where
// the carrier says nothing.
func (s *scene) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.victim.Load() == nil {
		s.box.ServeHTTP(w, r)
		return
	}
	silent := time.AfterFunc(crashLate/5, s.arrived)
	defer silent.Stop()
	s.box.ServeHTTP(&lastWord{w, s.arrived}, r)
}

// arrived kills the victim if the request that counts has arrived.
func (s *scene) arrived() {
	op := mocks.OpLabel
	if s.void {
		op = mocks.OpVoid
	}
	if len(s.box.Arrivals("", op)) == 0 {
		return
	}
	if p := s.victim.Swap(nil); p != nil {
		p.kill()
	}
}

// lastWord calls before whatever is answered first.
type lastWord struct {
	http.ResponseWriter
	before func()
}

// WriteHeader begins an answer.
func (w *lastWord) WriteHeader(status int) {
	w.before()
	w.ResponseWriter.WriteHeader(status)
}

// Hijack breaks the connection instead of an answer.
func (w *lastWord) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.before()
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (w *lastWord) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *scene) dead() bool {
	select {
	case <-s.gate.done:
		return true
	default:
		return false
	}
}

// plant sets the case's fault, once: what comes after it is honest.
func (s *scene) plant(operation string) {
	if s.fault == "" {
		return
	}
	f := mocks.Fault{Carrier: "*", Operation: operation, Kind: s.fault, Count: new(int64(1))}
	switch s.fault {
	case mocks.CommitThenSlow:
		f.DelayMS = crashSlow.Milliseconds()
	case mocks.LateCommit:
		f.DelayMS = crashLate.Milliseconds()
	}
	s.box.AddFault(f)
}

func (s *scene) play(ctx context.Context) (crashed, error) {
	out := crashed{crash: s.crash}
	if err := s.up(true); err != nil {
		return out, err
	}
	o, err := s.order(ctx)
	if err != nil {
		return out, err
	}
	if !s.void {
		s.plant(mocks.OpLabel)
	}
	out.died, err = s.untilDead(ctx, o)
	if err != nil {
		return out, err
	}
	if out.died {
		if err := s.up(false); err != nil {
			return out, err
		}
	}
	l, err := s.untilEnd(ctx, o)
	if err != nil {
		return out, err
	}
	out.story, out.want = story(l), s.table(out.died)
	out.end = ending{Status: l.Status}
	for _, p := range s.box.Purchases("", "") {
		if p.State == mocks.Live {
			out.end.Live++
		}
	}
	return out, nil
}

func (s *scene) order(ctx context.Context) (*order, error) {
	channels, err := s.api.channels(ctx)
	if err != nil {
		return nil, err
	}
	lanes, err := lanesOf(channels, []string{s.channel})
	if err != nil {
		return nil, err
	}
	return newOrder(lanes[0], 0, 1, int(crashDeadline.Milliseconds()), false)
}

// untilDead buys, and voids where the case says so, until the gateway is dead or the label has
// an end without having passed the step.
func (s *scene) untilDead(ctx context.Context, o *order) (bool, error) {
	asked := false
	for since := time.Now(); time.Since(since) < toDie; {
		out, err := s.api.buy(ctx, o.key, o.body)
		if s.dead() {
			return true, nil
		}
		if err == nil && out.label.ID != "" {
			o.id = out.label.ID
			l := out.label
			switch {
			case s.void && !asked && l.Status == purchased:
				asked = true
				s.plant(mocks.OpVoid)
				_, _ = s.api.act(ctx, o.id, "void") // how it ended is asked below
				continue
			case s.ended(l, time.Since(since)) && (!s.void || asked):
				return s.dead(), nil
			}
		}
		if !pause(ctx, 50*time.Millisecond) {
			return false, ctx.Err()
		}
	}
	return s.dead(), nil
}

// untilEnd asks with the same key until the label has an end.
func (s *scene) untilEnd(ctx context.Context, o *order) (label, error) {
	var l label
	for since := time.Now(); time.Since(since) < toEnd; {
		out, err := s.api.buy(ctx, o.key, o.body)
		if err == nil && out.label.ID != "" {
			if l = out.label; o.id != "" && l.ID != o.id {
				return l, fmt.Errorf("the key named %s and then %s", o.id, l.ID)
			}
			if s.ended(l, time.Since(since)) {
				pause(ctx, crashLate) // what is under way to the carrier arrives
				return s.reread(ctx, l)
			}
		}
		if !pause(ctx, 100*time.Millisecond) {
			return l, ctx.Err()
		}
	}
	return l, nil
}

func (s *scene) reread(ctx context.Context, l label) (label, error) {
	out, err := s.api.get(ctx, l.ID)
	return out.label, err
}

// ended tells whether a label's status is its last, as far as the harness waits: what is
// looked for again and again has been asked for often enough, and a void of which nothing is
// known needs attention while it is looked for.
func (s *scene) ended(l label, after time.Duration) bool {
	switch l.Status {
	case purchased, failed, voided:
		return true
	case needsAttention:
		return !s.void || !laneNamed(s.channel).finds && after > voidTime
	}
	return isLooking(l)
}
