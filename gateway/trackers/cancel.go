package trackers

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Cancel ends the tracker of a label that was voided: a scan of our own says so on its
// timeline. Doing it twice changes nothing.
func (s *Service) Cancel(ctx context.Context, tenant, id string) error {
	row, err := s.row(ctx, tenant, id)
	if err != nil {
		return err
	}
	a, ok := s.registry.Get(tenant, row.Account)
	if !ok {
		a = &accounts.Account{} // no more polls, whose account is gone
	}
	e := store.TrackerEvent{Dedupe: "voided", Source: string(SourceGateway), Event: normalize.TrackingEvent{
		Status: normalize.StatusCancelled, OccurredAt: time.Now().UTC().Truncate(time.Microsecond), ZoneKnown: true, Text: "the label was voided"}}
	_, _, err = s.applyAll(ctx, row, []store.TrackerEvent{e}, s.pushed(a, news{}))
	return err
}
