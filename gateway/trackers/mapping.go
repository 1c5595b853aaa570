package trackers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// StatusTable tells of the table by which an adapter reads scans.
type StatusTable struct {
	Adapter  string         `json:"adapter"`
	Reads    string         `json:"reads" enum:"code,words" doc:"What of a scan decides"`
	Codes    int            `json:"codes" doc:"How many the table holds"`
	Source   string         `json:"source"`
	Date     normalize.Date `json:"date" format:"date" doc:"When the source was read"`
	Unmapped int            `json:"unmapped" doc:"How many others have come"`
}

// Mapping is a carrier's code: what it means, or that nobody knows.
type Mapping struct {
	Adapter   string              `json:"adapter"`
	State     string              `json:"state" enum:"mapped,unmapped"`
	Code      string              `json:"code" doc:"As the carrier sends it; phrases, separated by |, where a table reads words"`
	Text      string              `json:"text,omitempty" doc:"The words of one scan with it"`
	Status    normalize.Status    `json:"status,omitempty"`
	Substatus normalize.Substatus `json:"substatus,omitempty"`
	Leg       normalize.Leg       `json:"leg,omitempty"`
	Count     int64               `json:"count,omitempty" doc:"Scans that wait for a meaning"`
	Tracker   string              `json:"tracker,omitempty" doc:"One of their parcels"`
	FirstSeen time.Time           `json:"first_seen,omitzero"`
	LastSeen  time.Time           `json:"last_seen,omitzero"`
}

// The states of a mapping.
const (
	StateMapped   = "mapped"
	StateUnmapped = "unmapped"
)

// ID is the same at every look, for the pages of a list.
func (m Mapping) ID() string {
	parts := []string{m.Adapter, m.State, m.Code}
	if m.State == StateUnmapped {
		parts = append(parts, m.Text)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// Tables lists the adapters that tell of scans, with how many codes a tenant has seen that
// their tables lack.
func (s *Service) Tables(ctx context.Context, tenant string) ([]StatusTable, error) {
	seen, err := s.unmapped(ctx, tenant, "")
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, c := range seen {
		count[c.Adapter]++
	}
	var out []StatusTable
	for _, spec := range s.registry.Specs() {
		if t := spec.Statuses; len(t.Codes) > 0 {
			out = append(out, StatusTable{Adapter: spec.Code, Reads: t.Reads, Codes: len(t.Codes), Source: t.Source, Date: t.Date,
				Unmapped: count[spec.Code]})
		}
	}
	return out, nil
}

// Mappings lists the codes that came and that no table holds, from the newest, or the tables
// themselves; an empty adapter is all of them.
func (s *Service) Mappings(ctx context.Context, tenant, adapter, state string) ([]Mapping, error) {
	if adapter != "" && !slices.ContainsFunc(s.registry.Specs(), func(spec adapters.Spec) bool { return spec.Code == adapter }) {
		return nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/adapter", "is no adapter")
	}
	switch state {
	case "", StateUnmapped:
		return s.unmapped(ctx, tenant, adapter)
	case StateMapped:
		return s.mapped(adapter), nil
	}
	return nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/state", "is no state of mappings")
}

func (s *Service) mapped(adapter string) []Mapping {
	var out []Mapping
	for _, spec := range s.registry.Specs() {
		if adapter != "" && spec.Code != adapter {
			continue
		}
		for _, c := range spec.Statuses.Codes {
			out = append(out, Mapping{Adapter: spec.Code, State: StateMapped, Code: c.Code, Status: c.Status, Substatus: c.Substatus, Leg: c.Leg})
		}
	}
	return out
}

func (s *Service) unmapped(ctx context.Context, tenant, adapter string) ([]Mapping, error) {
	var byWords []string
	for _, spec := range s.registry.Specs() {
		if spec.Statuses.Reads == adapters.ReadsWords {
			byWords = append(byWords, spec.Code)
		}
	}
	list, err := s.store.UnmappedCodes(ctx, store.Tenant(tenant), adapter, byWords)
	if err != nil {
		return nil, err
	}
	out := make([]Mapping, len(list))
	for i, c := range list {
		out[i] = Mapping{Adapter: c.Adapter, State: StateUnmapped, Code: c.Code, Text: c.Words, Count: c.Count, Tracker: c.Tracker,
			FirstSeen: c.FirstSeen, LastSeen: c.LastSeen}
	}
	slices.SortStableFunc(out, func(a, b Mapping) int { return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.ID(), b.ID())) })
	return out, nil
}

// Reread is what is read once more.
type Reread struct {
	Callbacks  int     `json:"callbacks" doc:"Messages that are read again"`
	Trackers   int     `json:"trackers" doc:"Parcels that the carrier is asked for again"`
	NextCursor *string `json:"next_cursor" null:"true" doc:"Where to go on; null when all was taken"`
}

// rereadScans is how many unmapped scans one call of Reread takes.
const rereadScans = 500

// Reread has a part of an adapter's unmapped scans told again, after its table has learnt:
// messages are read again while they are kept, and for other scans the carrier is asked.
// What is still not known stays as it is.
func (s *Service) Reread(ctx context.Context, tenant, adapter, cursor string) (Reread, error) {
	if !slices.ContainsFunc(s.registry.Specs(), func(spec adapters.Spec) bool { return spec.Code == adapter }) {
		return Reread{}, gateway.NotFound("adapter")
	}
	var askable []string
	for _, a := range s.registry.Tenant(tenant) {
		if a.Adapter == adapter && a.Enabled && a.Ops.Tracker != nil {
			askable = append(askable, a.ID)
		}
	}
	got, err := s.store.ReplayUnmapped(ctx, store.Tenant(tenant), adapter, askable, store.Page{Limit: rereadScans, Cursor: cursor})
	if err != nil {
		return Reread{}, err
	}
	s.Wake()
	out := Reread{Callbacks: got.Callbacks, Trackers: got.Trackers}
	if got.Next != "" {
		out.NextCursor = &got.Next
	}
	return out, nil
}
