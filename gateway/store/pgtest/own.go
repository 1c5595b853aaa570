package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL for a program that breaks it on purpose, and that ends with it.
type Server struct{ s *server }

// Start makes one from binaries in PATH or in the usual folders, else apt-get's. A server of
// the machine's own is never used: it must not be broken.
func Start() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL 15 or later is needed: put its binaries (initdb, postgres) into PATH: %w", err)
	}
	s, err := startServer(bin)
	if err != nil {
		return nil, err
	}
	return &Server{s}, nil
}

// Schema makes an empty schema and returns its address.
func (s *Server) Schema(ctx context.Context) (string, error) {
	name := "t_" + strings.ToLower(rand.Text())
	conn, err := pgx.Connect(ctx, s.s.url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		return "", err
	}
	u, err := url.Parse(s.s.url)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Restart stops the server at once, as pg_ctl -m immediate restart does, so that it begins
// with crash recovery, and returns when it answers again.
func (s *Server) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	before, err := s.started(ctx)
	if err != nil {
		return err
	}
	if _, err := s.s.life.Write([]byte("restart\n")); err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if now, err := s.started(ctx); err == nil && now.After(before) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("PostgreSQL does not come back")
		case <-tick.C:
		}
	}
}

func (s *Server) started(ctx context.Context) (at time.Time, err error) {
	conn, err := pgx.Connect(ctx, s.s.url)
	if err != nil {
		return at, err
	}
	defer conn.Close(ctx)
	return at, conn.QueryRow(ctx, "SELECT pg_postmaster_start_time()").Scan(&at)
}

// Stop ends it and removes its files.
func (s *Server) Stop() error { return s.s.stop() }
