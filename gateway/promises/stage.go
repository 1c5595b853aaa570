package promises

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Stage is how far a parcel has come. It only grows: a parcel that was seen abroad has been
// picked up, whether or not anybody scanned that.
type Stage int

// The stages, in their order.
const (
	Announced Stage = iota
	PickedUp
	Departed
	Arrived
	LastMile
	Delivered
)

var stageNames = []string{"announced", "picked_up", "departed", "arrived", "last_mile", "delivered"}

func (s Stage) String() string { return stageNames[s] }

// StageOf tells how far a parcel has come that had this scan.
func StageOf(e normalize.TrackingEvent) Stage {
	switch e.Status {
	case normalize.StatusDelivered:
		return Delivered
	case normalize.StatusOutForDelivery, normalize.StatusAvailableForPickup, normalize.StatusDeliveryFailed:
		return LastMile
	case normalize.StatusRegistered, normalize.StatusLabelCreated, normalize.StatusUnknown, normalize.StatusCancelled,
		normalize.StatusExpired, "":
		return Announced
	}
	switch e.Substatus {
	case normalize.SubstatusHandedToLastMile:
		return LastMile
	case normalize.SubstatusArrivedDestination:
		return Arrived
	case normalize.SubstatusExportDeparted:
		return Departed
	}
	switch e.Leg {
	case normalize.LegLastMile:
		return LastMile
	case normalize.LegImportCustoms, normalize.LegOverseasWarehouse:
		return Arrived
	case normalize.LegLineHaul:
		return Departed
	}
	return PickedUp
}

// Endangered is when the promise is in danger unless the parcel moves on before: the first
// checkpoint that lies beyond the stage reached. It is zero where none does.
func (p Promise) Endangered(reached Stage) time.Time {
	i := slices.IndexFunc(p.Checkpoints, func(c Checkpoint) bool { return c.Stage > reached })
	if i < 0 {
		return time.Time{}
	}
	at := p.Checkpoints[i].At
	for _, c := range p.Checkpoints[i:] {
		if c.At.Before(at) {
			at = c.At
		}
	}
	return at
}
