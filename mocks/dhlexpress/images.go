package dhlexpress

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

// The transport label is in no list below: it came with the shipment, once.
var imageTypes = []string{"waybill", "commercial-invoice", "customs-entry", "transport-accompanying-document",
	"generic-entry-summary", "dhl-issued-proforma-invoice"}

const noImages = "1504: No document images found for the provided search criteria."

type storedDocument struct {
	TrackingNumber string `json:"shipmentTrackingNumber"`
	TypeCode       string `json:"typeCode"`
	Function       string `json:"function"`
	EncodingFormat string `json:"encodingFormat"`
	Content        string `json:"content"`
}

var yearAndMonth = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

// getImage hands out what customs got.
func (c *Carrier) getImage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !require(w, r, q, "shipperAccountNumber", "typeCode", "pickupYearAndMonth") {
		return
	}
	types := many(q, "typeCode")
	for _, t := range types {
		if !slices.Contains(imageTypes, t) {
			fail(w, r, http.StatusBadRequest, wrongFormat, "Parameters not having correct format: typeCode")
			return
		}
	}
	if !yearAndMonth.MatchString(q.Get("pickupYearAndMonth")) {
		fail(w, r, http.StatusBadRequest, wrongFormat, "Parameters not having correct format: pickupYearAndMonth")
		return
	}
	if q.Get("encodingFormat") == "tiff" && q.Get("allInOnePDF") == "true" {
		fail(w, r, http.StatusBadRequest, badRequest,
			"1506: encodingFormat TIFF is not applicable in combination with allInOnePDF = true.  Please check the request message and retry.")
		return
	}
	s, ok := c.find(r.PathValue("awb"))
	var out []storedDocument
	if ok && q.Get("shipperAccountNumber") == accountNumber && s.at.Format("2006-01") == q.Get("pickupYearAndMonth") {
		out = c.stored(s, types)
	}
	if len(out) == 0 {
		fail(w, r, http.StatusNotFound, "Not found", noImages)
		return
	}
	writeJSON(w, http.StatusOK, map[string][]storedDocument{"documents": out})
}

// stored are a shipment's documents of these types, as PDF.
func (c *Carrier) stored(s *shipment, types []string) []storedDocument {
	var out []storedDocument
	add := func(typeCode string, data []byte, err error) {
		if err == nil {
			out = append(out, storedDocument{s.awb, typeCode, "export", "PDF", base64.StdEncoding.EncodeToString(data)})
		}
	}
	for _, t := range types {
		switch t {
		case "waybill":
			archive := s.paper.label
			archive.Service = "ARCHIVE DOC - NOT TO BE ATTACHED TO PACKAGE"
			data, err := archive.PDF()
			add(t, data, err)
		case "commercial-invoice":
			if s.paper.invoice != nil {
				data, err := s.paper.invoice.PDF()
				add(t, data, err)
			}
			for _, image := range c.uploaded(s) {
				out = append(out, storedDocument{s.awb, t, "export", image.ImageFormat, image.Content})
			}
		}
	}
	return out
}

// uploaded are the customer's own invoices.
func (c *Carrier) uploaded(s *shipment) []documentImage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []documentImage
	for _, image := range s.images {
		if image.TypeCode == "" || image.TypeCode == "INV" || image.TypeCode == "PNV" || image.TypeCode == "CIN" {
			if image.ImageFormat == "" {
				image.ImageFormat = "PDF"
			}
			out = append(out, image)
		}
	}
	return out
}

// maxImages bounds what one shipment keeps of a customer's uploads.
const maxImages = 20

// uploadImage adds papers to a sold shipment.
func (c *Carrier) uploadImage(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Accounts       []accountRequest `json:"accounts"`
		DocumentImages []documentImage  `json:"documentImages"`
	}
	if !read(w, r, uploadImageSchema, http.StatusUnprocessableEntity, &in) {
		return
	}
	s, ok := c.find(r.PathValue("awb"))
	if !ok {
		fail(w, r, http.StatusNotFound, "Not found", "Operation not possible since shipment information not found")
		return
	}
	if !known(in.Accounts) {
		fail(w, r, http.StatusBadRequest, badRequest, notAllowed)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.images = append(s.images, in.DocumentImages...)
	s.images = s.images[:min(len(s.images), maxImages)]
	w.WriteHeader(http.StatusOK)
}

// proofOfDelivery is there once the shipment was delivered.
func (c *Carrier) proofOfDelivery(w http.ResponseWriter, r *http.Request) {
	p, ok := c.desk.Parcel(r.PathValue("awb"))
	var delivered time.Time
	for _, scan := range p.Scans {
		if scan.Code == "OK" {
			delivered = scan.At
		}
	}
	if account := r.URL.Query().Get("shipperAccountNumber"); !ok || delivered.IsZero() || account != "" && account != accountNumber {
		fail(w, r, http.StatusNotFound, noData)
		return
	}
	data, err := papers.Invoice{Title: "Proof of Delivery", Number: p.Number, Date: delivered.UTC().Format("2006-01-02 15:04 UTC"),
		To: []string{p.To.City, p.To.Country}, Total: "delivered"}.PDF()
	if err != nil {
		broken(w, r, c.desk.Serial(10))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"documents": []map[string]string{
		{"encodingFormat": "PDF", "content": base64.StdEncoding.EncodeToString(data), "typeCode": "POD"}}})
}
