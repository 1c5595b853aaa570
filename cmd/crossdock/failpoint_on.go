//go:build canary

package main

import (
	"context"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/outbound"
)

// A failpoint is a named step at which this process dies, or stands still as a frozen one
// would. It is given in CHAOS_FAILPOINT as "step:kill", "step#2:kill" for the second time that
// the step is reached, or "step:hold=FILE", where everybody waits until that file is there.
//
// The steps of a purchase are intended, claimed, connected, written (to a buffer, from which
// it is flushed next), first_byte, kept, parsed, settling and settled. Those of a draft begin with draft_, those of a void with
// void_, and those of the search for a lost purchase are finding, found, find_settling and
// find_settled.
type failpoint struct {
	step string
	nth  int64
	hold string // the file that is waited for; empty: die
	seen atomic.Int64
}

var point = parseFailpoint(os.Getenv("CHAOS_FAILPOINT"))

func parseFailpoint(s string) *failpoint {
	step, action, ok := strings.Cut(s, ":")
	if !ok {
		return nil
	}
	f := &failpoint{nth: 1}
	f.step = step
	if name, nth, counted := strings.Cut(step, "#"); counted {
		n, err := strconv.ParseInt(nth, 10, 64)
		if err != nil {
			panic("CHAOS_FAILPOINT: " + err.Error())
		}
		f.step, f.nth = name, n
	}
	if file, holds := strings.CutPrefix(action, "hold="); holds {
		f.hold = file
	} else if action != "kill" {
		panic("CHAOS_FAILPOINT: an action is kill or hold=FILE")
	}
	return f
}

// maxHold is how long nobody is held longer, whatever became of the file.
const maxHold = 5 * time.Minute

// reach is called at every step. Death comes once, a hold to everybody who comes.
func reach(step string) {
	if point == nil || point.step != step {
		return
	}
	n := point.seen.Add(1)
	if point.hold != "" {
		for since := time.Now(); time.Since(since) < maxHold; time.Sleep(20 * time.Millisecond) {
			if _, err := os.Stat(point.hold); err == nil {
				return
			}
		}
		return
	}
	if n == point.nth {
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			panic("the failpoint cannot kill its own process: " + err.Error())
		}
		select {} // until the signal has come
	}
}

// What the process does by now: a case of the harness has one purchase, so that it is one
// thing at a time.
const (
	doSend int32 = iota
	doFind
	doVoid
	doDraft
)

var doing atomic.Int32

func begin(what int32) { doing.Store(what) }

// under is what the names of the steps begin with.
func under() string {
	return [...]string{doSend: "", doFind: "find_", doVoid: "void_", doDraft: "draft_"}[doing.Load()]
}

// traced marks the steps of the committing request on the wire, and tells the furthest as
// what it stands in for would.
func traced(ctx context.Context) (context.Context, func() string) {
	var at atomic.Int32
	ctx = outbound.WithPhases(ctx, func(p outbound.Phase) {
		at.Store(int32(p))
		switch p {
		case outbound.PhaseDialled:
			reach(under() + "connected")
		case outbound.PhaseFirstByte:
			reach(under() + "first_byte")
		}
	})
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
		if outbound.Phase(at.Load()) == outbound.PhaseWritten { // else it is a request for a token
			reach(under() + "written")
		}
	}})
	return ctx, func() string {
		if p := outbound.Phase(at.Load()); p != outbound.PhaseNone {
			return p.String()
		}
		return ""
	}
}
