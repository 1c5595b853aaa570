package guards

import (
	"context"
	"slices"
	"sync"
	"time"
)

// bulkhead bounds the calls of one carrier, so that a slow one cannot take the goroutines
// and connections of the others.
type bulkhead struct {
	mu       sync.Mutex
	size     int
	inFlight int
	queue    []*waiter // in order of arrival
	queueMax int
}

type waiter struct {
	class Class
	in    chan struct{} // closed when a place was given
}

// places is how many calls of a class may run: the last eighth is for purchases alone,
// the last half not for background work. Every class has at least one.
func (b *bulkhead) places(c Class) int {
	switch c {
	case Purchase:
		return b.size
	case Background:
		return max(1, b.size/2)
	}
	return max(1, b.size-(b.size+7)/8)
}

func (b *bulkhead) queuePlaces(c Class) int {
	if c == Background {
		return b.queueMax / 2
	}
	return b.queueMax
}

// enter takes a place, waiting until the time at most. It tells whether it got one; the
// context's error says that the caller left meanwhile.
func (b *bulkhead) enter(ctx context.Context, c Class, until time.Time) (bool, error) {
	b.mu.Lock()
	if b.inFlight < b.places(c) && !b.ahead(c) {
		b.inFlight++
		b.mu.Unlock()
		return true, nil
	}
	wait := time.Until(until)
	if wait <= 0 || len(b.queue) >= b.queuePlaces(c) {
		b.mu.Unlock()
		return false, nil
	}
	w := &waiter{c, make(chan struct{})}
	b.queue = append(b.queue, w)
	b.mu.Unlock()

	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-w.in:
		return true, nil
	case <-timer.C:
		return b.leaveQueue(w), nil
	case <-ctx.Done():
		if b.leaveQueue(w) {
			b.leave()
		}
		return false, ctx.Err()
	}
}

// ahead tells whether someone waits who would go first.
func (b *bulkhead) ahead(c Class) bool {
	return slices.ContainsFunc(b.queue, func(w *waiter) bool {
		return !before(c, w.class) && b.inFlight < b.places(w.class)
	})
}

// before tells whether class a goes before b.
func before(a, b Class) bool { return rank(a) < rank(b) }

func rank(c Class) int {
	switch c {
	case Purchase:
		return 0
	case Background:
		return 2
	}
	return 1
}

// leaveQueue gives up waiting. It is true where a place was given at that very moment.
func (b *bulkhead) leaveQueue(w *waiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.queue, w)
	if i < 0 {
		return true
	}
	b.queue = slices.Delete(b.queue, i, i+1)
	return false
}

// leave frees a place and gives what is free to those who wait, purchases first.
func (b *bulkhead) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	for b.admitNext() {
	}
}

func (b *bulkhead) admitNext() bool {
	best := -1
	for i, w := range b.queue {
		if b.inFlight < b.places(w.class) && (best < 0 || before(w.class, b.queue[best].class)) {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	w := b.queue[best]
	b.queue = slices.Delete(b.queue, best, best+1)
	b.inFlight++
	close(w.in)
	return true
}

// resize changes the number of places; who is in stays in.
func (b *bulkhead) resize(size int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size = size
	for b.admitNext() {
	}
}

func (b *bulkhead) use() (size, inFlight, queued int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size, b.inFlight, len(b.queue)
}
