package mocks

import (
	"context"
	"net/http"
	"time"
)

// misbehave answers a call as the fault says.
func (s *Sandbox) misbehave(w http.ResponseWriter, b *books, c call, f Fault) {
	caller := c.request.Context()
	switch f.Kind {
	case Latency:
		if wait(caller, b.ctx, f.delay()) {
			c.run().send(w)
		} else {
			cut(w)
		}
	case Status:
		proxyPage(w, f.Status)
	case ResetConn:
		cut(w)
	case Blackhole:
		hold(w, caller, b.ctx)
	case RateLimit:
		c.tooMany(w)
	case CommitThenCut:
		c.run()
		cut(w)
	case CommitThenSlow:
		answer := c.run()
		if wait(caller, b.ctx, f.delay()) {
			answer.send(w)
		} else {
			cut(w)
		}
	case CommitThen500:
		c.run()
		proxyPage(w, http.StatusInternalServerError)
	case Truncate:
		c.run().sendHalf(w)
	case Garbage:
		garble(c.run()).send(w)
	case LateCommit:
		s.commitLater(w, b, c, f.delay())
	}
}

// commitLater lets the carrier do its work after the delay, whether or not the caller still
// waits, and never answers. Without room for one more it refuses and commits nothing.
func (s *Sandbox) commitLater(w http.ResponseWriter, b *books, c call, delay time.Duration) {
	started := s.start(func() {
		if wait(context.Background(), b.ctx, delay) {
			c.run()
		}
	})
	if !started {
		proxyPage(w, http.StatusServiceUnavailable)
		return
	}
	hold(w, c.request.Context(), b.ctx)
}

// garble keeps status and content type, and sends what no parser takes.
func garble(p *reply) *reply {
	p.body.Reset()
	p.body.WriteString("\x00\x1f\x8b}{<\xff\xfe not what was asked for \x00>]\x7f")
	p.header.Del("Content-Length")
	return p
}

// wait returns true after d, false when the caller leaves or the sandbox ends.
func wait(caller, sandbox context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return caller.Err() == nil
	case <-caller.Done():
	case <-sandbox.Done():
	}
	return false
}

// hold keeps a connection open without a word, until the caller leaves, and then cuts it.
func hold(w http.ResponseWriter, caller, sandbox context.Context) {
	wait(caller, sandbox, maxHold)
	cut(w)
}
