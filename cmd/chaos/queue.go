package main

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// queue hands orders to the buyers: those whose time has come before fresh ones, and each to
// one buyer at a time.
type queue struct {
	all     []*order
	mu      sync.Mutex
	fresh   []*order
	waiting later
	open    int // orders without a final answer
}

type due struct {
	o  *order
	at time.Time
}

type later []due

func (l later) Len() int           { return len(l) }
func (l later) Less(i, j int) bool { return l[i].at.Before(l[j].at) }
func (l later) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }

// Push is for the heap.
func (l *later) Push(v any) { *l = append(*l, v.(due)) }

// Pop is for the heap.
func (l *later) Pop() any {
	old := *l
	last := old[len(old)-1]
	*l = old[:len(old)-1]
	return last
}

func newQueue(orders []*order) *queue { return &queue{all: orders, fresh: orders, open: len(orders)} }

// next returns an order that is due, nil when all are final or ctx has ended.
func (q *queue) next(ctx context.Context) *order {
	for ctx.Err() == nil {
		o, wait := q.take()
		if o != nil || wait == 0 {
			return o
		}
		pause(ctx, wait)
	}
	return nil
}

// idle is how long a buyer with nothing to do waits at most before it looks again.
const idle = 50 * time.Millisecond

func (q *queue) take() (*order, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == 0 {
		return nil, 0
	}
	wait := idle
	if len(q.waiting) > 0 {
		if until := time.Until(q.waiting[0].at); until <= 0 {
			return heap.Pop(&q.waiting).(due).o, 0
		} else {
			wait = min(wait, until)
		}
	}
	if len(q.fresh) > 0 {
		o := q.fresh[0]
		q.fresh = q.fresh[1:]
		return o, 0
	}
	return nil, wait
}

// again gives an order back for later.
func (q *queue) again(o *order, after time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.waiting, due{o, time.Now().Add(after)})
}

// done takes an order out for good.
func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open--
}

func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.open
}

// unbegun is how many orders have no label yet.
func (q *queue) unbegun() int {
	n := 0
	for _, o := range q.all {
		o.mu.Lock()
		if o.id == "" && o.refused == "" {
			n++
		}
		o.mu.Unlock()
	}
	return n
}
