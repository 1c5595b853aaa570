package speedpak

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

// maxNumbers is how many tracking numbers one call may name.
const maxNumbers = 200

var printWords = []string{"nameZh", "nameEn", "remark", "skuPrice", "skuNo", "quantity", "listingId", "sellerId", "buyerId"}

type labelResult struct {
	TrackingNumber string  `json:"trackingNumber"`
	Base64Str      *string `json:"base64Str"`
	ResultCode     string  `json:"resultCode"`
	Message        string  `json:"message"`
}

// code is an error's id as per-item results have it.
func code(e *apiError) string { return strconv.Itoa(e.ErrorID) }

// numbers reads the repeated parameter, or refuses.
func numbers(w http.ResponseWriter, q url.Values) ([]string, bool) {
	list := slices.DeleteFunc(slices.Clone(q["tracking_numbers"]), func(s string) bool { return s == "" })
	switch {
	case len(list) == 0:
		deny(w, new(fault(355067)))
	case len(list) > maxNumbers:
		deny(w, invalid("tracking_numbers", "more than 200"))
	default:
		return list, true
	}
	return nil, false
}

// live is a package that has its number still.
func (c *Carrier) live(number string) (*parcel, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.byNumber[number]
	return p, p != nil && p.status != cancelled
}

// getLabels prints drafts and sold packages alike, each number for itself. Only when none of
// them can be printed is the answer an error.
func (c *Carrier) getLabels(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list, ok := numbers(w, q)
	if !ok {
		return
	}
	size := q.Get("page_size")
	words := strings.FieldsFunc(q.Get("print_preference"), func(r rune) bool { return r == ',' })
	unknown := slices.ContainsFunc(words, func(s string) bool { return !slices.Contains(printWords, s) })
	if unknown || size != "" && size != "A4" && size != "THERMAL_PAPER" {
		deny(w, new(fault(355077)))
		return
	}
	out := make([]labelResult, len(list))
	printed := 0
	for i, n := range list {
		out[i] = c.label(n, size, words)
		if out[i].Base64Str != nil {
			printed++
		}
	}
	if printed == 0 {
		deny(w, new(fault(355004, list[0])))
		return
	}
	writeJSON(w, http.StatusOK, map[string][]labelResult{"labels": out})
}

func (c *Carrier) label(number, size string, words []string) labelResult {
	failed := func(id int) labelResult {
		e := fault(id, number)
		return labelResult{number, nil, code(&e), e.Message}
	}
	p, ok := c.live(number)
	if !ok {
		return failed(355004)
	}
	pdf, err := p.label(words).PDF()
	if err == nil && size == "A4" {
		pdf, err = onA4(pdf)
	}
	if err != nil {
		return failed(355000)
	}
	return labelResult{number, new(base64.StdEncoding.EncodeToString(pdf)), "200", "SUCCESS"}
}

// label shows of the goods what the print preference names.
func (p *parcel) label(words []string) papers.Label {
	to := p.info.ShipTo
	l := papers.Label{Carrier: "SpeedPAK", Service: p.service.nameEn, Number: p.number, Reference: p.info.Comment,
		From: []string{p.from.Contact, p.from.Company, p.from.Street1, p.from.Postcode + " " + p.from.CityName, p.from.CountryCode},
		To: []string{to.Contact, to.Company, to.Street1, to.Street2, to.Street3, to.Postcode + " " + to.City + " " + to.Province,
			to.CountryCode, to.Phone},
		Notes: []string{strconv.FormatInt(p.grams, 10) + " g"}}
	for _, it := range p.info.Items[:min(len(p.info.Items), 5)] {
		values := map[string]string{"nameZh": it.SKU.NameZh, "nameEn": it.SKU.NameEn, "remark": it.SKU.Remark, "skuNo": it.SKU.Number,
			"skuPrice": it.SKU.Price.Value + " " + it.SKU.Price.Currency, "quantity": strconv.FormatInt(it.PostedQuantity, 10),
			"listingId": it.ListingID, "sellerId": seller, "buyerId": it.BuyerID}
		var note []string
		for _, word := range words {
			note = append(note, values[word])
		}
		l.Notes = append(l.Notes, strings.Join(note, " "))
	}
	return l
}

// noConfigDir keeps pdfcpu from writing a folder of settings.
var noConfigDir = sync.OnceFunc(api.DisableConfigDir)

// onA4 puts a label on a page of A4.
func onA4(pdf []byte) ([]byte, error) {
	noConfigDir()
	resize, err := pdfcpu.ParseResizeConfig("form:A4", types.POINTS)
	if err != nil {
		return nil, fmt.Errorf("A4: %w", err)
	}
	var out bytes.Buffer
	if err := api.Resize(bytes.NewReader(pdf), &out, nil, resize, model.NewDefaultConfiguration()); err != nil {
		return nil, fmt.Errorf("A4: %w", err)
	}
	return out.Bytes(), nil
}

// sheetLines is how many parcels one page of a handover sheet has.
const sheetLines = 30

// getHandoverSheet lists parcels for the courier, one file for all.
func (c *Carrier) getHandoverSheet(w http.ResponseWriter, r *http.Request) {
	list, ok := numbers(w, r.URL.Query())
	if !ok {
		return
	}
	var lines []papers.Line
	var grams int64
	for _, n := range list {
		p, ok := c.live(n)
		if !ok {
			deny(w, new(fault(355068, n)))
			return
		}
		grams += p.grams
		lines = append(lines, papers.Line{Description: n, HSCode: p.id[len(p.id)-8:], Origin: p.info.ShipTo.CountryCode,
			Quantity: "1", UnitValue: strconv.FormatInt(p.grams, 10) + " g"})
	}
	pdf, err := sheet(lines, fmt.Sprintf("%d parcels, %d g", len(list), grams))
	if err != nil {
		deny(w, new(fault(355000)))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"handoverSheet": map[string]string{"base64Str": base64.StdEncoding.EncodeToString(pdf)}})
}

func sheet(lines []papers.Line, total string) ([]byte, error) {
	var pages []io.ReadSeeker
	var first []byte
	for part := range slices.Chunk(lines, sheetLines) {
		page, err := papers.Invoice{Title: "SpeedPAK Handover Sheet", Number: seller, Date: time.Now().UTC().Format("2006-01-02"),
			From: []string{bright.Company, bright.Street1}, To: []string{"Orange Connex"}, Lines: part, Total: total}.PDF()
		if err != nil {
			return nil, err
		}
		first = page
		pages = append(pages, bytes.NewReader(page))
	}
	if len(pages) == 1 {
		return first, nil
	}
	noConfigDir()
	var out bytes.Buffer
	if err := api.MergeRaw(pages, &out, false, model.NewDefaultConfiguration()); err != nil {
		return nil, fmt.Errorf("handover sheet of %d pages: %w", len(pages), err)
	}
	return out.Bytes(), nil
}
