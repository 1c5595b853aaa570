package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/calendar"
	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/inbound"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/quotas"
	"github.com/crossdock-hub/crossdock/gateway/ratecard"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

// gatewayOptions say what to run.
type gatewayOptions struct {
	file       configs.File
	sandboxURL string // of the simulators; empty for real carriers
	logger     *slog.Logger
}

// gatewayProcess is a wired gateway: the store, the services and their workers.
type gatewayProcess struct {
	opts     gatewayOptions
	store    *store.DB
	lock     *os.File // of the data folder; nil on PostgreSQL
	registry *accounts.Registry
	guards   *guards.Guards
	metrics  *prometheus.Registry

	mandates  *mandates.Judge
	liable    *responsibility.Book
	quotas    *quotas.Service
	rating    *rating.Service
	purchases *purchase.Service
	trackers  *trackers.Service
	inbox     *inbox.Service
	claims    *claims.Service
	inbound   *inbound.Service
	webhooks  *webhooks.Service
	keys      *httpapi.Keys
	clients   []*http.Client
}

// storeURL is where the store is: the PostgreSQL URL, else a file in the data folder.
func storeURL(f configs.File) string {
	if !f.Store.IsZero() {
		return f.Store.Reveal()
	}
	return filepath.Join(f.Data, "crossdock.db")
}

// newGateway opens the store and wires everything. On an error nothing is left open.
func newGateway(ctx context.Context, o gatewayOptions) (_ *gatewayProcess, err error) {
	sandbox := o.sandboxURL != ""
	g := &gatewayProcess{opts: o, metrics: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.closeStore())
		}
	}()
	if o.file.Store.IsZero() {
		if err := os.MkdirAll(o.file.Data, 0o700); err != nil {
			return nil, fmt.Errorf("the data folder cannot be made: %w", err)
		}
		if g.lock, err = lockFolder(o.file.Data); err != nil {
			return nil, err
		}
	}
	st, err := store.Open(ctx, store.Options{URL: storeURL(o.file), Sandbox: &sandbox, AcceptAsyncStandbys: o.file.Purchases.AcceptAsyncStandbys})
	if err != nil {
		return nil, err
	}
	g.store = st
	if g.lock != nil {
		if err := st.AbandonLeases(ctx); err != nil {
			return nil, err
		}
	}
	g.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if g.guards, err = guards.New(guardNumbers(o.file.Guards), g.metrics, o.logger); err != nil {
		return nil, err
	}
	if err := g.accounts(ctx); err != nil {
		return nil, err
	}
	return g, g.services()
}

// accounts builds what the configuration names, or the sandbox's, one per carrier.
func (g *gatewayProcess) accounts(ctx context.Context) error {
	out, err := outbound.New(outbound.Options{Limits: map[adapters.Operation]time.Duration{
		adapters.OpToken: g.opts.file.Guards.CallLimits.Token}}, g.metrics, g.opts.logger)
	if err != nil {
		return err
	}
	b := &accountBuilder{store: g.store, guards: g.guards, outbound: out, logger: g.opts.logger, specs: all.Specs()}
	var list []*accounts.Account
	if g.opts.sandboxURL != "" {
		list, err = b.sandbox(ctx, g.opts.sandboxURL)
	} else {
		list, err = b.configured(g.opts.file)
	}
	if err != nil {
		return err
	}
	g.clients = b.clients
	g.registry, err = accounts.NewRegistry(b.specs, list)
	return err
}

