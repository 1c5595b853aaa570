package ids_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

// Lists run from the newest by id, so ids must sort as they were made.
func TestNewSortsByTime(t *testing.T) {
	t.Parallel()
	var made []string
	for range 5000 {
		made = append(made, ids.New(ids.Label))
	}
	if !slices.IsSorted(made) || len(slices.Compact(made)) != 5000 {
		t.Fatal("ids do not sort in the order in which they were made")
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	id := ids.New(ids.Label)
	for _, c := range []struct {
		in   string
		want bool
	}{
		{id, true}, {"trk" + strings.TrimPrefix(id, "lbl"), false}, {id + "0", false}, {id[:len(id)-1], false},
		{strings.ToUpper(id), false}, {"lbl_" + strings.Repeat("u", 26), false}, {"", false}, {"lbl_", false},
	} {
		if got := ids.Valid(ids.Label, c.in); got != c.want {
			t.Errorf("Valid(%q): got %v, want %v", c.in, got, c.want)
		}
	}
}

// A carrier's reference field takes 16 characters of the plainest alphabet; the reference
// belongs to one purchase and stays the same.
func TestClientReference(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 5000 {
		id := ids.New(ids.Label)
		ref := ids.ClientReference("X7Q", id)
		if len(ref) != 16 || !strings.HasPrefix(ref, "X7Q") || strings.Trim(ref, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") != "" {
			t.Fatalf("got %q", ref)
		}
		if seen[ref] || ref != ids.ClientReference("X7Q", id) {
			t.Fatalf("%q is not one purchase's own", ref)
		}
		seen[ref] = true
	}
}

func TestRateLeadsToItsRequest(t *testing.T) {
	t.Parallel()
	rq := ids.New(ids.RateRequest)
	for _, n := range []int{0, 1, 31, 32, 500, ids.MaxRates - 1} {
		got, place, ok := ids.RequestOf(ids.RateOf(rq, n))
		if got != rq || place != n || !ok {
			t.Errorf("rate %d: got %q, %d, %v", n, got, place, ok)
		}
	}
	for _, bad := range []string{"", "rate_", rq, ids.New(ids.Rate), "rate_" + strings.Repeat("!", 28)} {
		if _, _, ok := ids.RequestOf(bad); ok {
			t.Errorf("%q leads to a request", bad)
		}
	}
}

// What another installation, another program or a person wrote is not taken for ours.
func TestIsClientReference(t *testing.T) {
	ours := ids.ClientReference("X7Q", ids.New(ids.Label))
	for ref, want := range map[string]bool{ours: true, ids.ClientReference("X7R", ids.New(ids.Label)): false, strings.ToLower(ours): false,
		ours + "0": false, ours[:15]: false, "X7Q": false, "": false, "X7Q00000000000U0": false, "X7Q ORDER 1001 A": false} {
		if got := ids.IsClientReference("X7Q", ref); got != want {
			t.Errorf("%q: got %v", ref, got)
		}
	}
}
