package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profiler is put into the gateway's build by an overlay, so that the product itself has no
// door to its profiles.
const profiler = `package main

import (
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
)

func init() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(os.Getenv("BENCH_PROFILER"), []byte(ln.Addr().String()), 0o600); err != nil {
		panic(err)
	}
	go http.Serve(ln, nil)
}
`

// profileFor is how long the gateway is watched.
const profileFor = 10 * time.Second

// profile writes where the gateway's CPU goes under the load of the comparison.
func profile(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "crossdock-profile-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	overlay, err := writeOverlay(ctx, dir)
	if err != nil {
		return err
	}
	o.binary = ""
	address := filepath.Join(dir, "address")
	s, err := newStage(ctx, o, []string{"-overlay", overlay}, []string{"BENCH_PROFILER=" + address})
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.gateway.drive(ctx, s.order, o.clients, warmup); err != nil {
		return err
	}
	at, err := os.ReadFile(address)
	if err != nil {
		return err
	}
	load, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.gateway.drive(load, s.order, o.clients, 1_000_000) }()
	err = fetchProfile(ctx, string(at), o.profile)
	stop()
	<-done // ends with the load
	if err == nil {
		fmt.Printf("written; read it with: go tool pprof -top -cum %s\n", o.profile)
	}
	return err
}

func writeOverlay(ctx context.Context, dir string) (string, error) {
	root, err := output(ctx, nil, "go", "list", "-f", "{{.Dir}}", "github.com/crossdock-hub/crossdock/cmd/crossdock")
	if err != nil {
		return "", err
	}
	source := filepath.Join(dir, "profiler.go")
	if err := os.WriteFile(source, []byte(profiler), 0o600); err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(strings.TrimSpace(root), "zz_profiler.go"): source}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, b, 0o600)
}

func fetchProfile(ctx context.Context, addr, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", addr, profileFor.Seconds()), nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Timeout: profileFor + startLimit}).Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}
