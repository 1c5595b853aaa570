package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

const (
	probeLimit  = 15 * time.Second // of one account
	probesAside = 8                // accounts that are asked at once
)

// noNumber has the form of no carrier's tracking numbers.
const noNumber = "CROSSDOCKDOCTOR0"

// probe watches the answers to one account's question: how many came, and by how much the
// carrier's clock is ahead of ours.
type probe struct {
	http.RoundTripper
	answers atomic.Int64
	skew    atomic.Int64 // nanoseconds; 0 where no answer told the time
}

// RoundTrip passes a request on.
func (p *probe) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := p.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	p.answers.Add(1)
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		took := time.Since(start)
		// The header has whole seconds: half of one is the fairest guess.
		p.skew.Store(int64(at.Add(time.Second / 2).Sub(start.Add(took / 2))))
	}
	return resp, nil
}

// checkAccounts builds each account and asks its carrier one harmless question. It returns
// how far carriers' clocks are ahead of ours, one for each that told.
func checkAccounts(ctx context.Context, d *diagnosis, file configs.File, st *store.DB, offline bool) []time.Duration {
	if len(file.Accounts) == 0 {
		d.add(findingWarning, "accounts", "there are none: only the sandbox can be used",
			"add accounts to the configuration; configs/zz_gen_settings.md names the settings of each adapter")
		return nil
	}
	out, err := outbound.New(outbound.Options{}, nil, nil)
	if err != nil {
		d.add(findingFailed, "accounts", err.Error(), "")
		return nil
	}
	found := make([][]finding, len(file.Accounts))
	skews := make([]time.Duration, len(file.Accounts))
	slots := make(chan struct{}, probesAside)
	var work sync.WaitGroup
	for i, a := range file.Accounts {
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i], skews[i] = examine(ctx, a, out, st, offline)
		})
	}
	work.Wait()
	for _, list := range found {
		for _, f := range list {
			d.add(f.Status, f.Check, f.Detail, f.Next)
		}
	}
	return slices.DeleteFunc(skews, func(s time.Duration) bool { return s == 0 })
}

// examine looks at one account.
func examine(ctx context.Context, a configs.Account, out *outbound.Outbound, st *store.DB, offline bool) ([]finding, time.Duration) {
	name := fmt.Sprintf("account %q", a.Name)
	fail := func(detail, next string) ([]finding, time.Duration) {
		return []finding{{name, findingFailed, detail, next}}, 0
	}
	specs := all.Specs()
	i := slices.IndexFunc(specs, func(s adapters.Spec) bool { return s.Code == a.Adapter })
	if i < 0 {
		return fail("there is no adapter "+a.Adapter+" in this build", "take one of "+codesOf(specs))
	}
	spec := specs[i]
	for _, s := range a.Services {
		if _, ok := spec.Service(s); !ok {
			return fail(spec.Code+" has no service "+s, "see crossdock channels, or leave services out for all")
		}
	}
	client := out.Client(spec.Code)
	defer client.CloseIdleConnections()
	p := &probe{RoundTripper: client.Transport}
	client.Transport = p
	none := &noTokens{}
	deps := adapters.Deps{HTTP: client, Logger: slog.New(slog.DiscardHandler), Tokens: none}
	if st != nil {
		deps.Tokens = store.TokensOf(st, store.Tenant(a.Tenant), accounts.ID(a.Tenant, a.Adapter, a.Name))
	}
	adapter, err := spec.New(a.Settings(), deps)
	if err != nil {
		return fail(err.Error(), "correct its credentials or settings")
	}
	switch {
	case !a.Enabled:
		return []finding{{name, findingOK, "complete, not enabled", ""}}, 0
	case offline:
		return []finding{{name, findingOK, "complete; the carrier was not asked", ""}}, 0
	}
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	err = ask(ctx, spec, adapters.OpsOf(adapter), p)
	if none.wanted.Load() {
		return []finding{{name, findingOK, "complete; the carrier was not asked, since its token belongs into the store, which is not open here", ""}}, 0
	}
	return []finding{judge(name, spec, p, err)}, time.Duration(p.skew.Load())
}

// noTokens stands in for a store that is not open: a token that rotates must be stored
// before it is used, so that none is fetched.
type noTokens struct{ wanted atomic.Bool }

// Refresh refuses.
func (n *noTokens) Refresh(context.Context, string, func(string) (string, error)) (string, error) {
	n.wanted.Store(true)
	return "", errors.New("the store is not open")
}

