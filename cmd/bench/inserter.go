package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// runInserter is the process of the bare inserts: the driver, a table of one column, commits
// that are synced as the store's are, and nothing else. Each request to it is one round.
func runInserter(ctx context.Context, address string, connections, batch int) error {
	in, err := newInserts(ctx, address, connections, batch)
	if err != nil {
		return err
	}
	defer func() { _ = in.db.Close() }()
	srv := httptest.NewServer(in)
	defer srv.Close()
	if _, err := fmt.Fprintf(os.Stdout, "inserts %s\n", srv.URL); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

type inserts struct {
	db                 *sql.DB
	statement          string
	connections, batch int
	bodies             [][]byte
}

// The settings of a commit on SQLite are those of the store; a PostgreSQL has its own.
const sqliteSettings = "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=fullfsync(1)"

func newInserts(ctx context.Context, address string, connections, batch int) (*inserts, error) {
	driver, source, kind, mark := "sqlite", "file:"+address+sqliteSettings, "BLOB", "?"
	if strings.HasPrefix(address, "postgres:") {
		driver, source, kind, mark = "pgx", address, "BYTEA", "$1"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if _, err := db.ExecContext(ctx, "CREATE TABLE bare (body "+kind+")"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	in := &inserts{db: db, statement: "INSERT INTO bare (body) VALUES (" + mark + ")", connections: connections, batch: batch}
	for i := range bodies {
		in.bodies = append(in.bodies, callbackBody(i))
	}
	return in, nil
}

// ServeHTTP inserts as many bodies as are asked for, and answers when all are durable.
func (in *inserts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err == nil {
		err = in.insert(r.Context(), n)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (in *inserts) insert(ctx context.Context, n int) error {
	errs := make([]error, in.connections)
	var next atomic.Int64
	var work sync.WaitGroup
	for i := range in.connections {
		work.Go(func() { errs[i] = in.one(ctx, &next, n) })
	}
	work.Wait()
	return errors.Join(errs...)
}

// one is a connection's part: batches until n are taken.
func (in *inserts) one(ctx context.Context, next *atomic.Int64, n int) error {
	conn, err := in.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	st, err := conn.PrepareContext(ctx, in.statement)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	for {
		from := int(next.Add(int64(in.batch))) - in.batch
		if from >= n {
			return nil
		}
		if err := in.commit(ctx, conn, st, from, min(from+in.batch, n)); err != nil {
			return err
		}
	}
}

// commit inserts a batch. One row needs no transaction of its own.
func (in *inserts) commit(ctx context.Context, conn *sql.Conn, st *sql.Stmt, from, to int) error {
	if in.batch == 1 {
		_, err := st.ExecContext(ctx, in.bodies[from%bodies])
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for i := from; i < to; i++ {
		if _, err := tx.StmtContext(ctx, st).ExecContext(ctx, in.bodies[i%bodies]); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// inserter is that process, from outside.
type inserter struct {
	*child
	url string
}

func startInserter(ctx context.Context, self, address string, connections, batch int) (*inserter, error) {
	c, err := start(ctx, "the bare inserts", nil, self, modeInserter, address, strconv.Itoa(connections), strconv.Itoa(batch))
	if err != nil {
		return nil, err
	}
	in := &inserter{child: c}
	if in.url, err = c.expect("inserts "); err != nil {
		c.stop()
		return nil, err
	}
	return in, nil
}

func (in *inserter) round(ctx context.Context, n int) (appended, error) {
	before, err := in.cpu()
	if err != nil {
		return appended{}, err
	}
	begin := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, in.url+"?n="+strconv.Itoa(n), nil)
	if err != nil {
		return appended{}, err
	}
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return appended{}, err
	}
	wall := time.Since(begin)
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		return appended{}, errors.Join(err, fmt.Errorf("the bare inserts answered %d", resp.StatusCode))
	}
	after, err := in.cpu()
	return appended{round: round{(after - before) / time.Duration(n), wall, n}}, err
}
