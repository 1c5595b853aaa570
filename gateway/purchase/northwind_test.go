package purchase

import (
	"context"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// northwind is an invented carrier. Each operation does what its function says; every call
// that reaches the carrier is counted.
type northwind struct {
	mu    sync.Mutex
	count map[adapters.Operation]int

	draft     func(context.Context, normalize.LabelRequest) (normalize.Draft, error)
	label     func(context.Context, normalize.LabelRequest) (normalize.Label, error)
	documents func(context.Context, normalize.DocumentsRequest) (normalize.Documents, error)
	find      func(context.Context, normalize.FindRequest) (normalize.Found, error)
	void      func(context.Context, normalize.VoidRequest) (normalize.Voided, error)
	list      func(context.Context, normalize.ListRequest) (normalize.Listing, error)
	cost      func(context.Context, normalize.ShipmentRef) (normalize.ActualCost, error)
}

func (n *northwind) called(op adapters.Operation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.count == nil {
		n.count = map[adapters.Operation]int{}
	}
	n.count[op]++
}

// calls is how often the carrier was asked.
func (n *northwind) calls(op adapters.Operation) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.count[op]
}

func (n *northwind) Draft(ctx context.Context, r normalize.LabelRequest) (normalize.Draft, error) {
	n.called(adapters.OpDraft)
	return n.draft(ctx, r)
}

func (n *northwind) Label(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
	n.called(adapters.OpLabel)
	return n.label(ctx, r)
}

func (n *northwind) Documents(ctx context.Context, r normalize.DocumentsRequest) (normalize.Documents, error) {
	n.called(adapters.OpDocuments)
	return n.documents(ctx, r)
}

func (n *northwind) Find(ctx context.Context, r normalize.FindRequest) (normalize.Found, error) {
	n.called(adapters.OpFind)
	return n.find(ctx, r)
}

func (n *northwind) Void(ctx context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
	n.called(adapters.OpVoid)
	return n.void(ctx, r)
}

func (n *northwind) List(ctx context.Context, r normalize.ListRequest) (normalize.Listing, error) {
	n.called(adapters.OpList)
	return n.list(ctx, r)
}

func (n *northwind) ActualCost(ctx context.Context, r normalize.ShipmentRef) (normalize.ActualCost, error) {
	n.called(adapters.OpActualCost)
	return n.cost(ctx, r)
}

// ops offers those operations whose functions are set.
func (n *northwind) ops() adapters.Ops {
	var o adapters.Ops
	if n.draft != nil {
		o.Drafter = n
	}
	if n.label != nil {
		o.Labeler = n
	}
	if n.documents != nil {
		o.Documenter = n
	}
	if n.find != nil {
		o.Finder = n
	}
	if n.void != nil {
		o.Voider = n
	}
	if n.list != nil {
		o.Lister = n
	}
	if n.cost != nil {
		o.Coster = n
	}
	return o
}

// sold is what a carrier answers that gives number and paper at once.
func sold(_ context.Context, r normalize.LabelRequest) (normalize.Label, error) {
	return bought("NW" + r.ClientReference), nil
}

func bought(number string) normalize.Label {
	return normalize.Label{TrackingNumber: number, CarrierReference: "B-" + number, Cost: usd(640), Documents: []normalize.Document{paper()}}
}

func paper() normalize.Document {
	return normalize.Document{Type: normalize.DocumentLabel, Format: "pdf", Data: []byte("%PDF-1.7 a label")}
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

// hang answers only when the call's time is over.
func hang(ctx context.Context, _ normalize.LabelRequest) (normalize.Label, error) {
	<-ctx.Done()
	return normalize.Label{}, ctx.Err()
}

// after answers a while later, however short the call's own time is.
func after(d time.Duration, answer func(context.Context, normalize.LabelRequest) (normalize.Label, error)) func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
	return func(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
		time.Sleep(d)
		return answer(ctx, r)
	}
}
