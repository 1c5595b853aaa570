package inbox

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Callback is a message as the API shows it: what became of it, never its words.
type Callback struct {
	ID         string    `json:"id"`
	Adapter    string    `json:"adapter"`
	Account    string    `json:"account"`
	State      string    `json:"state" enum:"received,done,quarantined,unmatched,refused"`
	Reason     string    `json:"reason,omitempty"`
	Trust      string    `json:"trust,omitempty" enum:"signed,hint" doc:"How far the message is believed; absent where it is not"`
	Tries      int       `json:"tries"`
	Bytes      int64     `json:"bytes"`
	SHA256     string    `json:"sha256"`
	ReceivedAt time.Time `json:"received_at"`
}

func present(c store.Callback) Callback {
	return Callback{ID: c.ID, Adapter: c.Adapter, Account: c.Account, State: string(c.State), Reason: c.Reason, Trust: c.Trust,
		Tries: c.Tries, Bytes: c.Size, SHA256: hex.EncodeToString(c.Digest), ReceivedAt: c.ReceivedAt}
}

var states = []store.CallbackState{store.CallbackReceived, store.CallbackDone, store.CallbackQuarantined,
	store.CallbackUnmatched, store.CallbackRefused}

// List returns a tenant's messages from the newest; an empty state is any.
func (s *Service) List(ctx context.Context, tenant, state string, page store.Page) ([]Callback, string, error) {
	if state != "" && !slices.Contains(states, store.CallbackState(state)) {
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/state", "is not a state of callbacks")
	}
	list, err := s.store.ListCallbacks(ctx, store.Tenant(tenant), store.CallbackState(state), page)
	if errors.Is(err, store.ErrBadCursor) {
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/cursor", "is not a cursor of this list")
	}
	if err != nil {
		return nil, "", err
	}
	out := make([]Callback, 0, len(list.Items))
	for _, c := range list.Items {
		out = append(out, present(c))
	}
	return out, list.Next, nil
}

// Get returns one of a tenant's messages.
func (s *Service) Get(ctx context.Context, tenant, id string) (Callback, error) {
	row, err := s.row(ctx, tenant, id)
	if err != nil {
		return Callback{}, err
	}
	return present(row), nil
}

func (s *Service) row(ctx context.Context, tenant, id string) (store.Callback, error) {
	row, err := s.store.Callback(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return row, gateway.NotFound("callback")
	}
	return row, err
}

// Replay has a message read again, as after a fix. One that was refused must prove itself
// first, by the keys that the account has now. Scans that are known already count once, and
// those that were unmapped take the meaning that the adapter's table has learnt meanwhile.
func (s *Service) Replay(ctx context.Context, tenant, id string) (Callback, error) {
	row, err := s.row(ctx, tenant, id)
	if err != nil {
		return Callback{}, err
	}
	a, ok := s.registry.Get(tenant, row.Account)
	if !ok || a.Ops.CallbackParser == nil {
		return Callback{}, gateway.Refuse(gateway.CodeStateConflict, "its account is not configured any more")
	}
	if row.Trust == "" {
		if _, err := verify(a, requestOf(row)); err != nil {
			return Callback{}, gateway.Refuse(gateway.CodeStateConflict, "it is still not proven to be the carrier's")
		}
	}
	if row, err = s.store.ReplayCallback(ctx, store.Tenant(tenant), id); err != nil {
		return Callback{}, err
	}
	s.Wake()
	return present(row), nil
}
