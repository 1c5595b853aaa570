package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/mocks"
)

// shares is a run in which a platform wants a share of its orders on its own channel: eight
// clients buy for it by two carriers, void some, and the gateway is killed meanwhile. The
// share that the gateway tells must be the ledger's.
type shares struct {
	n        int
	seed     uint64
	binary   string
	settle   time.Duration
	progress io.Writer
}

// sharesReport is its one line.
type sharesReport struct {
	Harness   string         `json:"harness"`
	OK        bool           `json:"ok"`
	Seed      uint64         `json:"seed"`
	Commit    string         `json:"commit"`
	Machine   string         `json:"machine"`
	Statuses  map[string]int `json:"statuses"`
	Kills     int64          `json:"kills"`
	Counted   tally          `json:"counted"` // by the gateway
	Ledger    tally          `json:"ledger"`  // by the carriers
	Share     string         `json:"share"`
	Target    string         `json:"target"`
	AtRisk    int            `json:"told_at_risk"`
	BuyMS     int64          `json:"buying_ms"`
	SettlesMS int64          `json:"settling_ms"`
}

// tally is a number of orders, and how many of them went by the platform's channel.
type tally struct {
	Orders    int `json:"orders"`
	Satisfied int `json:"satisfied"`
}

const (
	shareClients = 8
	shareTarget  = "0.6"
	shareRules   = "platform: ebay\nshipped: keep\nadjust:\n  - {rule: ebay-speedpak-quota, share: \"" + shareTarget + "\"}\n"
)

func (c shares) run(ctx context.Context) (*sharesReport, error) {
	dir, err := os.MkdirTemp("", "crossdock-shares-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, err := c.config(dir)
	if err != nil {
		return nil, err
	}
	box, err := startBox(c.binary)
	if err != nil {
		return nil, err
	}
	defer box.stop()
	f, err := startFleet(ctx, c.binary, 1, nil, "--config", path, "--sandbox-url", box.url)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	a := newAPI(time.Minute, f.pick)
	defer a.client.CloseIdleConnections()
	r := &sharesReport{Harness: "shares", Seed: c.seed, Commit: commit(ctx), Machine: machine(), Target: shareTarget}
	orders, err := c.orders(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := c.buy(ctx, f, a, orders, r); err != nil {
		return nil, err
	}
	return r, c.judge(ctx, a, box, r)
}

// config has the platform's word on the share in a folder of rules.
func (c shares) config(dir string) (string, error) {
	rules := filepath.Join(dir, "rules")
	if err := os.Mkdir(rules, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(rules, "ebay.yaml"), []byte(shareRules), 0o600); err != nil {
		return "", err
	}
	config := guardsFor(4 * time.Second)
	config["platforms"] = rules
	return writeConfig(dir, "", config)
}

// orders are eBay's, each by a channel drawn from the seed: mostly SpeedPAK's. One in ten is
// voided again.
func (c shares) orders(ctx context.Context, a *api) ([]*order, error) {
	channels, err := a.channels(ctx)
	if err != nil {
		return nil, err
	}
	lanes, err := lanesOf(channels, []string{"speedpak.standard", "yanwen.tracked"})
	if err != nil {
		return nil, err
	}
	b, err := fs.ReadFile(configs.Examples(), "ebay-de.json")
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(c.seed, 1))
	out := make([]*order, c.n)
	for i := range out {
		l := lanes[0]
		if (l.Adapter == "speedpak") != (rng.IntN(100) < 63) {
			l = lanes[1]
		}
		l.order = nil
		if err := json.Unmarshal(b, &l.order); err != nil {
			return nil, err
		}
		if out[i], err = newOrder(l, c.seed, i, 20_000, rng.IntN(10) == 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// buy lets the clients buy while the gateway is killed every two seconds.
func (c shares) buy(ctx context.Context, f *fleet, a *api, orders []*order, r *sharesReport) error {
	began := time.Now()
	trouble, calm := context.WithCancel(ctx)
	n := &nemesis{killEvery: 2 * time.Second}
	var troubled error
	var work sync.WaitGroup
	work.Go(func() { troubled = n.run(trouble, c.seed, f, nil) })
	q := newQueue(orders)
	work.Go(func() {
		progress(trouble, c.progress, func() string { return fmt.Sprintf("shares: %d of %d orders open", unbegun(orders), len(orders)) })
	})
	buyers(ctx, shareClients, a, q)
	calm()
	work.Wait()
	r.Kills, r.BuyMS = n.kills.Load(), time.Since(began).Milliseconds()
	return troubled
}

// judge waits until nothing is open, and compares what is counted with the ledger.
func (c shares) judge(ctx context.Context, a *api, box *box, r *sharesReport) error {
	began := time.Now()
	for time.Since(began) < c.settle {
		open, err := c.look(ctx, a, box, r)
		if err == nil && open == 0 && r.Counted == r.Ledger {
			break
		}
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if !pause(ctx, 250*time.Millisecond) {
			return ctx.Err()
		}
	}
	r.SettlesMS = time.Since(began).Milliseconds()
	events, err := pages[struct{}](ctx, a, "/v1/events", url.Values{"types": {"mandate.quota_at_risk"}})
	if err != nil {
		return err
	}
	r.AtRisk = len(events)
	r.OK = r.Counted == r.Ledger && r.Ledger.Orders > 0 && r.Statuses[purchased] == r.Ledger.Orders
	return nil
}

// look reads the gateway's count and the carriers' ledger, and how many labels have no end yet.
func (c shares) look(ctx context.Context, a *api, box *box, r *sharesReport) (open int, err error) {
	labels, err := a.list(ctx, "")
	if err != nil {
		return 0, err
	}
	r.Statuses = map[string]int{}
	for _, l := range labels {
		r.Statuses[l.Status]++
		if l.Status != purchased && l.Status != voided && l.Status != failed {
			open++
		}
	}
	ledger, err := box.ledger(ctx)
	if err != nil {
		return 0, err
	}
	r.Ledger = tally{}
	for _, p := range ledger {
		if p.State != mocks.Live {
			continue
		}
		r.Ledger.Orders++
		if p.Carrier == "speedpak" {
			r.Ledger.Satisfied++
		}
	}
	out, err := a.do(ctx, http.MethodGet, "/v1/quotas?platform=ebay", "", nil)
	if err != nil {
		return 0, err
	}
	var list listOf[struct {
		tally
		Share *string `json:"share"`
	}]
	if err := json.Unmarshal(out.body, &list); err != nil || len(list.Data) != 1 {
		return 0, fmt.Errorf("the quotas answer %d: %.200s", out.status, out.body)
	}
	r.Counted = list.Data[0].tally
	if s := list.Data[0].Share; s != nil {
		r.Share = *s
	}
	return open, nil
}

func (r *sharesReport) print(out io.Writer) error { return json.NewEncoder(out).Encode(r) }
