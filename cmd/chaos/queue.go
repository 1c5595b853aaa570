package main

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// queue hands work to those who do it: what has become due before fresh work, and each piece
// to one worker at a time.
type queue[T any] struct {
	mu      sync.Mutex
	fresh   []*T
	waiting later[T]
	open    int // pieces that are not done
}

type due[T any] struct {
	what *T
	at   time.Time
}

type later[T any] []due[T]

func (l later[T]) Len() int           { return len(l) }
func (l later[T]) Less(i, j int) bool { return l[i].at.Before(l[j].at) }
func (l later[T]) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }

// Push is for the heap.
func (l *later[T]) Push(v any) { *l = append(*l, v.(due[T])) }

// Pop is for the heap.
func (l *later[T]) Pop() any {
	old := *l
	last := old[len(old)-1]
	*l = old[:len(old)-1]
	return last
}

func newQueue[T any](work []*T) *queue[T] { return &queue[T]{fresh: work, open: len(work)} }

// next returns a piece that is due, nil when all are done or ctx has ended.
func (q *queue[T]) next(ctx context.Context) *T {
	for ctx.Err() == nil {
		what, wait := q.take()
		if what != nil || wait == 0 {
			return what
		}
		pause(ctx, wait)
	}
	return nil
}

// idle is how long a worker with nothing to do waits at most before it looks again.
const idle = 50 * time.Millisecond

func (q *queue[T]) take() (*T, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == 0 {
		return nil, 0
	}
	wait := idle
	if len(q.waiting) > 0 {
		if until := time.Until(q.waiting[0].at); until <= 0 {
			return heap.Pop(&q.waiting).(due[T]).what, 0
		} else {
			wait = min(wait, until)
		}
	}
	if len(q.fresh) > 0 {
		what := q.fresh[0]
		q.fresh = q.fresh[1:]
		return what, 0
	}
	return nil, wait
}

// again gives a piece back for later.
func (q *queue[T]) again(what *T, after time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.waiting, due[T]{what, time.Now().Add(after)})
}

// done takes a piece out for good.
func (q *queue[T]) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open--
}

func (q *queue[T]) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.open
}