func (g *gatewayProcess) services() error {
	o := g.opts
	rates, err := exchange(o.file, o.sandboxURL != "")
	if err != nil {
		return err
	}
	cards, err := ratecard.Load(configs.RateCards(), folder(o.file.RateCards))
	if err != nil {
		return fmt.Errorf("rate cards cannot be used:\n%w", err)
	}
	days, err := calendar.Load(configs.Calendars())
	if err != nil {
		return err
	}
	rules, err := platformRules(o.file)
	if err != nil {
		return err
	}
	promised, err := promises.Load(configs.Promises(), folder(o.file.Promises), days)
	if err != nil {
		return fmt.Errorf("promises cannot be used:\n%w", err)
	}
	g.mandates = mandates.NewJudge(rules, mandates.Channels(g.registry.Specs()), rates)
	if g.liable, err = responsibility.Load(configs.Responsibilities(), folder(o.file.Responsibilities)); err != nil {
		return fmt.Errorf("responsibilities cannot be used:\n%w", err)
	}
	caller := accounts.NewCaller(g.guards, o.logger)
	g.rating = rating.New(rating.Deps{Registry: g.registry, Caller: caller, Cards: cards, Currencies: rates, Calendar: days, Store: g.store,
		Mandates: g.mandates, Promises: promised})
	g.quotas = quotas.New(quotas.Deps{Judge: g.mandates, Rates: g.rating, Store: g.store, Logger: o.logger, Look: quotaLook(o.sandboxURL != "")})
	if g.trackers, err = trackers.New(plantedTrackers(trackers.Deps{Registry: g.registry, Caller: caller, Store: g.store, Logger: o.logger,
		Intervals: g.intervals(), Metrics: g.metrics, Promises: promised, Responsibility: g.liable})); err != nil {
		return err
	}
	g.purchases = purchase.New(planted(purchase.Deps{Registry: g.registry, Caller: caller, Prices: g.rating, Store: g.store, Logger: o.logger,
		Ceilings: ceilings(o.file), Spend: spend(rates), DriftPercent: o.file.Purchases.DriftPercent,
		TrackEvery: g.intervals().Begin, Trackers: g.trackers, Mandates: g.mandates, Promises: promised,
		Passes: g.store, PassEvery: passEvery(o, g.store.Dialect())}))
	if err := g.purchases.Register(g.metrics); err != nil {
		return err
	}
	if err := g.claimsService(); err != nil {
		return err
	}
	if g.inbox, err = inbox.New(plantedInbox(inbox.Deps{Registry: g.registry, Caller: caller, Store: g.store, Trackers: g.trackers, Logger: o.logger, Metrics: g.metrics})); err != nil {
		return err
	}
	g.inbound = inbound.New(inbound.Deps{Registry: g.registry, Caller: caller, Store: g.store, Logger: o.logger, Intervals: inboundIntervals(o.sandboxURL != "")})
	if g.webhooks, err = newWebhooks(o, g.store, g.metrics); err != nil {
		return err
	}
	g.keys = httpapi.NewKeys(g.store, g.store.Meta().DataKey)
	if o.sandboxURL != "" {
		g.keys.AllowSandbox(configs.DefaultTenant)
	}
	return nil
}

func (g *gatewayProcess) intervals() trackers.Intervals {
	out := trackers.DefaultIntervals()
	if g.opts.sandboxURL != "" {
		out = trackers.SandboxIntervals()
	}
	t := g.opts.file.Tracking
	for _, d := range []struct {
		to    *time.Duration
		value time.Duration
	}{{&out.Begin, t.Begin}, {&out.Moving, t.Moving}, {&out.OutForDelivery, t.OutForDelivery}, {&out.Most, t.Most}, {&out.Hint, t.Hint}} {
		if d.value > 0 {
			*d.to = d.value
		}
	}
	return out
}

// quotaLook is how often shares in danger are looked for; zero is the default.
func quotaLook(sandbox bool) time.Duration {
	if sandbox {
		return time.Second
	}
	return 0
}

func inboundIntervals(sandbox bool) inbound.Intervals {
	if sandbox {
		return inbound.SandboxIntervals()
	}
	return inbound.DefaultIntervals()
}

func (g *gatewayProcess) handler(publicURL string, closing <-chan struct{}) http.Handler {
	d := httpapi.Deps{Registry: g.registry, Guards: g.guards, Store: g.store, Rating: g.rating, Mandates: g.mandates, Quotas: g.quotas, Responsibility: g.liable, Purchases: g.purchases,
		Trackers: g.trackers, Claims: g.claims, Inbox: g.inbox, Inbound: g.inbound, Webhooks: g.webhooks, Closing: closing, Keys: g.keys, Logger: g.opts.logger, Version: version, PublicURL: publicURL,
		TenantLimit: tenantLimit(g.opts.file)}
	if g.opts.sandboxURL != "" {
		d.Metrics = g.metricsHandler()
	}
	return httpapi.New(d)
}

func (g *gatewayProcess) metricsHandler() http.Handler {
	return promhttp.HandlerFor(g.metrics, promhttp.HandlerOpts{Registry: g.metrics, Timeout: 10 * time.Second})
}

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

// folder is a directory of the operator's as a file system, nil for none.
func folder(path string) fs.FS {
	if path == "" {
		return nil
	}
	return os.DirFS(path)
}

// exchange loads the rates: the operator's file, else what is shipped.
func exchange(f configs.File, sandbox bool) (*fx.Rates, error) {
	fsys, name := configs.FX(), "fx.csv"
	switch {
	case sandbox:
		name = "sandbox.csv"
	case f.FX.File != "":
		fsys, name = os.DirFS(filepath.Dir(f.FX.File)), filepath.Base(f.FX.File)
	}
	t, err := fx.Load(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("exchange rates cannot be used:\n%w", err)
	}
	return fx.New(t, f.FX.MaxAge), nil
}