// ask puts one question after the other until the carrier has answered one: a price, the
// plans of the last hour, a number that nobody has. None of them costs or changes anything.
func ask(ctx context.Context, spec adapters.Spec, ops adapters.Ops, p *probe) error {
	var questions []func() error
	if ops.Rater != nil {
		questions = append(questions, func() error {
			s, err := exampleShipment(spec)
			if err == nil {
				_, err = ops.Rater.Rate(ctx, normalize.RateRequest{Shipment: s})
			}
			return err
		})
	}
	if ops.Inbounder != nil {
		questions = append(questions, func() error {
			_, _, err := ops.Inbounder.FindPlans(ctx, noNumber, time.Now().Add(-time.Hour))
			return err
		})
	}
	if ops.Tracker != nil {
		questions = append(questions, func() error {
			_, err := ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: noNumber}})
			return err
		})
	}
	var err error
	for _, question := range questions {
		err = question()
		if p.answers.Load() > 0 || normalize.KindOf(err).Retryable() {
			return err
		}
	}
	return err
}

// exampleShipment is an order that the adapter's first service may carry.
func exampleShipment(spec adapters.Spec) (normalize.Shipment, error) {
	name := "order-de.json"
	if len(spec.Services) > 0 && slices.Contains(spec.Services[0].Platforms, "aliexpress") {
		name = "aliexpress-fr.json"
	}
	var s normalize.Shipment
	b, err := fs.ReadFile(configs.Examples(), name)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

// judge reads what a carrier's answer says of our credentials: any refusal of the question
// itself proves that they were taken.
func judge(name string, spec adapters.Spec, p *probe, err error) finding {
	kind := normalize.KindOf(err)
	switch {
	case p.answers.Load() == 0 && (err == nil || !kind.Retryable()):
		return finding{name, findingOK, "complete; there is no harmless question to ask " + spec.Carrier, ""}
	case err == nil:
		return finding{name, findingOK, spec.Carrier + " answers and takes the credentials", ""}
	case kind == normalize.KindAuthFailed:
		return finding{name, findingFailed, spec.Carrier + " refuses the credentials: " + err.Error(), "correct them in the configuration"}
	case kind.Retryable():
		return finding{name, findingWarning, spec.Carrier + " gave no usable answer: " + err.Error(), "try again, and look at the base_url and the network"}
	default:
		return finding{name, findingOK, spec.Carrier + " answers and takes the credentials (it refused the question: " + string(kind) + ")", ""}
	}
}

func codesOf(specs []adapters.Spec) string {
	var out []string
	for _, s := range specs {
		out = append(out, s.Code)
	}
	return strings.Join(out, ", ")
}

// cardPriced is the first configured channel that only a card prices, "" where there is none.
func cardPriced(file configs.File) string {
	for _, a := range file.Accounts {
		for _, spec := range all.Specs() {
			if spec.Code != a.Adapter || !a.Enabled {
				continue
			}
			for _, s := range spec.Services {
				if s.CardPriced && (len(a.Services) == 0 || slices.Contains(a.Services, s.Name)) {
					return spec.Channel(s.Name)
				}
			}
		}
	}
	return ""
}

// Signatures hold for minutes, so that a clock is wrong from then on.
const (
	skewWarning = 30 * time.Second
	skewFailed  = 4 * time.Minute
)

// checkClock compares ours with the database's and the carriers'.
func checkClock(ctx context.Context, d *diagnosis, st *store.DB, carriers []time.Duration) {
	if st != nil && st.Dialect() == "postgres" {
		if now, err := st.Now(ctx); err == nil {
			carriers = append(carriers, time.Until(now))
		}
	}
	if len(carriers) == 0 {
		d.ok("clock", "%s; nobody was asked for the time", time.Now().UTC().Format(time.RFC3339))
		return
	}
	slices.Sort(carriers)
	skew := carriers[len(carriers)/2]
	detail := fmt.Sprintf("off by %s from the median of %d others", skew.Abs().Round(time.Second), len(carriers))
	const next = "set this machine's clock by NTP: signatures and leases depend on it"
	switch {
	case skew.Abs() >= skewFailed:
		d.add(findingFailed, "clock", detail, next)
	case skew.Abs() >= skewWarning:
		d.add(findingWarning, "clock", detail, next)
	default:
		d.ok("clock", "%s", detail)
	}
}
