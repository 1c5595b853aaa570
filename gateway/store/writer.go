package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a group: a commit is never put off for longer, and never carries more.
const (
	groupSize = 64
	groupTime = 5 * time.Millisecond
	// groupQueue is how many writes may wait; the next ones wait to wait, until their context ends.
	groupQueue = 1024
	// keptStatements bounds the prepared statements of the writer.
	keptStatements = 256
)

// groupWriter is SQLite's one writer. It takes what waits, gives each write a savepoint of
// its own, so that one that fails harms no other, and syncs all of them with one commit.
// Whoever comes while it syncs is in the next group, so that a lone write waits for nobody
// and a crowd shares its syncs.
type groupWriter struct {
	dialect *dialect
	db      *sql.DB
	conn    *stmtConn
	jobs    chan *job
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once
	err     error // of closing; read after stopped
}

type job struct {
	fn    func(context.Context, *session) error
	state atomic.Int32
	done  chan struct{}
	err   error // read after done
}

const (
	jobWaiting int32 = iota
	jobRunning
	jobCancelled
)

func newGroupWriter(ctx context.Context, d *dialect, db *sql.DB) (*groupWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &groupWriter{
		dialect: d, db: db, conn: &stmtConn{conn: conn, kept: map[string]*sql.Stmt{}},
		jobs: make(chan *job, groupQueue), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// write waits for its turn as long as ctx lives. Once it has begun it is not cut short any
// more, so that its outcome is always known.
func (w *groupWriter) write(ctx context.Context, fn func(context.Context, *session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{fn: fn, done: make(chan struct{})}
	select {
	case <-w.stop:
		return ErrClosed
	default:
	}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return ErrClosed
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobCancelled) {
			return ctx.Err()
		}
	case <-w.stopped:
		if j.state.CompareAndSwap(jobWaiting, jobCancelled) {
			return ErrClosed
		}
	}
	<-j.done
	return j.err
}

// writeOne is write: in a group every write is as cheap.
func (w *groupWriter) writeOne(ctx context.Context, fn func(context.Context, *session) error) error {
	return w.write(ctx, fn)
}

func (w *groupWriter) close() error {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
	return w.err
}

func (w *groupWriter) run() {
	defer close(w.stopped)
	for {
		select {
		case j := <-w.jobs:
			w.group(j)
		case <-w.stop:
			w.drain()
			w.err = errors.Join(w.conn.close(), w.db.Close())
			return
		}
	}
}

// drain finishes what was accepted before the stop.
func (w *groupWriter) drain() {
	for {
		select {
		case j := <-w.jobs:
			w.group(j)
		default:
			return
		}
	}
}

// group runs first and whoever waits behind it in one transaction.
func (w *groupWriter) group(first *job) {
	ctx := context.Background()
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.refuse(first, w.dialect.fault(err))
		return
	}
	end := time.Now().Add(groupTime)
	var good []*job
	var broken error
	// No write is taken from the queue that is not brought to an end here.
	for n, j := 1, first; j != nil; n, j = n+1, w.next(n, end, broken) {
		if !j.state.CompareAndSwap(jobWaiting, jobRunning) {
			continue
		}
		var err error
		switch err, broken = w.part(ctx, j); {
		case broken != nil:
			j.finish(errors.Join(err, broken))
		case err != nil:
			j.finish(err)
		default:
			good = append(good, j)
		}
	}
	err := w.end(ctx, len(good) > 0, broken)
	for _, j := range good {
		j.finish(err)
	}
}

// next is the next write of a group, nil when it is full, lost, or nobody waits.
func (w *groupWriter) next(n int, end time.Time, broken error) *job {
	if broken != nil || n >= groupSize || !time.Now().Before(end) {
		return nil
	}
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// part runs one write inside its savepoint. err is its own failure, which is undone; broken
// says that the whole transaction is lost, as SQLite does when the disk is full.
func (w *groupWriter) part(ctx context.Context, j *job) (err, broken error) {
	if _, err := w.conn.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return nil, w.dialect.fault(err)
	}
	if err = j.fn(ctx, &session{dialect: w.dialect, q: w.conn, tx: true}); err != nil {
		if _, e := w.conn.ExecContext(ctx, "ROLLBACK TO part"); e != nil {
			return err, fmt.Errorf("the group was undone: %w", err)
		}
	}
	if _, e := w.conn.ExecContext(ctx, "RELEASE part"); e != nil {
		return err, w.dialect.fault(e)
	}
	return err, nil
}

// end commits, or undoes where there is nothing to keep.
func (w *groupWriter) end(ctx context.Context, keep bool, broken error) error {
	var err error
	if keep && broken == nil {
		if _, err = w.conn.ExecContext(ctx, "COMMIT"); err == nil {
			return nil
		}
		err = commitFault(w.dialect.fault(err))
	}
	// After some errors SQLite has rolled back by itself; then there is nothing to undo.
	_, _ = w.conn.ExecContext(ctx, "ROLLBACK")
	return errors.Join(broken, err)
}

// commitFault marks a failed commit as unknown unless the error proves that it is not there.
func commitFault(err error) error {
	if isFault(err, ErrDiskFull, ErrDuplicate, ErrNotFound) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}

func (w *groupWriter) refuse(j *job, err error) {
	if j.state.CompareAndSwap(jobWaiting, jobRunning) {
		j.finish(err)
	}
}

func (j *job) finish(err error) {
	j.err = err
	close(j.done)
}

// stmtConn is a connection that keeps its statements prepared. It is used by one goroutine.
type stmtConn struct {
	conn *sql.Conn
	kept map[string]*sql.Stmt
}

func (c *stmtConn) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := c.kept[query]; ok {
		return st, nil
	}
	if len(c.kept) >= keptStatements || len(query) > maxKept {
		return nil, nil
	}
	st, err := c.conn.PrepareContext(ctx, query)
	if err == nil {
		c.kept[query] = st
	}
	return st, err
}

func (c *stmtConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.conn.ExecContext(ctx, query, args...)
	}
	return st.ExecContext(ctx, args...)
}

func (c *stmtConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.conn.QueryContext(ctx, query, args...)
	}
	return st.QueryContext(ctx, args...)
}

func (c *stmtConn) close() error {
	var errs []error
	for _, st := range c.kept {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}
