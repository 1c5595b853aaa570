package inbound

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// stage is where a plan's protocol stands, finer than its status.
type stage string

// The stages. Those that wait are for a person; the others are the worker's.
const (
	stageCreate           stage = "create"
	stagePrep             stage = "prep"
	stagePackingOptions   stage = "packing_options"
	stageListPacking      stage = "list_packing"
	stageGroups           stage = "groups"
	stageBoxes            stage = "boxes" // waits
	stageSetPacking       stage = "set_packing"
	stageConfirmPacking   stage = "confirm_packing"
	stagePlacementOptions stage = "placement_options"
	stageListPlacement    stage = "list_placement"
	stagePlaces           stage = "places"
	stagePlacement        stage = "placement" // waits
	stageConfirmPlacement stage = "confirm_placement"
	stageBoxesLater       stage = "boxes_later" // waits
	stageTransportOptions stage = "transport_options"
	stageListTransport    stage = "list_transport"
	stageWindows          stage = "windows"
	stageTransport        stage = "transport" // waits
	stageConfirmTransport stage = "confirm_transport"
	stagePapers           stage = "papers"
	stageFollow           stage = "follow"
	stageEnd              stage = "end"
)

// The words of a plan's status in the API.
const (
	statusCreating            = "creating"
	statusNeedsPacking        = "needs_packing"
	statusPacking             = "packing"
	statusNeedsPlacement      = "needs_placement"
	statusPlacing             = "placing"
	statusNeedsTransportation = "needs_transportation"
	statusConfirming          = "confirming"
	statusLabelsReady         = "labels_ready"
	statusShipped             = "shipped"
	statusReceived            = "received"
	statusClosed              = "closed"
	statusFailed              = "failed"
	statusCancelled           = "cancelled"
)

// file is the saga's own document: what the platform told, what was asked of us, and where we
// stand. Remote writes are not in it: they are steps of their own.
type file struct {
	Stage stage `json:"stage"`
	// Reached is the status in stageFollow and stageEnd.
	Reached string `json:"reached,omitempty"`
	// Asks counts what callers asked for, so that a turn under way does not put it off.
	Asks int `json:"asks,omitempty"`
	// Failures are calls that failed in a row, Refusals writes that were refused in a row.
	Failures int `json:"failures,omitempty"`
	Refusals int `json:"refusals,omitempty"`
	Polls    int `json:"polls,omitempty"`
	// Negatives are clean readings that do not show the open step's effect.
	Negatives int       `json:"negatives,omitempty"`
	SentAt    time.Time `json:"sent_at,omitzero"`   // of the open step
	Resent    bool      `json:"resent,omitempty"`   // the plan was created a second time
	Dropped   []string  `json:"dropped,omitempty"`  // confirmations that are given up before they were sent
	Twins     []string  `json:"twins,omitempty"`    // plans of the same name that a lost answer left behind
	TwinsDue  time.Time `json:"twins_due,omitzero"` // when they are looked for
	TwinLooks int       `json:"twin_looks,omitempty"`
	Cancel    bool      `json:"cancel,omitempty"` // asked for
	// Renewed counts options that were made anew since a person last did something.
	Renewed int       `json:"renewed,omitempty"`
	ReadAt  time.Time `json:"read_at,omitzero"` // when the offers were read last

	PrepTodo   []adapters.InboundPrep `json:"prep_todo,omitempty"`
	PrepAt     int                    `json:"prep_at,omitempty"` // lines of the request that were looked at
	PrepListed bool                   `json:"prep_listed,omitempty"`
	PrepDone   bool                   `json:"prep_done,omitempty"`
	PrepBefore stage                  `json:"prep_before,omitempty"` // where the platform asked for it

	PackingOptions []option               `json:"packing_options,omitempty"`
	Packing        string                 `json:"packing,omitempty"` // the option that is taken
	PackLater      bool                   `json:"pack_later,omitempty"`
	Packed         bool                   `json:"packed,omitempty"`
	Groups         []group                `json:"groups,omitempty"`
	Boxes          []adapters.InboundBox  `json:"boxes,omitempty"`
	Placements     []option               `json:"placements,omitempty"`
	Placement      string                 `json:"placement,omitempty"` // the confirmed option
	Shipments      []shipment             `json:"shipments,omitempty"`
	Quoting        map[string]transport   `json:"quoting,omitempty"` // by shipment
	Confirm        *confirmation          `json:"confirm,omitempty"` // asked for, not yet bought
	Tracking       map[string]TrackingAsk `json:"tracking,omitempty"`
	Papers         map[string]string      `json:"papers,omitempty"` // their documents, "" where there is none
	Problems       []Problem              `json:"problems,omitempty"`
}

// option is a packing or placement option.
type option struct {
	ID        string           `json:"id"`
	Status    string           `json:"status"`
	Groups    []string         `json:"groups,omitempty"`
	Shipments []string         `json:"shipments,omitempty"`
	Fees      normalize.Money  `json:"fees"`
	Discounts normalize.Money  `json:"discounts"`
	ExpiresAt time.Time        `json:"expires_at,omitzero"`
	MinWeight normalize.Weight `json:"min_weight,omitzero"`
	MaxWeight normalize.Weight `json:"max_weight,omitzero"`
}

