package trackers

import (
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// A consignment is delivered when the last of its pieces is, and partly delivered before.
func TestAllPiecesMustBeDelivered(t *testing.T) {
	t.Parallel()
	const transit, delivered, partly = normalize.StatusInTransit, normalize.StatusDelivered, normalize.SubstatusPartlyDelivered
	type told struct {
		number string
		hour   float64
		status normalize.Status
		want   normalize.Status
		sub    normalize.Substatus
	}
	pieces := []string{"JD1", "JD2"}
	for _, c := range []struct {
		name   string
		pieces []string
		told   []told
	}{
		{"one after the other", pieces, []told{
			{"", 1, transit, transit, ""}, {"JD1", 2, delivered, transit, partly},
			{"JD2", 3, normalize.StatusOutForDelivery, normalize.StatusOutForDelivery, partly}, {"JD2", 4, delivered, delivered, ""}}},
		{"one twice", pieces, []told{{"JD1", 2, delivered, transit, partly}, {"JD1", 3, delivered, transit, partly}, {"JD2", 1, delivered, delivered, ""}}},
		{"the whole at once", pieces, []told{{"JD1", 2, delivered, transit, partly}, {"", 3, delivered, delivered, ""}}},
		{"by its own number", pieces, []told{{"LX1CN", 3, delivered, delivered, ""}}},
		{"a single piece", pieces[:1], []told{{"JD1", 2, delivered, delivered, ""}}},
		{"no pieces", nil, []told{{"JD1", 2, delivered, delivered, ""}}},
		{"a return of the rest", pieces, []told{{"JD1", 2, delivered, transit, partly}, {"JD2", 3, normalize.StatusReturning, normalize.StatusReturning, partly}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			for i, step := range c.told {
				e := scan(string(rune('A'+i)), hour(step.hour), step.status)
				e.Number = step.number
				tr := message(e)
				tr.Pieces = c.pieces
				l.apply(t, tr)
				if l.t.Status != step.want || l.t.Substatus != step.sub || l.t.Terminal != (step.want == delivered) {
					t.Errorf("step %d: got %s/%s, want %s/%s", i, l.t.Status, l.t.Substatus, step.want, step.sub)
				}
				proof := l.final().ProofOfDelivery
				if (proof != nil) != (step.want == delivered) {
					t.Errorf("step %d: the proof is %+v", i, proof)
				}
			}
			told := 0
			for _, e := range l.log {
				if e.Type == TypeDelivered {
					told++
				}
			}
			if l.t.Status == delivered && told != 1 {
				t.Errorf("the delivery is told %d times", told)
			}
		})
	}
}
