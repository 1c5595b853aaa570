package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// opened is a store with the arguments by which gateways use it.
type opened struct {
	args []string
	db   database // what can be restarted; nil on SQLite
	url  string   // of PostgreSQL
	end  func()
}

// openStore makes a store and the configuration of its gateways. On PostgreSQL it takes a
// schema of a server that is shared with others, or starts one where pg is nil.
func openStore(ctx context.Context, dir, kind string, pg *pgtest.Server, config map[string]any) (*opened, error) {
	s := &opened{end: func() {}}
	if kind == storePostgres {
		var err error
		if pg == nil {
			if pg, err = pgtest.Start(); err != nil {
				return nil, err
			}
			s.end = func() { _ = pg.Stop() }
		}
		if s.url, err = pg.Schema(ctx); err != nil {
			s.end()
			return nil, err
		}
		s.db = pg
	}
	path, err := writeConfig(dir, s.url, config)
	if err != nil {
		s.end()
		return nil, err
	}
	s.args = []string{"--config", path}
	return s, nil
}

// writeConfig writes a configuration with its store: on PostgreSQL, or on SQLite in dir where
// url is empty.
func writeConfig(dir, url string, config map[string]any) (string, error) {
	if url == "" {
		config["data"] = filepath.Join(dir, "data")
	} else {
		config["store"] = url
	}
	b, err := yaml.Marshal(config)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "crossdock.yaml")
	return path, os.WriteFile(path, b, 0o600)
}

// guardsFor are call limits by which a lease is a matter of seconds.
func guardsFor(labelLimit time.Duration) map[string]any {
	return map[string]any{"guards": map[string]any{
		"call_limits": map[string]any{"rate": "2s", "label": labelLimit.String(), "track": "2s", "find": "1500ms", "token": "1s", "other": "1500ms"},
		// A breaker that opens would only make fewer purchases.
		"breaker": map[string]any{"failures_in_row": 1_000_000, "failure_percent": 100, "min_calls": 1_000_000,
			"window": max(time.Minute, 4*labelLimit).String()},
	}}
}
