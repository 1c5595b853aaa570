package adaptertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Harness is what the suite needs to know of a carrier. Spec, Config, Wire, Service and
// Shipment are required; the rest is for carriers that have more to show or something to excuse.
type Harness struct {
	Spec adapters.Spec
	// Config is the account as YAML. Its URLs point at the simulator, "http://sandbox/yanwen/…".
	Config string
	// Wire makes a fresh simulator and returns the way to it. It is called for every check,
	// inside its synctest bubble, so it opens no socket. push is the client by which the
	// simulator must send its pushes; a carrier without push ignores it.
	Wire func(t testing.TB, push *http.Client) http.RoundTripper
	// Service is the one that the samples buy, by our name.
	Service string
	// Number is what a carrier that sells nothing is asked for: a parcel that was bought
	// elsewhere, which the simulator makes up when it is scanned. Elsewhere it stays empty.
	Number string
	// Shipment is one that Service carries, complete enough for a label. Shipment() is a start.
	Shipment normalize.Shipment
	// Label is the paper that is asked for.
	Label normalize.LabelFormat

	// Refusals are the carrier's documented refusals of the committing call.
	Refusals []Refusal
	// UnknownCode is a scan's code that the carrier's table does not hold, in the form of the
	// carrier's codes; "ZZ99" when empty.
	UnknownCode string
	// Exact are replies whose prices a float would get wrong.
	Exact []Exact
	// Fields set a service-changing field, by its pointer, to a value that this carrier takes,
	// where the suite's own would not do.
	Fields map[string]func(*normalize.Shipment)
	// Extras are operations that the suite cannot make up itself, such as the steps of an
	// inbound plan. They take part in all checks of cancellation, failure and privacy.
	Extras []Extra

	// Exceptions name what the carrier cannot pass, as "check" or "check/part", with the
	// reason. A name that no check has is a fault of the harness.
	Exceptions map[string]string
}

// Reply is an answer of the carrier, word for word.
type Reply struct {
	Status int // 200 when 0
	Header http.Header
	Body   string
}

// Refusal is a documented no to the committing call and what it must become.
type Refusal struct {
	Name  string
	Reply Reply
	Kind  normalize.Kind
	Field string // pointer, where the carrier names a field
}

// Exact is a rate reply and the total that it must come to, to the last digit.
type Exact struct {
	Name  string
	Reply Reply
	Want  normalize.Money // of the harness's Service
}

// check is one promise that every adapter keeps.
type check struct {
	name string
	run  func(*testing.T, Harness)
}

// checks are all of them, in the order in which a newcomer should meet them.
var checks = []check{
	{"spec", checkSpec},
	{"config", checkConfig},
	{"happy path", checkHappyPath},
	{"cancelled", checkCancelled},
	{"failures", checkFailures},
	{"refusals", checkRefusals},
	{"no retry", checkNoRetry},
	{"lost answers", checkLostAnswers},
	{"privacy", checkPrivacy},
	{"unknown codes", checkUnknownCodes},
	{"service-changing fields", checkFields},
	{"callbacks", checkCallbacks},
	{"concurrency", checkConcurrency},
	{"exact numbers", checkExactNumbers},
}

// Run holds an adapter to every promise of the contract.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Wire == nil || h.Config == "" || h.Service == "" || len(h.Shipment.Parcels) == 0 {
		t.Fatal("the harness needs Spec, Config, Wire, Service and Shipment")
	}
	if h.Spec.OnlyTracks() == (h.Number == "") {
		t.Fatal("the harness needs a Number where the carrier only tracks, and nowhere else")
	}
	h.checkExceptions(t)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			if !h.excused(t, c.name) {
				c.run(t, h)
			}
		})
	}
}

// excused tells whether the carrier has a reason not to pass a check or a part of it, and
// puts the reason on record.
func (h Harness) excused(t testing.TB, path ...string) bool {
	t.Helper()
	reason, ok := h.Exceptions[strings.Join(path, "/")]
	if ok {
		t.Logf("exception: %s", reason)
	}
	return ok
}

func (h Harness) checkExceptions(t *testing.T) {
	t.Helper()
	known := map[string]bool{}
	for _, c := range checks {
		known[c.name] = true
	}
	for name, reason := range h.Exceptions {
		head, _, _ := strings.Cut(name, "/")
		if !known[head] || strings.TrimSpace(reason) == "" {
			t.Errorf("exception %q needs the name of a check and a reason", name)
		}
	}
}

// unknownCode is the code that no table holds.
func (h Harness) unknownCode() string {
	if h.UnknownCode != "" {
		return h.UnknownCode
	}
	return "ZZ99"
}
