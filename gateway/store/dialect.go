package store

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxKept is the length from which a statement is not worth keeping: only long lists make it so.
const maxKept = 4096

// dialect is all in which the two stores differ once they are open.
type dialect struct {
	name string
	// numbered: arguments are $1, $2 … instead of ?.
	numbered bool
	// lockRows and skipLocked end a SELECT that takes its rows.
	lockRows, skipLocked string
	// oneProcess owns the store: commits come in the order of their writes, so that an event's
	// position is settled at its insertion, and a lock in the process is lock enough.
	oneProcess bool
	// clock is the store's clock.
	clock func(ctx context.Context, s *session) (time.Time, error)
	// lockName holds a name until the end of the transaction.
	lockName func(ctx context.Context, s *session, name string) error
	// relax lets this transaction be acknowledged before it is synced, where that can be
	// said of one alone.
	relax func(ctx context.Context, s *session) error
	// safe returns ErrUnsafe, with the reason and what to do.
	safe func(ctx context.Context, s *session, accepted string) error
	// fault turns a driver's error into one of ours where it means one.
	fault func(error) error

	rewritten  sync.Map // statement → with numbered arguments
	insertions sync.Map // insertKey → statement
}

// rewrite numbers the arguments of a statement. No statement of ours has a ? in its text.
func (d *dialect) rewrite(query string) string {
	if !d.numbered {
		return query
	}
	if out, ok := d.rewritten.Load(query); ok {
		return out.(string)
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	if len(query) < maxKept {
		d.rewritten.Store(query, b.String())
	}
	return b.String()
}
