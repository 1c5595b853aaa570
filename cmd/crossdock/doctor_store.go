package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/ratecard"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// checkStore opens the store as a start would, unless there is none yet or a gateway has it
// open. It returns the open store, or nil, and what closes it.
func checkStore(ctx context.Context, d *diagnosis, file configs.File) (*store.DB, func()) {
	free := func() {}
	if file.Store.IsZero() {
		if !exists(storeURL(file)) {
			d.add(findingWarning, "store", "there is none in the folder "+file.Data+" yet", "serve or keys create makes it")
			return nil, free
		}
		lock, err := lockFolder(file.Data)
		if err != nil {
			d.ok("store", "not looked into: a gateway runs on the folder %s, or it cannot be locked", file.Data)
			return nil, free
		}
		free = func() { _ = lock.Close() } // nothing was written to it
	}
	st := openChecked(ctx, d, file)
	return st, func() {
		if st != nil {
			_ = st.Close() // what was written is durable
		}
		free()
	}
}

func openChecked(ctx context.Context, d *diagnosis, file configs.File) *store.DB {
	st, err := store.Open(ctx, store.Options{URL: storeURL(file), AcceptAsyncStandbys: file.Purchases.AcceptAsyncStandbys})
	switch {
	case errors.Is(err, store.ErrUnsafe):
		d.add(findingFailed, "store", err.Error(), "change the setting that it names: acknowledged purchases could be lost")
		return nil
	case err != nil:
		d.add(findingFailed, "store", err.Error(), "look at the folder's or the database's address and rights")
		return nil
	}
	if st.Meta().Sandbox {
		status := findingWarning
		if len(file.Accounts) > 0 {
			status = findingFailed
		}
		d.add(status, "store", "the data is a sandbox's", "start with --sandbox, or give --data another folder for real carriers")
		return st
	}
	d.ok("store", "%s, safe for purchases, since %s", st.Dialect(), st.Meta().CreatedAt.Format(time.DateOnly))
	return st
}

// checkKeys tells whether anybody can call.
func checkKeys(ctx context.Context, d *diagnosis, st *store.DB, file configs.File) {
	if st.Meta().Sandbox {
		return // its key is in memory
	}
	now := time.Now()
	for _, t := range file.Tenants {
		list, err := st.ListKeys(ctx, store.Tenant(t.ID), store.Page{Limit: 100})
		if err != nil {
			d.add(findingFailed, "keys", err.Error(), "look at the store")
			return
		}
		valid := 0
		for _, k := range list.Items {
			if k.Valid(now) {
				valid++
			}
		}
		if valid == 0 {
			d.add(findingWarning, "keys", "tenant "+t.ID+" has no API key that is valid",
				"crossdock keys create --tenant "+t.ID+" --scopes rates:read,labels:write,labels:read,tracking:read with --config or --data")
			continue
		}
		d.ok("keys", "tenant %s; API keys: %d", t.ID, valid)
	}
}

// checkListen tells whether the API's address is free, or a gateway answers there.
func checkListen(ctx context.Context, d *diagnosis, file configs.File) {
	ln, err := net.Listen("tcp", file.Listen)
	switch {
	case err == nil:
		_ = ln.Close()
		d.ok("listen", "%s is free", file.Listen)
	case !errors.Is(err, syscall.EADDRINUSE):
		d.add(findingFailed, "listen", err.Error(), "give another address by listen")
	case gatewayAnswers(ctx, file.Listen):
		d.ok("listen", "a gateway answers at %s", file.Listen)
	default:
		d.add(findingFailed, "listen", file.Listen+" is taken by another program", "give another address by listen")
	}
}

func gatewayAnswers(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// staleRates is the age from which exchange rates are marked in answers.
const staleRates = 7 * 24 * time.Hour

func checkExchange(d *diagnosis, file configs.File) {
	const next = "give a newer file of rates by fx.file (as_of,base,currency,rate)"
	rates, err := exchange(file, false)
	if err != nil {
		d.add(findingFailed, "exchange rates", err.Error(), next)
		return
	}
	t := rates.Table()
	age := time.Since(t.Newest().At(time.UTC))
	detail := fmt.Sprintf("of %s, %d days old, source: %s", t.Newest(), int(age.Hours()/24), t.Source())
	switch {
	case file.FX.MaxAge > 0 && refusesOld(rates, t):
		d.add(findingFailed, "exchange rates", detail+"; older than fx.max_age, so that nothing is converted", next)
	case age > staleRates:
		d.add(findingWarning, "exchange rates", detail+"; answers mark them as stale", next)
	default:
		d.ok("exchange rates", "%s", detail)
	}
}

// refusesOld asks for the euro in the base's currency, which every table has, or the dollar.
func refusesOld(rates *fx.Rates, t *fx.Table) bool {
	from := "EUR"
	if t.Base() == from {
		from = "USD"
	}
	_, err := rates.Rate(from, t.Base(), time.Now())
	return errors.Is(err, fx.ErrTooOld)
}

func checkCards(d *diagnosis, file configs.File) {
	if _, err := ratecard.Load(configs.RateCards(), folder(file.RateCards)); err != nil {
		d.add(findingFailed, "rate cards", strings.TrimSpace(err.Error()), "correct what is named")
		return
	}
	if file.RateCards == "" && cardPriced(file) != "" {
		d.add(findingWarning, "rate cards", cardPriced(file)+" is priced by the example cards that are shipped",
			"put your own price lists, <channel>.csv, into a folder and name it by ratecards")
		return
	}
	d.ok("rate cards", "they can be read")
}

// checkRules reads the platforms' rules as a start would.
func checkRules(d *diagnosis, file configs.File) {
	rules, err := platformRules(file)
	if err != nil {
		d.add(findingFailed, "platform rules", err.Error(), "correct what is named; configs/platforms shows how rules are written")
		return
	}
	d.ok("platform rules", "of %d platforms", len(rules.Platforms()))
}
