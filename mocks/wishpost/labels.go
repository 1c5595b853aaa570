package wishpost

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

const (
	filePath  = "/label_file/"
	maxLabels = 50
	maxFiles  = 200_000
)

// What a label is printed in and on.
const (
	printEnglish = "1"
	printLocal   = "2"
	printA4      = "1"
	printSquare  = "2" // 10 × 10 cm
)

// sizes in the words of the PDF library.
var sizes = map[string]string{printA4: "form:A4", printSquare: "dim:283.46 283.46"}

// file is what a label URL stands for: it is printed when it is fetched.
type file struct {
	language, size string
	barcodes       []string
}

// generateLabel returns the URL of one file with all labels.
func (c *Carrier) generateLabel(r *http.Request, in node) ([]node, *refusal) {
	f := file{language: in.get("printlang"), size: in.get("printcode")}
	for _, list := range in.all("barcodes") {
		for _, b := range list.all("barcode") {
			f.barcodes = append(f.barcodes, b.text)
		}
	}
	switch {
	case f.language != printEnglish && f.language != printLocal:
		return nil, invalid("printlang", "must be 1 or 2")
	case sizes[f.size] == "":
		return nil, invalid("printcode", "must be 1 or 2")
	case len(f.barcodes) == 0:
		return nil, missing("barcodes")
	case len(f.barcodes) > maxLabels:
		return nil, invalid("barcodes", "more than 50")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range f.barcodes {
		switch o := c.byBarcode[b]; {
		case o == nil || c.number(o) == "":
			return nil, invalid("barcode", b+" does not exist")
		case o.cancelled:
			return nil, invalid("barcode", b+" is cancelled")
		}
	}
	return []node{leaf("PDF_URL", c.fileURL(r, f))}, nil
}

// fileURL is where a file can be fetched, by whoever knows the address. The lock is held.
func (c *Carrier) fileURL(r *http.Request, f file) string {
	if len(c.files) >= maxFiles {
		clear(c.files)
	}
	name := strings.ToLower(rand.Text())
	c.files[name] = f
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + "/" + c.Code() + filePath + name + ".pdf"
}

// getFile prints. What cannot be printed is a page with a status of 200 and too short for a
// file: by that clients tell it.
func (c *Carrier) getFile(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, filePath), ".pdf")
	c.mu.Lock()
	f, ok := c.files[name]
	labels := make([]papers.Label, 0, len(f.barcodes))
	for _, b := range f.barcodes {
		if o := c.byBarcode[b]; o != nil && !o.cancelled {
			labels = append(labels, o.label(f.language))
		}
	}
	c.mu.Unlock()
	pdf, err := printed(labels, f.size)
	if !ok || len(labels) == 0 || err != nil {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		io.WriteString(w, "<html><body>file not found</body></html>") // a caller who left is not our fault
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Write(pdf)
}

func (o *order) label(language string) papers.Label {
	in := o.in
	name := o.channel.NameEn
	if language == printLocal {
		name = o.channel.OType + " " + name
	}
	notes := append([]string{strconv.FormatInt(o.grams, 10) + " g", o.id}, o.contents...)
	return papers.Label{Carrier: "WishPost", Service: name, Number: o.barcode, Reference: o.guid,
		From: []string{in.get("from"), in.get("sender_addres"), in.get("sender_zipcode") + " " + in.get("sender_city"), "CN"},
		To: []string{in.get("to"), in.get("recipient_addres"), in.get("recipient_postcode") + " " + in.get("recipient_city"), in.get("recipient_province"),
			in.get("recipient_country"), in.get("recipient_phone")},
		Notes: notes[:min(len(notes), 8)]}
}

// printed is one PDF of all labels, on pages of one size.
func printed(labels []papers.Label, size string) ([]byte, error) {
	var pages []io.ReadSeeker
	for _, l := range labels {
		page, err := l.PDF()
		if err != nil {
			return nil, err
		}
		pages = append(pages, bytes.NewReader(page))
	}
	if len(pages) == 0 {
		return nil, nil
	}
	merged := pages[0]
	if len(pages) > 1 {
		var out bytes.Buffer
		if err := api.MergeRaw(pages, &out, false, model.NewDefaultConfiguration()); err != nil {
			return nil, fmt.Errorf("%d labels: %w", len(pages), err)
		}
		merged = bytes.NewReader(slices.Clone(out.Bytes()))
	}
	resize, err := pdfcpu.ParseResizeConfig(sizes[size], types.POINTS)
	if err != nil {
		return nil, fmt.Errorf("size of a label: %w", err)
	}
	var out bytes.Buffer
	if err := api.Resize(merged, &out, nil, resize, model.NewDefaultConfiguration()); err != nil {
		return nil, fmt.Errorf("size of a label: %w", err)
	}
	return out.Bytes(), nil
}
