package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// run serves until ctx ends, then drains: no new request, the running ones finished, the
// workers stopped, the store closed. ready is called once it serves.
func (g *gatewayProcess) run(ctx context.Context, ln net.Listener, metricsListen string, ready func(addr string) error) error {
	addr := ln.Addr().String()
	servers := []*http.Server{httpServer(g.handler("http://"+addr, ctx.Done()))}
	listeners := []net.Listener{ln}
	if metricsListen != "" {
		mln, err := net.Listen("tcp", metricsListen)
		if err != nil {
			return errors.Join(fmt.Errorf("cannot listen for metrics: %w", err), ln.Close(), g.close())
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", g.metricsHandler())
		servers, listeners = append(servers, httpServer(mux)), append(listeners, mln)
	}
	workCtx, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var work sync.WaitGroup
	g.startWorkers(workCtx, &work)
	failed := make(chan error, len(servers))
	var serving sync.WaitGroup
	for i, srv := range servers {
		serving.Go(func() {
			if err := srv.Serve(listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		})
	}
	err := g.announce(ctx, "http://"+addr)
	if err == nil {
		err = ready(addr)
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	for _, srv := range servers {
		if serr := srv.Shutdown(drain); serr != nil {
			err = errors.Join(err, srv.Close())
		}
	}
	serving.Wait()
	stopWork()
	work.Wait()
	return errors.Join(err, g.close())
}

// startWorkers runs what goes on besides requests.
func (g *gatewayProcess) startWorkers(ctx context.Context, work *sync.WaitGroup) {
	work.Go(func() { g.purchases.Work(ctx) })
	work.Go(func() { g.trackers.Run(ctx) })
	work.Go(func() { g.trackers.WatchPromises(ctx) })
	work.Go(func() { g.quotas.Watch(ctx) })
	work.Go(func() { g.inbox.Run(ctx) })
	work.Go(func() { g.inbound.Run(ctx) })
	work.Go(func() { g.webhooks.Run(ctx) })
	work.Go(func() { g.sweep(ctx) })
	work.Go(func() { g.refreshRules(ctx) })
}

// How often expired rate requests are deleted, and how many at once.
const (
	sweepEvery = 5 * time.Minute
	sweepGrace = time.Hour
	sweepBatch = 1000
)

// sweep deletes expired rate requests within the hour, for they hold addresses.
func (g *gatewayProcess) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for {
			n, err := g.store.DeleteExpiredRates(ctx, sweepGrace, sweepBatch)
			if err != nil && ctx.Err() == nil {
				g.opts.logger.Error("expired rates stay", "op", "sweep", "err", err.Error())
			}
			if err != nil || n < sweepBatch {
				break
			}
		}
	}
}

func (g *gatewayProcess) close() error {
	g.rating.Close()
	g.purchases.Close()
	g.webhooks.Close()
	for _, c := range g.clients {
		c.CloseIdleConnections()
	}
	return g.closeStore()
}

// closeStore closes what is open of the store, and frees the data folder.
func (g *gatewayProcess) closeStore() error {
	var errs []error
	if g.store != nil {
		errs = append(errs, g.store.Close())
	}
	if g.lock != nil {
		errs = append(errs, g.lock.Close())
	}
	return errors.Join(errs...)
}
