package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// How long a buyer waits before it asks again.
const (
	afterBreak  = 150 * time.Millisecond // a connection that broke, a 5xx, a 429
	afterTwin   = 400 * time.Millisecond // 409: another request with this key waits
	afterOpen   = time.Second            // 202: not known yet
	maxVoids    = 20                     // how often a void is asked for
	maxRefusals = 200                    // how often an order may be refused before it was begun
)

// buyers buy every order, each with its one key, until an answer is final or ctx ends.
func buyers(ctx context.Context, n int, a *api, q *queue[order]) {
	var work sync.WaitGroup
	for range n {
		work.Go(func() {
			for o := q.next(ctx); o != nil; o = q.next(ctx) {
				wait := o.step(ctx, a)
				if wait == afterBreak {
					pause(ctx, wait) // nobody is there: no other order would fare better
				}
				if wait > 0 {
					q.again(o, wait)
				} else {
					q.done()
				}
			}
		})
	}
	work.Wait()
}

// unbegun is how many orders have no label yet.
func unbegun(orders []*order) int {
	n := 0
	for _, o := range orders {
		o.mu.Lock()
		if o.id == "" && o.refused == "" {
			n++
		}
		o.mu.Unlock()
	}
	return n
}

// step asks once, and returns when to ask again; 0 when there is no more to ask.
func (o *order) step(ctx context.Context, a *api) time.Duration {
	if o.wantsVoid() {
		return o.stepVoid(ctx, a)
	}
	out, err := a.buy(ctx, o.key, o.body)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries++
	if err != nil {
		o.last = err.Error()
		return afterBreak
	}
	o.note(out)
	switch {
	case out.label.ID == "":
		return o.unanswered(out)
	case out.status == http.StatusAccepted && out.label.Status != needsAttention:
		return afterOpen
	}
	// 201, a parked 202, or a carrier's refusal.
	o.final = out.label.Status
	if o.void && o.final == purchased {
		return time.Millisecond
	}
	return 0
}

// note checks what an answer says against what was said before: a key names one label for
// ever, and what was final stays.
func (o *order) note(out answer) {
	l := out.label
	if l.ID == "" {
		return
	}
	o.answers++
	if o.id == "" {
		o.id = l.ID
	}
	if o.id != l.ID {
		o.flips = append(o.flips, "the key named "+o.id+" and then "+l.ID)
	}
	if o.final == failed && l.Status != failed {
		o.flips = append(o.flips, "it had failed for good and is "+l.Status)
	}
}

// unanswered is an answer without a label: nothing was begun, or the first request with this
// key is still under way.
func (o *order) unanswered(out answer) time.Duration {
	o.last = fmt.Sprintf("%d %s: %s", out.status, out.code, out.detail)
	switch {
	case out.status == http.StatusConflict:
		return afterTwin
	case out.status/100 == 5 || out.status == http.StatusTooManyRequests:
		return afterBreak
	}
	// A refusal of ours leaves the key free; one that does not go away is the harness's fault.
	o.refused = o.last
	if o.tries >= maxRefusals || out.status == http.StatusUnprocessableEntity {
		return 0
	}
	return afterBreak
}

func (o *order) wantsVoid() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.void && o.final == purchased && o.voids < maxVoids
}

// stepVoid asks for the void until it is done, or nobody can tell.
func (o *order) stepVoid(ctx context.Context, a *api) time.Duration {
	out, err := a.act(ctx, o.id, "void")
	o.mu.Lock()
	defer o.mu.Unlock()
	o.voids++
	if err != nil || out.label.ID == "" {
		o.last = fmt.Sprintf("void: %v %d %s: %s", err, out.status, out.code, out.detail)
		return o.orStop(afterTwin)
	}
	o.note(out)
	switch out.label.Status {
	case voided:
		o.final = voided
		return 0
	default:
		return o.orStop(afterOpen)
	}
}

func (o *order) orStop(wait time.Duration) time.Duration {
	if o.voids >= maxVoids {
		return 0
	}
	return wait
}
