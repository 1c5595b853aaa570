package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The reference is what a good programmer writes by hand for five known carriers: net/http
// and encoding/json, no library, no store, no guard, no schema, no metric, no log. It gives
// the same rates in the same order, so that the ratio is the price of everything else.

// order is what of a rate request the carriers are told.
type order struct {
	Order struct {
		ID string `json:"id"`
	} `json:"order"`
	Origin      refAddress `json:"origin"`
	Destination refAddress `json:"destination"`
	Parcels     []struct {
		Weight struct {
			Value string `json:"value"`
			Unit  string `json:"unit"`
		} `json:"weight"`
		Dimensions struct {
			Length string `json:"length"`
			Width  string `json:"width"`
			Height string `json:"height"`
			Unit   string `json:"unit"`
		} `json:"dimensions"`
	} `json:"parcels"`
	Items []struct {
		Quantity  int64     `json:"quantity"`
		UnitValue moneyText `json:"unit_value"`
	} `json:"items"`
	Incoterm string `json:"incoterm"`
	Currency string `json:"currency"`
}

type refAddress struct {
	City       string `json:"city"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
}

// offer is a rate in the API's form.
type offer struct {
	ID               string      `json:"id"`
	Channel          string      `json:"channel"`
	Carrier          string      `json:"carrier"`
	Service          string      `json:"service"`
	Account          string      `json:"account"`
	Total            moneyText   `json:"total"`
	Charges          []line      `json:"charges"`
	CarrierTotal     moneyText   `json:"carrier_total"`
	FX               *exchange   `json:"fx"`
	LandedCost       *struct{}   `json:"landed_cost"`
	ChargeableWeight *weightText `json:"chargeable_weight,omitempty"`
	DimDivisor       int         `json:"dim_divisor,omitempty"`
	Transit          transit     `json:"transit"`
	Observed         *struct{}   `json:"observed"`
	Mandate          *struct{}   `json:"mandate"`
	Source           string      `json:"source"`
	ExpiresAt        time.Time   `json:"expires_at"`

	minor int64
}

type line struct {
	Type          string    `json:"type"`
	Name          string    `json:"name,omitempty"`
	Amount        moneyText `json:"amount"`
	CarrierAmount moneyText `json:"carrier_amount"`
}

type transit struct {
	DaysMin      int    `json:"days_min"`
	DaysMax      int    `json:"days_max"`
	BusinessDays bool   `json:"business_days"`
	DeliverBy    string `json:"deliver_by,omitempty"`
}

type exchange struct {
	Rate   string `json:"rate"`
	AsOf   string `json:"as_of"`
	Source string `json:"source"`
	Stale  bool   `json:"stale"`
}

type weightText struct {
	Value string `json:"value"`
	Unit  string `json:"unit"`
}

type offers struct {
	ID          string     `json:"id"`
	Status      string     `json:"status"`
	Rates       []offer    `json:"rates"`
	Unavailable []struct{} `json:"unavailable"`
	Mandates    []struct{} `json:"mandates"`
	Recommended struct {
		Cheapest *string `json:"cheapest"`
		Fastest  *string `json:"fastest"`
		Best     *string `json:"best"`
	} `json:"recommended"`
	ExpiresAt time.Time `json:"expires_at"`
}

// referencePlan is what the process is told at its start.
type referencePlan struct {
	Published []mocks.PublishedAccount `json:"published"`
	// Exchange is the rate to the asked currency that both servers use, by the carrier's own.
	Exchange map[string]exchange `json:"exchange"`
}

type reference struct {
	http *http.Client
	asks []asker
	fx   map[string]exchange
}

// asker asks one carrier for its rates.
type asker func(ctx context.Context, hc *http.Client, o *order) ([]offer, error)

func newReference(plan referencePlan) (*reference, error) {
	r := &reference{fx: plan.Exchange, http: &http.Client{Timeout: 10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second}}}
	for i, p := range plan.Published {
		account := fmt.Sprintf("acct_%d", i)
		switch p.Carrier {
		case "yanwen":
			r.asks = append(r.asks, askYanwen(p, account))
		case "dhl_express":
			r.asks = append(r.asks, askDHL(p, account))
		case "cainiao":
			r.asks = append(r.asks, askCainiao(p, account))
		default:
			return nil, fmt.Errorf("the reference does not know %s", p.Carrier)
		}
	}
	return r, nil
}

// runReference is the process of the reference.
func runReference(ctx context.Context, planFile string) error {
	b, err := os.ReadFile(planFile)
	if err != nil {
		return err
	}
	var plan referencePlan
	if err := json.Unmarshal(b, &plan); err != nil {
		return err
	}
	r, err := newReference(plan)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(ln) }() // ends by Close
	if _, err := fmt.Fprintf(os.Stdout, "ready http://%s\n", ln.Addr()); err != nil {
		return err
	}
	<-ctx.Done()
	return srv.Close()
}

func (r *reference) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	var o order
	if err := json.Unmarshal(body, &o); err != nil || o.Destination.Country == "" || len(o.Parcels) == 0 || len(o.Items) == 0 {
		http.Error(w, "not an order", http.StatusUnprocessableEntity)
		return
	}
	ctx, cancel := context.WithTimeout(req.Context(), 2500*time.Millisecond)
	defer cancel()
	list, err := r.all(ctx, &o)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	answer := finish(list)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client is gone where this fails
}

// all asks every carrier at once, and brings the answers into one currency and order.
func (r *reference) all(ctx context.Context, o *order) ([]offer, error) {
	parts := make([][]offer, len(r.asks))
	errs := make([]error, len(r.asks))
	var work sync.WaitGroup
	for i, ask := range r.asks {
		work.Go(func() { parts[i], errs[i] = ask(ctx, r.http, o) })
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	list := slices.Concat(parts...)
	for i := range list {
		if err := r.convert(&list[i], o.Currency); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.minor, b.minor), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Account, b.Account))
	})
	return list, nil
}

// finish names the rates and picks the best of them.
func finish(list []offer) offers {
	now := time.Now()
	out := offers{ID: "rq_" + rand.Text(), Status: "complete", Rates: list, Unavailable: []struct{}{}, Mandates: []struct{}{},
		ExpiresAt: now.Add(30 * time.Minute)}
	fastest := -1
	for i := range list {
		v := &list[i]
		v.ID, v.Source, v.ExpiresAt = fmt.Sprintf("%s%02d", out.ID, i), "live", out.ExpiresAt
		if v.Transit.DaysMax > 0 {
			v.Transit.DeliverBy = now.AddDate(0, 0, v.Transit.DaysMax).Format(time.DateOnly)
			if fastest < 0 || v.Transit.DaysMax < list[fastest].Transit.DaysMax {
				fastest = i
			}
		}
	}
	if len(list) > 0 {
		out.Recommended.Cheapest = &list[0].ID
	}
	if fastest >= 0 {
		out.Recommended.Fastest = &list[fastest].ID
		i := slices.IndexFunc(list, func(v offer) bool {
			return v.Transit.DaysMax > 0 && 2*v.Transit.DaysMax <= 3*list[fastest].Transit.DaysMax
		})
		out.Recommended.Best = &list[i].ID
	}
	return out
}

// exchangeJSON sends a body and reads the answer, whole and bounded.
func exchangeJSON(hc *http.Client, req *http.Request, out any) error {
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d: %.200s", req.URL.Path, resp.StatusCode, b)
	}
	return json.NewDecoder(bytes.NewReader(b)).Decode(out)
}
