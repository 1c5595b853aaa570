package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"
)

// fleet is the gateways of one store. Each that ends is started again, until the fleet is
// stopped.
type fleet struct {
	binary string
	args   []string
	env    []string
	list   []*gateway
	work   sync.WaitGroup
	cancel context.CancelFunc
}

// gateway is one replica, which keeps its address over all its lives.
type gateway struct {
	addr string

	mu     sync.Mutex
	proc   *process // nil between two lives
	up     bool
	since  time.Time // when it was up
	frozen bool
	lives  int
	panics int
	err    error // why it cannot be started any more
}

const (
	// maxFailedStarts is how often a gateway may fail to start in a row: while its database
	// recovers, a few are to be expected.
	maxFailedStarts = 60
	startPause      = 200 * time.Millisecond
	drainTime       = 40 * time.Second
)

// startFleet starts n gateways and returns when all serve. The arguments are those of serve
// but for the address.
func startFleet(ctx context.Context, binary string, n int, env []string, args ...string) (*fleet, error) {
	ctx, cancel := context.WithCancel(ctx)
	f := &fleet{binary: binary, args: args, env: env, cancel: cancel}
	for range n {
		addr, err := freeAddress()
		if err != nil {
			cancel()
			return nil, err
		}
		f.list = append(f.list, &gateway{addr: addr})
	}
	for _, g := range f.list {
		f.work.Go(func() { f.keep(ctx, g) })
	}
	if err := f.allUp(ctx, readyTime); err != nil {
		f.stop()
		return nil, err
	}
	return f, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// keep starts a gateway again and again.
func (f *fleet) keep(ctx context.Context, g *gateway) {
	failures := 0
	for ctx.Err() == nil {
		p, err := start(f.binary, f.env, append([]string{"serve", "--listen", g.addr, "--log-level", "error"}, f.args...)...)
		if err == nil {
			g.born(p)
			if _, err = p.await(); err == nil {
				failures = 0
				g.set(true)
				select {
				case <-p.done:
				case <-ctx.Done():
					p.stop(drainTime)
				}
			} else {
				p.kill()
			}
			g.died(p)
		}
		if err == nil {
			continue
		}
		if failures++; failures >= maxFailedStarts {
			g.give(fmt.Errorf("a gateway does not start: %w", err))
			return
		}
		pause(ctx, startPause)
	}
}

func (g *gateway) born(p *process) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.proc, g.up, g.frozen = p, false, false
	g.lives++
}

func (g *gateway) died(p *process) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.proc, g.up, g.frozen = nil, false, false
	g.panics += p.log.panicked()
}

func (g *gateway) set(up bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.up, g.since = up, time.Now()
}

// calm tells whether the gateway serves, and has since before a time.
func (g *gateway) calm(before time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.up && g.since.Before(before)
}

func (g *gateway) give(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = err
}

func (g *gateway) serves() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.up && !g.frozen
}

// kill ends the gateway as kill -9 does, unless it is frozen or not there.
func (g *gateway) kill() bool { return g.strike(syscall.SIGKILL, false) }

func (g *gateway) freeze() bool { return g.strike(syscall.SIGSTOP, true) }

// strike signals a gateway that serves, under the lock, so that no signal is meant for an
// earlier life.
func (g *gateway) strike(s syscall.Signal, frozen bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.proc == nil || !g.up || g.frozen {
		return false
	}
	g.proc.signal(s)
	g.up, g.frozen = frozen, frozen
	return true
}

func (g *gateway) thaw() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.proc != nil && g.frozen {
		g.proc.signal(syscall.SIGCONT)
		g.frozen = false
	}
}

// pick is the address of a gateway that serves, as a load balancer with health checks would
// choose; any, where none does.
func (f *fleet) pick() string { return "http://" + f.choose().addr }

func (f *fleet) choose() *gateway {
	first := rand.IntN(len(f.list))
	for i := range f.list {
		if g := f.list[(first+i)%len(f.list)]; g.serves() {
			return g
		}
	}
	return f.list[first]
}

// allUp waits until every gateway serves.
func (f *fleet) allUp(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		missing := 0
		for _, g := range f.list {
			if !g.serves() {
				missing++
			}
		}
		if missing == 0 {
			return nil
		}
		if err := f.broken(); err != nil {
			return err
		}
		if !pause(ctx, 20*time.Millisecond) {
			return errors.Join(errors.New("the gateways are not up in time"), f.broken())
		}
	}
}

// broken tells of a gateway that does not start any more.
func (f *fleet) broken() error {
	var errs []error
	for _, g := range f.list {
		g.mu.Lock()
		errs = append(errs, g.err)
		g.mu.Unlock()
	}
	return errors.Join(errs...)
}

func (f *fleet) panics() int {
	n := 0
	for _, g := range f.list {
		g.mu.Lock()
		n += g.panics
		if g.proc != nil {
			n += g.proc.log.panicked()
		}
		g.mu.Unlock()
	}
	return n
}

// logs are the ends of what the gateways logged.
func (f *fleet) logs() []string {
	var out []string
	for i, g := range f.list {
		g.mu.Lock()
		if g.proc != nil {
			out = append(out, fmt.Sprintf("log of gateway %d: %s", i, g.proc.log))
		}
		g.mu.Unlock()
	}
	return out
}

// stop drains all gateways and waits for their end.
func (f *fleet) stop() {
	f.cancel()
	f.work.Wait()
}

// pause waits, and is false when ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
