package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// readPlacement takes the placement options. One that is confirmed already is gone on with.
func (s *Service) readPlacement(ctx context.Context, t *turnOf) (string, applies, error) {
	list, err := s.listPlacement(ctx, t)
	if err != nil {
		return "", nil, err
	}
	list = slices.DeleteFunc(list, func(o adapters.InboundOption) bool { return len(o.Shipments) == 0 })
	options, now := optionsOf(list, t.plan.Marketplace), time.Now()
	words := ""
	if t.file.Stage == stageListPlacement {
		words = fmt.Sprintf("%d placement options", len(options))
	}
	return words, func(p *store.Plan, f *file) error {
		f.Placements, f.ReadAt = options, now
		for _, o := range options {
			if o.Status == adapters.OptionAccepted && f.Placement == "" {
				f.keepShipments(options)
				f.placed(p, o.ID)
				return nil
			}
		}
		if f.Stage != stagePlacement || f.keepShipments(options) {
			f.keepShipments(options)
			f.enter(stagePlaces)
			f.passPlaces()
		}
		return nil
	}, nil
}

// maxShipments bounds how many shipments of options are looked at.
const maxShipments = 200

// keepShipments makes the list of shipments that of the options, with what is known of them. It
// tells whether that changed it.
func (f *file) keepShipments(options []option) (changed bool) {
	var list []shipment
	for _, o := range options {
		for _, id := range o.Shipments {
			if len(list) < maxShipments && !slices.ContainsFunc(list, func(sh shipment) bool { return sh.ID == id }) {
				sh := shipment{ID: id}
				if known := f.shipment(id); known != nil {
					sh = *known
				} else {
					changed = true
				}
				list = append(list, sh)
			}
		}
	}
	changed = changed || len(list) != len(f.Shipments)
	f.Shipments = list
	return changed
}

func (f *file) passPlaces() {
	if f.Stage == stagePlaces && !slices.ContainsFunc(f.Shipments, func(sh shipment) bool { return !sh.Seen }) {
		f.enter(stagePlacement)
	}
}

// readTransport takes the quotes. While the plan waits, it also sees whether somebody confirmed
// transport in the platform's own pages.
func (s *Service) readTransport(ctx context.Context, t *turnOf) (string, applies, error) {
	taken := false
	if t.file.Stage != stageListTransport && len(t.file.Shipments) > 0 {
		first, err := s.getShipment(ctx, t, t.file.Shipments[0].ID)
		if err != nil {
			return "", nil, err
		}
		taken = first.ConfirmationID != ""
	}
	list, err := s.listTransport(ctx, t)
	if err != nil {
		return "", nil, err
	}
	now, words := time.Now(), ""
	if t.file.Stage == stageListTransport {
		words = fmt.Sprintf("%d transport options", len(list))
	}
	return words, func(p *store.Plan, f *file) error {
		f.ReadAt = now
		for i := range f.Shipments {
			sh := &f.Shipments[i]
			sh.Transport = slices.DeleteFunc(slices.Clone(list), func(o adapters.InboundTransport) bool { return o.Shipment != sh.ID })
		}
		switch {
		case taken:
			f.carried(p)
		case f.Confirm != nil && f.Confirm.Requote:
			f.rematch()
		case f.Stage == stageListTransport || f.Stage == stageConfirmTransport:
			f.enter(stageWindows)
			f.passWindows()
		}
		return nil
	}, nil
}

// rematch finds the offers that were confirmed among those that were quoted again for another
// day: the same carrier in the same mode, for no more money.
func (f *file) rematch() {
	c := f.Confirm
	selections := map[string]string{}
	for _, sh := range f.Shipments {
		want := c.Wanted[sh.ID]
		for _, o := range sh.Transport {
			same := o.CarrierCode == want.CarrierCode && o.Mode == want.Mode && o.Partnered == want.Partnered
			if same && noDearer(o.Quote, want.Quote) && selections[sh.ID] == "" {
				selections[sh.ID] = o.ID
			}
		}
	}
	if len(selections) < len(f.Shipments) {
		f.note(Problem{Code: "rate_mismatch", Severity: "error",
			Message: "for the new ready_from the carrier that was chosen is not offered at that price any more; nothing was bought"})
		f.giveUp()
		f.enter(stageWindows)
		f.passWindows()
		return
	}
	c.Selections, c.Requote = selections, false
	f.enter(stageConfirmTransport)
}

func (f *file) passWindows() {
	missing := func(sh shipment) bool { return sh.needsWindow() && !sh.WindowsListed }
	if f.Stage == stageWindows && !slices.ContainsFunc(f.Shipments, missing) {
		f.enter(stageTransport)
	}
}

func (s *Service) readWindows(ctx context.Context, t *turnOf, id string) (string, applies, error) {
	list, err := ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundWindow, error) {
		return t.in.ListWindows(ctx, t.plan.CarrierPlanID, id)
	})
	if err != nil {
		return "", nil, err
	}
	return "", func(_ *store.Plan, f *file) error {
		if sh := f.shipment(id); sh != nil {
			sh.Windows, sh.WindowsListed = list, true
		}
		f.passWindows()
		return nil
	}, nil
}