// group are items that may share boxes.
type group struct {
	ID     string                 `json:"id"`
	Listed bool                   `json:"listed,omitempty"`
	Items  []adapters.InboundItem `json:"items,omitempty"`
}

// shipment is a part of the plan that goes to one warehouse.
type shipment struct {
	ID             string                      `json:"id"`
	Seen           bool                        `json:"seen,omitempty"`
	ConfirmationID string                      `json:"confirmation_id,omitempty"`
	Status         string                      `json:"status,omitempty"`
	Warehouse      string                      `json:"warehouse,omitempty"`
	Destination    normalize.Address           `json:"destination,omitzero"`
	Transport      []adapters.InboundTransport `json:"transport,omitempty"`
	Selected       string                      `json:"selected,omitempty"`
	Windows        []adapters.InboundWindow    `json:"windows,omitempty"`
	WindowsMade    bool                        `json:"windows_made,omitempty"`
	WindowsListed  bool                        `json:"windows_listed,omitempty"`
	Window         string                      `json:"window,omitempty"`
	Boxes          []adapters.InboundBox       `json:"boxes,omitempty"`
	Items          []adapters.InboundItem      `json:"items,omitempty"`
	Counted        []adapters.InboundItem      `json:"counted,omitempty"`
	Tracking       []adapters.InboundTracking  `json:"tracking,omitempty"`
	BillOfLading   string                      `json:"bill_of_lading,omitempty"`
	FreightBill    string                      `json:"freight_bill,omitempty"`
	LookedAt       time.Time                   `json:"looked_at,omitzero"`
	CountDue       bool                        `json:"count_due,omitempty"` // the warehouse has begun to count
	Final          bool                        `json:"final,omitempty"`     // closed, and counted after that
}

// transport is how a shipment is to be quoted.
type transport struct {
	ReadyFrom time.Time `json:"ready_from,omitzero"`
	Contact   Contact   `json:"contact,omitzero"`
	Pallets   []Pallet  `json:"pallets,omitempty"`
	Freight   *Freight  `json:"freight,omitempty"`
}

// confirmation is a confirmed selection of transport on its way to the platform.
type confirmation struct {
	Step       string                               `json:"step"`
	Selections map[string]string                    `json:"selections"`
	Windows    map[string]string                    `json:"windows,omitempty"`
	Contact    Contact                              `json:"contact,omitzero"`
	Wanted     map[string]adapters.InboundTransport `json:"wanted"` // as they were quoted
	Requote    bool                                 `json:"requote,omitempty"`
}

// TrackingAsk are numbers that the platform has to be told.
type TrackingAsk struct {
	Boxes        []BoxNumber `json:"boxes,omitempty"`
	BillOfLading string      `json:"bill_of_lading,omitempty"`
	FreightBill  string      `json:"freight_bill,omitempty"`
}

func fileOf(p store.Plan) (file, error) {
	var f file
	if len(p.State) == 0 {
		return file{Stage: stageCreate}, nil
	}
	err := json.Unmarshal(p.State, &f)
	return f, err
}

func (f *file) encode() json.RawMessage {
	b, err := json.Marshal(f)
	if err != nil { // only types of ours are in it
		panic("inbound: the saga's document cannot be written: " + err.Error())
	}
	return b
}

func (f *file) option(list []option, id string) *option {
	if i := slices.IndexFunc(list, func(o option) bool { return o.ID == id }); i >= 0 {
		return &list[i]
	}
	return nil
}

func (f *file) group(id string) *group {
	if i := slices.IndexFunc(f.Groups, func(g group) bool { return g.ID == id }); i >= 0 {
		return &f.Groups[i]
	}
	return nil
}

func (f *file) shipment(id string) *shipment {
	if i := slices.IndexFunc(f.Shipments, func(s shipment) bool { return s.ID == id }); i >= 0 {
		return &f.Shipments[i]
	}
	return nil
}

// transportOption finds an option of a shipment.
func (s *shipment) transportOption(id string) *adapters.InboundTransport {
	if i := slices.IndexFunc(s.Transport, func(t adapters.InboundTransport) bool { return t.ID == id }); i >= 0 {
		return &s.Transport[i]
	}
	return nil
}

// maxProblems bounds what is kept of the platform's remarks.
const maxProblems = 50

// note adds problems, each once.
func (f *file) note(problems ...Problem) {
	for _, p := range problems {
		if len(f.Problems) < maxProblems && !slices.Contains(f.Problems, p) {
			f.Problems = append(f.Problems, p)
		}
	}
}

// clearTrouble forgets what a call that failed left behind, once one has succeeded.
func (f *file) clearTrouble() {
	if f.Failures > 0 {
		f.Failures = 0
		f.Problems = slices.DeleteFunc(f.Problems, func(p Problem) bool { return p.Passing })
	}
}

// asked notes that a person did something: what was wrong before is answered by it.
func (f *file) asked() {
	f.Asks++
	f.Problems, f.Renewed, f.Refusals, f.Negatives = nil, 0, 0, 0
}
