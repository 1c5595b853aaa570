package trackers

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// What the sweep for endangered promises takes at once, and how often it may be full in a row
// before it rests.
const (
	maxAtRisk  = 200
	maxSweeps  = 50
	sweepLimit = 30 * time.Second
)

// The answers to whether a parcel keeps its promise.
const (
	onTimeYes     = "on_time"
	onTimeRisk    = "at_risk"
	onTimeLate    = "late"
	onTimeUnknown = "unknown"
)

// SetPromise gives a tracker that is about to be made what was promised of its parcel. One that
// is broken already is shown, and not watched.
func SetPromise(t *store.Tracker, p promises.Promise, now time.Time) {
	if p.Day == "" && p.Dispatch == "" {
		return
	}
	d := detailsOf(t)
	d.Promise, t.PromisedBy = &p, p.Day
	if p.By.IsZero() || p.By.After(now) {
		t.RiskAt = p.Endangered(d.Stage)
	}
	t.Details, _ = d.encode() // our own words, which marshal
}

// onTime tells whether a parcel keeps its promise: by its delivery where it has one, else by
// the clock and by how far it has come.
func onTime(t *store.Tracker, d *details, now time.Time) string {
	by := endOfPromise(t, d)
	switch {
	case by.IsZero():
		return onTimeUnknown
	case t.Status == normalize.StatusDelivered && d.Marks.FirstDelivered != nil:
		if d.Marks.FirstDelivered.At.After(by) {
			return onTimeLate
		}
		return onTimeYes
	case t.Terminal || t.Status == normalize.StatusReturning:
		return onTimeUnknown
	case now.After(by):
		return onTimeLate
	}
	if at := endangered(t, d); !at.IsZero() && !at.After(now) {
		return onTimeRisk
	}
	return onTimeYes
}

// endOfPromise is the end of the promised day: at the destination where that is known.
func endOfPromise(t *store.Tracker, d *details) time.Time {
	if d.Promise != nil && !d.Promise.By.IsZero() {
		return d.Promise.By
	}
	if t.PromisedBy == "" {
		return time.Time{}
	}
	return t.PromisedBy.At(time.UTC).AddDate(0, 0, 1)
}

// endangered is when the promise is in danger unless the parcel moves on before: at once where
// something holds it up or its carrier expects it later than promised. Zero is never.
func endangered(t *store.Tracker, d *details) time.Time {
	if d.Promise == nil || t.Terminal || t.Status == normalize.StatusReturning {
		return time.Time{}
	}
	if t.PromisedBy != "" && (heldUp(t) || t.EstimatedTo > t.PromisedBy) {
		return t.UpdatedAt
	}
	return d.Promise.Endangered(d.Stage)
}

// heldUp tells whether the parcel will not move on by itself.
func heldUp(t *store.Tracker) bool {
	return t.Status == normalize.StatusException || t.Status == normalize.StatusDeliveryFailed || t.Substatus == normalize.SubstatusCustomsHeld
}

// watch tells once that a promise is in danger, and sets when to look again.
func watch(t *store.Tracker, d *details) ([]store.Event, error) {
	if d.Promise == nil {
		return nil, nil
	}
	t.RiskAt = time.Time{}
	if !d.ToldRisk.IsZero() {
		return nil, nil
	}
	at := endangered(t, d)
	if at.IsZero() || at.After(t.UpdatedAt) {
		t.RiskAt = at
		return nil, nil
	}
	d.ToldRisk = t.UpdatedAt
	data, err := json.Marshal(Update{Summary: present(t, *d, t.UpdatedAt), Sequence: t.Seq})
	if err != nil {
		return nil, err
	}
	return []store.Event{{Tenant: t.Tenant, Type: TypeAtRisk, Subject: t.ID, Sequence: t.Seq, Data: data}}, nil
}

// WatchPromises tells of promises that come to be in danger by nothing but time, until ctx
// ends. Any number of processes may run it on one store: each tells under the tracker's lock.
func (s *Service) WatchPromises(ctx context.Context) {
	tick := time.NewTicker(cmp.Or(s.intervals.Promises, time.Minute))
	defer tick.Stop()
	for {
		if err := s.tellRisks(ctx); err != nil && ctx.Err() == nil {
			s.logger.LogAttrs(ctx, slog.LevelWarn, "trackers: endangered promises could not be told", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Service) tellRisks(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepLimit)
	defer cancel()
	for range maxSweeps {
		rows, err := s.store.TrackersAtRisk(ctx, maxAtRisk)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if _, _, err := s.store.ApplyEvents(ctx, row.Tenant, row.ID, nil, risked); err != nil {
				return err
			}
		}
		if len(rows) < maxAtRisk {
			return nil
		}
	}
	return nil
}

// risked is the fold of the passing of time.
func risked(t *store.Tracker, _ []store.TrackerEvent) (events []store.Event, err error) {
	if t.RiskAt.IsZero() || t.RiskAt.After(t.UpdatedAt) {
		return nil, nil // told by somebody else, or moved on
	}
	d := detailsOf(t)
	if events, err = watch(t, &d); err != nil {
		return nil, err
	}
	t.Details, err = d.encode()
	return events, err
}
