package speedpak

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

// bundle is a bag of parcels that are handed over together.
type bundle struct {
	id         string
	preference string
	numbers    []string
	grams      int64
	cancelled  bool
}

// maxBundleGrams is the weight that one bag may have; the specification gives no number.
const maxBundleGrams = 30_000

// createBundle puts sold packages of one consign preference into a bag.
func (c *Carrier) createBundle(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Bundle struct {
			PreferenceID string   `json:"consignPreferenceId"`
			Numbers      []string `json:"trackingNumbers"`
		} `json:"bundle"`
	}
	if !read(w, r, &in) {
		return
	}
	b := &bundle{preference: in.Bundle.PreferenceID, numbers: in.Bundle.Numbers}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.fill(b); e != nil {
		deny(w, e)
		return
	}
	b.id = "BDL" + c.desk.Serial(12)
	c.bundles[b.id] = b
	writeJSON(w, http.StatusCreated, map[string]any{"bundle": map[string]string{"bundleId": b.id}})
}

// fill checks what goes into a bag. The caller holds the lock.
func (c *Carrier) fill(b *bundle) *apiError {
	switch {
	case b.preference == "":
		return new(fault(355078))
	case len(b.numbers) == 0:
		return new(fault(355079))
	case len(b.numbers) > maxNumbers:
		return invalid("trackingNumbers", "more than 200")
	}
	seen := map[string]bool{}
	for _, n := range b.numbers {
		p := c.byNumber[n]
		switch {
		case p == nil || p.status != confirmed || seen[n] || c.bagged(n):
			return new(fault(355082))
		case p.info.ConsignPreferenceID != b.preference:
			return new(fault(355080))
		}
		seen[n] = true
		b.grams += p.grams
	}
	if b.grams > maxBundleGrams {
		return new(fault(355081))
	}
	return nil
}

// bagged tells whether a parcel lies in a bag already.
func (c *Carrier) bagged(number string) bool {
	for _, b := range c.bundles {
		if !b.cancelled && slices.Contains(b.numbers, number) {
			return true
		}
	}
	return false
}

// bundleOf finds a live bundle, or refuses.
func (c *Carrier) bundleOf(w http.ResponseWriter, r *http.Request) (*bundle, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bundles[r.PathValue("id")]
	if b == nil || b.cancelled {
		deny(w, new(fault(355083)))
		return nil, false
	}
	return b, true
}

func (c *Carrier) getBundle(w http.ResponseWriter, r *http.Request) {
	if b, ok := c.bundleOf(w, r); ok {
		writeJSON(w, http.StatusOK, map[string]any{"bundleDetail": map[string]any{
			"consignPreferenceId": b.preference, "trackingNumbers": b.numbers}})
	}
}

func (c *Carrier) cancelBundle(w http.ResponseWriter, r *http.Request) {
	b, ok := c.bundleOf(w, r)
	if !ok {
		return
	}
	c.mu.Lock()
	b.cancelled = true
	c.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (c *Carrier) getBundleLabel(w http.ResponseWriter, r *http.Request) {
	b, ok := c.bundleOf(w, r)
	if !ok {
		return
	}
	pdf, err := papers.Label{Carrier: "SpeedPAK", Service: "Bundle", Number: b.id, Reference: seller,
		From: strings.Split(bright.Company+"\n"+bright.Street1, "\n"), To: []string{"Orange Connex"},
		Notes: []string{fmt.Sprintf("%d parcels, %d g", len(b.numbers), b.grams)}}.PDF()
	if err != nil {
		deny(w, new(fault(355000)))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"label": map[string]string{"base64Str": base64.StdEncoding.EncodeToString(pdf)}})
}
