package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/configs"
)

// lane is a channel with what the harness must know of it.
type lane struct {
	channel
	class adapters.Class
	voids bool // the carrier itself takes a label back
	order map[string]any
}

// notVoided are the adapters and channels whose carrier has no void: it is unsupported, or
// drops the label with us alone, and the carrier's ledger keeps the sale.
var notVoided = []string{"dhl_express", "cainiao.standard", "cainiao.premium", "cainiao.saver"}

// lanesOf makes a lane of each parcel channel in only, or of all.
func lanesOf(channels []channel, only []string) ([]lane, error) {
	var out []lane
	for _, c := range channels {
		if !c.Configured || c.Kind == "inbound" || !slices.Contains(c.Capabilities, "labels") {
			continue
		}
		if len(only) > 0 && !slices.Contains(only, c.Channel) && !slices.Contains(only, c.Adapter) {
			continue
		}
		l, err := laneOf(c)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no channel of %v sells labels", only)
	}
	return out, nil
}

func laneOf(c channel) (lane, error) {
	l := lane{channel: c, voids: slices.Contains(c.Capabilities, "void") &&
		!slices.Contains(notVoided, c.Adapter) && !slices.Contains(notVoided, c.Channel)}
	l.class = classOf(c.Channel)
	b, err := fs.ReadFile(configs.Examples(), exampleOf(c))
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal(b, &l.order)
}

// classOf is what a channel's carrier offers against buying twice.
func classOf(channel string) adapters.Class {
	adapter, service, _ := strings.Cut(channel, ".")
	for _, s := range all.Specs() {
		if s.Code == adapter {
			return s.PurchaseOf(service).Class
		}
	}
	return adapters.ClassE
}

// exampleOf is an example order that a channel carries.
func exampleOf(c channel) string {
	for platform, name := range map[string]string{"aliexpress": "aliexpress-fr.json", "ebay": "ebay-de.json", "wish": "wish-us.json"} {
		if slices.Contains(c.Platforms, platform) {
			return name
		}
	}
	return "order-de.json"
}

// order is one label to be bought, under one idempotency key, and what its buyer knows of it.
type order struct {
	n    int
	key  string
	lane lane
	body []byte
	// reference is the order's id on its platform, by which carriers without a field of ours
	// know it.
	reference string
	void      bool // the label is voided once it is bought

	mu      sync.Mutex
	id      string // of the label, once an answer named it
	final   string // the status that an answer called final
	flips   []string
	answers int // that named the label
	tries   int
	last    string // what came back last without a label
	refused string // why it could not be asked for at all
	voids   int
}

// newOrder makes the n-th order of a run: the lane's example with ids of its own.
func newOrder(l lane, seed uint64, n int, deadlineMS int, void bool) (*order, error) {
	doc := clone(l.order)
	o := &order{n: n, lane: l, void: void && l.voids, key: fmt.Sprintf("chaos-%d-%d", seed, n)}
	if head, ok := doc["order"].(map[string]any); ok {
		head["id"] = stamp(head["id"], n)
		o.reference, _ = head["id"].(string)
	}
	items, _ := doc["items"].([]any)
	for i, it := range items {
		if m, ok := it.(map[string]any); ok && m["line_id"] != nil {
			m["line_id"] = stamp(m["line_id"], n*len(items)+i)
		}
	}
	doc["channel"], doc["reference"], doc["deadline_ms"] = l.Channel, o.key, deadlineMS
	var err error
	o.body, err = json.Marshal(doc)
	return o, err
}

// stampDigits is how many of an id's last digits tell orders apart.
const stampDigits = 9

// stamp writes n over the last digits of an id, and leaves its form.
func stamp(id any, n int) string {
	s, _ := id.(string)
	b := []byte(s)
	for i, left := len(b)-1, stampDigits; i >= 0 && left > 0; i-- {
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = strconv.Itoa(n % 10)[0]
			n /= 10
			left--
		}
	}
	return string(b)
}

func clone(m map[string]any) map[string]any {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // it was read from JSON
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}
