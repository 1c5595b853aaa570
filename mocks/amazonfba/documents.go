package amazonfba

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

const (
	filePath  = "/documents/"
	fileLives = 15 * time.Second
	maxFiles  = 10_000
)

// file is a document behind a link, which is printed when it is fetched.
type file struct {
	ends time.Time
	draw func() ([]byte, error)
}

// download is a link as the 2024 API tells it.
type download struct {
	Type    string `json:"downloadType"`
	URI     string `json:"uri"`
	Expires string `json:"expiration"`
}

// keep makes a link to a document. It works for seconds, without a token, and only here: on
// the address that the caller used.
func (c *Carrier) keep(in *request, draw func() ([]byte, error)) (download, *problem) {
	for id, f := range c.files {
		if !in.now.Before(f.ends) {
			delete(c.files, id)
		}
	}
	if len(c.files) >= maxFiles {
		return download{}, &problem{http.StatusServiceUnavailable, "ServiceUnavailable", "Service is temporarily unavailable.", ""}
	}
	id := c.desk.Serial(12)
	id = id + "-" + seal(id)
	ends := in.now.Add(fileLives)
	c.files[id] = file{ends, draw}
	scheme := "http://"
	if in.TLS != nil {
		scheme = "https://"
	}
	return download{"URL", scheme + in.Host + "/" + c.Code() + filePath + id, instant(ends)}, nil
}

// download serves a link.
func (c *Carrier) download(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	f, ok := c.files[r.PathValue("file")]
	c.mu.Unlock()
	if !ok || !time.Now().Before(f.ends) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`)
		return
	}
	b, err := f.draw()
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Write(b)
}

// pageTypes are the label papers, with the transport that each is for: "" is any.
var pageTypes = map[string]string{
	"PackageLabel_Letter_2": "", "PackageLabel_Letter_4": "", "PackageLabel_Letter_6": "", "PackageLabel_Letter_6_CarrierLeft": "",
	"PackageLabel_A4_2": "", "PackageLabel_A4_4": "", "PackageLabel_Plain_Paper": "", "PackageLabel_Plain_Paper_CarrierBottom": "",
	"PackageLabel_Thermal": partnered, "PackageLabel_Thermal_Unified": partnered, "PackageLabel_Thermal_No_Carrier_Rotation": partnered,
	"PackageLabel_Thermal_NonPCP": own,
}

// boxLabels is getLabels.
func (c *Carrier) boxLabels(in *request) (any, *problem) {
	s, no := c.byConfirmation(in)
	if no != nil {
		return nil, no
	}
	q := in.URL.Query()
	way, known := pageTypes[q.Get("PageType")]
	switch {
	case !known || way != "" && way != s.selected.solution:
		return nil, bad("The PageType is not valid for this shipment.")
	case !slices.Contains([]string{"UNIQUE", "BARCODE_2D", "PALLET"}, q.Get("LabelType")):
		return nil, bad("The LabelType is not valid.")
	}
	boxes, no := s.chosen(commas(q["PackageLabelsToPrint"]))
	if no != nil {
		return nil, no
	}
	if s.selected.mode == ltl && s.selected.solution == own || q.Get("PageSize") != "" {
		if boxes, no = cut(boxes, q.Get("PageSize"), q.Get("PageStartIndex")); no != nil {
			return nil, no
		}
	}
	if q.Get("LabelType") == "PALLET" {
		n, err := strconv.Atoi(q.Get("NumberOfPallets"))
		if err != nil || n < 1 || n > 100 {
			return nil, bad("The NumberOfPallets must be between 1 and 100.")
		}
		boxes = nil
		for i := range n {
			boxes = append(boxes, s.confirmationID+"P"+strconv.Itoa(i+1))
		}
	}
	notes := []string{s.plan.name, s.selected.code + " " + s.selected.mode}
	from, to := lines(s.source), lines(s.warehouse.address(s.plan.market.country))
	link, no := c.keep(in, func() ([]byte, error) {
		var pages [][]byte
		for i, id := range boxes {
			page, err := papers.Label{Carrier: "FBA", Service: "Box " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(boxes)), Number: id,
				From: from, To: to, Notes: notes}.PDF()
			if err != nil {
				return nil, err
			}
			pages = append(pages, page)
		}
		return merged(pages)
	})
	if no != nil {
		return nil, no
	}
	return payload(map[string]string{"DownloadURL": link.URI}), nil
}

// chosen are the ids of the boxes to print, all where none is named.
func (s *shipment) chosen(named []string) ([]string, *problem) {
	var all []string
	for _, b := range s.boxes {
		all = append(all, b.boxID)
	}
	if len(named) == 0 {
		return all, nil
	}
	for _, id := range named {
		if !slices.Contains(all, id) {
			return nil, &problem{http.StatusBadRequest, "IncorrectPackageIdentifier", "The package identifier " + id + " does not match the shipment.", ""}
		}
	}
	return named, nil
}

// cut is one page of box ids. Freight of one's own carrier is printed in pages only.
func cut(ids []string, pageSize, startIndex string) ([]string, *problem) {
	size, err1 := strconv.Atoi(pageSize)
	from, err2 := strconv.Atoi(startIndex)
	if err1 != nil || err2 != nil || size < 1 || size > 1000 || from < 0 || from >= len(ids) {
		return nil, bad("PageSize (1 to 1000) and PageStartIndex are required and must be valid.")
	}
	return ids[from:min(from+size, len(ids))], nil
}

// billPaper is getBillOfLading, for freight by Amazon's partners.
func (c *Carrier) billPaper(in *request) (any, *problem) {
	s, no := c.byConfirmation(in)
	if no != nil {
		return nil, no
	}
	if s.selected.solution != partnered || s.selected.mode != ltl {
		return nil, bad("The shipment has no bill of lading: it is not carried as freight by a partnered carrier.")
	}
	label := papers.Label{Carrier: s.selected.carrier, Service: "Bill of lading", Number: s.billNumber(), Reference: s.confirmationID,
		From: lines(s.source), To: lines(s.warehouse.address(s.plan.market.country)), Notes: []string{strconv.Itoa(len(s.boxes)) + " boxes"}}
	link, no := c.keep(in, label.PDF)
	if no != nil {
		return nil, no
	}
	return payload(map[string]string{"DownloadURL": link.URI}), nil
}

// challanPaper lists the goods of a shipment.
func (s *shipment) challanPaper() func() ([]byte, error) {
	paper := papers.Invoice{Title: "Delivery challan", Number: s.confirmationID, From: lines(s.source), To: lines(s.warehouse.address("IN"))}
	for _, i := range s.items[:min(len(s.items), 30)] {
		paper.Lines = append(paper.Lines, papers.Line{Description: i.MSKU, Origin: s.source.CountryCode, Quantity: strconv.FormatInt(i.Quantity, 10)})
	}
	return paper.PDF
}

func lines(a address) []string {
	return []string{a.Name, a.AddressLine1, strings.TrimSpace(a.City + " " + a.StateOrProvinceCode + " " + a.PostalCode), a.CountryCode}
}

// merged is one PDF of several, page after page.
func merged(files [][]byte) ([]byte, error) {
	if len(files) == 1 {
		return files[0], nil
	}
	var in []io.ReadSeeker
	for _, f := range files {
		in = append(in, bytes.NewReader(f))
	}
	var out bytes.Buffer
	if err := api.MergeRaw(in, &out, false, model.NewDefaultConfiguration()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
