package trackers

import (
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// A voided label's tracker is cancelled, once, is polled no more, and says so on its timeline.
func TestATrackerIsCancelled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("NW123456789").ID
	before := len(b.log(id))
	for range 2 {
		if err := b.Cancel(t.Context(), "ada", id); err != nil {
			t.Fatal(err)
		}
	}
	tr := b.get(id)
	if tr.Status != normalize.StatusCancelled || len(tr.Events) != 1 || tr.Events[0].Source != SourceGateway || !b.row(id).DueAt.IsZero() {
		t.Errorf("got %s with %+v, due %v", tr.Status, tr.Events, b.row(id).DueAt)
	}
	if told := len(b.log(id)) - before; told != 1 {
		t.Errorf("told %d times, want once", told)
	}
	if err := b.Cancel(t.Context(), "ben", id); err == nil {
		t.Error("another tenant cancelled it")
	}
}
