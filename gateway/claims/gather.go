package claims

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// gather decides who answers and by when, and collects what proves it: our words first, then
// the papers, then what the carrier pushed.
func (s *Service) gather(ctx context.Context, tenant, id string, now time.Time, r Request) (*folder, error) {
	t, ruling, err := s.Parcels.Answerable(ctx, tenant, r.Tracker, told[r.Reason])
	if err != nil {
		return nil, err
	}
	f := newFolder(id, now, s.MaxArchive)
	f.tracker = t
	f.decide(ruling, s.Deadlines.answer(subjectOf(t, ruling, r.Reason, now)), r)
	if err := f.addJSON("claim.json", "claim", f.summary(r)); err != nil {
		return nil, err
	}
	if err := f.addJSON("responsibility.json", "responsibility", ruling); err != nil {
		return nil, err
	}
	if err := s.sold(ctx, tenant, f); err != nil {
		return nil, err
	}
	if err := f.addJSON("timeline.json", "timeline", t); err != nil {
		return nil, err
	}
	events, err := s.Store.TrackerEvents(ctx, store.Tenant(tenant), t.ID)
	if err != nil {
		return nil, err
	}
	if err := f.addJSON("raw_events.json", "raw_events", rawOf(events)); err != nil {
		return nil, err
	}
	for _, owner := range []string{t.Label, t.ID} {
		if err := s.papers(ctx, tenant, owner, f); err != nil {
			return nil, err
		}
	}
	return f, s.pushes(ctx, tenant, events, f)
}

// decide notes who answers and by when.
func (f *folder) decide(ruling trackers.Ruling, by deadlineAnswer, r Request) {
	f.details = details{TrackingNumber: f.tracker.TrackingNumber, Channel: f.tracker.Channel, Note: r.Note, Deadline: by,
		RuleReason: "nothing that is known of the parcel says who answers", RuleSource: ruling.Source}
	if l := ruling.Liability; l != nil {
		f.party = l.Party
		f.details.Phase, f.details.Rule, f.details.RuleReason, f.details.Evidence = l.Phase, l.Rule, l.Reason, l.Evidence
	}
}

// summary is a claim as its archive tells of it: without the archive.
type summary struct {
	Claim
	Archive *Archive `json:"archive,omitempty"` // never set; it hides the claim's
}

func (f *folder) summary(r Request) summary {
	row := store.Case{ID: f.id, Tracker: f.tracker.ID, Label: f.tracker.Label, Reason: r.Reason, State: store.CaseOpen, Party: f.party,
		Deadline: f.details.Deadline.Date, Details: f.details.encode(), CreatedAt: f.madeAt}
	if r.Amount != nil {
		row.Amount = *r.Amount
	}
	return summary{Claim: present(row)}
}

// declaration is what customs were told, as the shipment was sent to the carrier.
type declaration struct {
	Incoterm          normalize.Incoterm `json:"incoterm"`
	Purpose           string             `json:"purpose"`
	Customs           *normalize.Customs `json:"customs,omitempty"`
	Items             []normalize.Item   `json:"items"`
	Parcels           []normalize.Parcel `json:"parcels"`
	TaxIDs            []normalize.TaxID  `json:"tax_ids,omitempty"`
	OrderValue        *normalize.Money   `json:"order_value,omitempty"`
	Insurance         *normalize.Money   `json:"insurance,omitempty"`
	Shipper           normalize.Address  `json:"shipper"`
	Consignee         normalize.Address  `json:"consignee"`
	Importer          *normalize.Address `json:"importer,omitempty"`
	ResponsiblePerson *normalize.Address `json:"responsible_person,omitempty"`
	ShipDate          normalize.Date     `json:"ship_date,omitempty"`
}

func declarationOf(s normalize.Shipment) declaration {
	d := declaration{Incoterm: s.Incoterm, Purpose: s.CustomsPurpose(), Customs: s.Customs, Items: s.Items, Parcels: s.Parcels, TaxIDs: s.TaxIDs,
		Insurance: moneyOrNull(s.Insurance), Shipper: s.Origin, Consignee: s.Destination, Importer: s.Importer,
		ResponsiblePerson: s.ResponsiblePerson, ShipDate: s.ShipDate}
	if s.Order != nil {
		d.OrderValue = moneyOrNull(s.Order.Value)
	}
	return d
}

