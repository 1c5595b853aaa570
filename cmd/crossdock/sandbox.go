package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/mocks"
)

func sandboxCommand() *cobra.Command {
	var listen string
	var perSecond int
	c := &cobra.Command{
		Use: "sandbox", Short: "Run the carrier simulators alone, in a process of their own", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if perSecond < 0 {
				return usage("--requests-per-second must not be negative")
			}
			sim, err := openSandbox(listen, mocks.Options{RequestsPerSecond: perSecond})
			if err != nil {
				return err
			}
			defer sim.close()
			if _, err := fmt.Fprintln(c.OutOrStdout(), "ready "+sim.url); err != nil {
				return err
			}
			<-c.Context().Done()
			return nil
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8090", "address of the simulators")
	c.Flags().IntVar(&perSecond, "requests-per-second", 0, "what each carrier allows an account (default 200)")
	return c
}

// simulators are a running sandbox, or the address of another process's.
type simulators struct {
	url    string
	server *http.Server
	box    *mocks.Sandbox
	done   chan struct{}
}

func startSandbox(f serveFlags) (*simulators, error) {
	switch {
	case f.sandbox:
		return listenSandbox(f.sandboxListen)
	case f.sandboxURL != "":
		return &simulators{url: strings.TrimRight(f.sandboxURL, "/")}, nil
	default:
		return &simulators{}, nil
	}
}

func listenSandbox(addr string) (*simulators, error) { return openSandbox(addr, mocks.Options{}) }

func openSandbox(addr string, o mocks.Options) (*simulators, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the simulators cannot listen: %w", err)
	}
	box := mocks.New(o, simulated()...)
	s := &simulators{url: "http://" + ln.Addr().String(), box: box, done: make(chan struct{})}
	s.server = httpServer(box)
	s.server.WriteTimeout = 0 // a fault may hold a reply for minutes
	go func() {
		defer close(s.done)
		_ = s.server.Serve(ln) // ends by close
	}()
	return s, nil
}

func (s *simulators) close() {
	if s.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		_ = s.server.Close() // connections that a fault holds open
	}
	<-s.done
	s.box.Close()
}