// sold adds what the label was bought with.
func (s *Service) sold(ctx context.Context, tenant string, f *folder) error {
	names := [][2]string{{"label.json", "label"}, {"quote.json", "quote"}, {"customs.json", "customs"}}
	if f.tracker.Label == "" {
		for _, n := range names {
			f.omit(n[0], n[1], 0, "the label was not bought here")
		}
		return nil
	}
	d, err := s.Purchases.Dossier(ctx, tenant, f.tracker.Label)
	if err != nil {
		return err
	}
	for i, v := range []any{d.Label, d.Quote, declarationOf(d.Shipment)} {
		if err := f.addJSON(names[i][0], names[i][1], v); err != nil {
			return err
		}
	}
	f.noPapers(d.Label)
	return nil
}

// noPapers says where a label has none yet.
func (f *folder) noPapers(l purchase.Label) {
	if !slices.ContainsFunc(l.Documents, func(d purchase.Document) bool { return d.Type == string(normalize.DocumentLabel) }) {
		f.omit("documents", "label", 0, "the carrier has given no label yet")
	}
}

// papers adds the documents of a label or a tracker.
func (s *Service) papers(ctx context.Context, tenant, owner string, f *folder) error {
	if owner == "" {
		return nil
	}
	list, err := s.Store.DocumentsOf(ctx, store.Tenant(tenant), owner)
	if err != nil {
		return err
	}
	for _, d := range list {
		name := fmt.Sprintf("documents/%s-%s.%s", d.Type, d.ID, cmp.Or(plain(d.Format), "bin"))
		if !f.fits(name, string(d.Type), d.Bytes) { // before its bytes are read
			continue
		}
		whole, err := s.Store.Document(ctx, store.Tenant(tenant), owner, d.ID)
		if errors.Is(err, store.ErrNotFound) {
			f.omit(name, string(d.Type), d.Bytes, "it is not kept any more")
			continue
		}
		if err != nil {
			return err
		}
		f.add(name, string(d.Type), whole.Data)
	}
	return nil
}

// plain keeps of a word what may stand in a file's name.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, word)
}

// rawEvent is a scan in the carrier's own words, with where they came from.
type rawEvent struct {
	Event      string    `json:"event"`
	Number     string    `json:"number,omitempty"`
	Code       string    `json:"code"`
	Text       string    `json:"text"`
	Time       string    `json:"time,omitempty"`
	CarrierID  string    `json:"carrier_event_id,omitempty"`
	Source     string    `json:"source"`
	Callback   string    `json:"callback,omitempty"`
	ReceivedAt time.Time `json:"received_at"`
	Seen       int       `json:"seen"`
}

func rawOf(events []store.TrackerEvent) []rawEvent {
	out := []rawEvent{}
	for _, e := range events {
		out = append(out, rawEvent{Event: e.ID, Number: e.Event.Number, Code: e.Event.Code, Text: e.Event.Text, Time: e.Event.RawTime,
			CarrierID: e.Event.CarrierEventID, Source: e.Source, Callback: e.Callback, ReceivedAt: e.ReceivedAt, Seen: e.Seen})
	}
	return out
}

// push is a stored message of the carrier without its body, which is the file.
type push struct {
	ID         string      `json:"id"`
	File       string      `json:"file"`
	ReceivedAt time.Time   `json:"received_at"`
	Method     string      `json:"method"`
	Header     http.Header `json:"header,omitempty"`
	Trust      string      `json:"trust"`
	SHA256     string      `json:"sha256"`
}

// pushes adds the messages that brought the scans, each once and as it came. One that told of
// several parcels is there whole: a part of it would prove nothing.
func (s *Service) pushes(ctx context.Context, tenant string, events []store.TrackerEvent, f *folder) error {
	index := []push{}
	seen := map[string]bool{}
	for _, e := range events {
		if e.Callback == "" || seen[e.Callback] {
			continue
		}
		seen[e.Callback] = true
		name := "callbacks/" + e.Callback
		if len(seen) > maxCallbacks || f.left <= 0 {
			f.omit(name, "callback", 0, "the archive would be too large")
			continue
		}
		c, err := s.Store.Callback(ctx, store.Tenant(tenant), e.Callback)
		if errors.Is(err, store.ErrNotFound) {
			f.omit(name, "callback", 0, "it is not kept any more")
			continue
		}
		if err != nil {
			return err
		}
		name += "." + formOf(c.Body)
		if !f.fits(name, "callback", c.Size) {
			continue
		}
		f.add(name, "callback", c.Body)
		index = append(index, push{c.ID, name, c.ReceivedAt, c.Method, c.Header, c.Trust, digest(c.Body)})
	}
	return f.addJSON("callbacks.json", "callbacks", index)
}

// formOf is what a body looks like.
func formOf(body []byte) string {
	switch {
	case json.Valid(body):
		return "json"
	case len(body) > 0 && body[0] == '<':
		return "xml"
	}
	return "txt"
}
