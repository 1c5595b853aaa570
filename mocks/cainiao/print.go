package cainiao

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

const maxPrint = 50 // labels of one file

// paper is the label of an order.
func (o *order) paper() papers.Label {
	notes := append([]string{strconv.FormatInt(o.grams, 10) + " g", o.lp}, o.contents...)
	return papers.Label{Carrier: "CAINIAO", Service: o.service.name, Number: o.number, Reference: o.trade,
		From: o.from.lines(), To: o.to.lines(), Notes: notes[:min(len(notes), 8)]}
}

// pickingList is the slip for whoever packs.
func (o *order) pickingList() ([]byte, error) {
	list := papers.Invoice{Title: "Picking list", Number: o.lp, Date: o.bookedAt.In(shanghai).Format("2006-01-02"), From: o.from.lines(), To: o.to.lines()}
	for _, text := range o.contents[:min(len(o.contents), 30)] {
		count, name, _ := strings.Cut(text, " x ")
		list.Lines = append(list.Lines, papers.Line{Description: name, Quantity: count})
	}
	return list.PDF()
}

// printInfo is the label of one number: a text that contains JSON.
func (c *Carrier) printInfo(p params) (any, *refusal) {
	number := p["international_logistics_id"]
	if number == "" {
		return nil, missing("international_logistics_id")
	}
	return c.printed([]string{number}, false)
}

// printInfos is one file with the labels of several numbers.
func (c *Carrier) printInfos(p params) (any, *refusal) {
	if p["warehouse_order_query_d_t_os"] == "" {
		return nil, missing("warehouse_order_query_d_t_os")
	}
	var in []struct {
		ID     text   `json:"id"`
		Number string `json:"international_logistics_id"`
	}
	if json.Unmarshal([]byte(p["warehouse_order_query_d_t_os"]), &in) != nil || len(in) < 1 || len(in) > maxPrint {
		return nil, malformed("warehouse_order_query_d_t_os")
	}
	var numbers []string
	for _, v := range in {
		numbers = append(numbers, v.Number)
	}
	return c.printed(numbers, p["print_detail"] == "true")
}

// printed prints the labels. What is not there yet comes with a status of 200 too, and with a
// body too short for a file: by that clients tell it.
func (c *Carrier) printed(numbers []string, detail bool) (any, *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var files [][]byte
	for _, number := range numbers {
		o := c.byNumber[number]
		switch {
		case o == nil || o.door != accountAE:
			return printAnswer(500, []byte("the waybill "+number+" does not exist")), nil
		case c.first(o) == "":
			return printAnswer(200, []byte("the waybill "+number+" is not there yet")), nil
		}
		label, err := o.paper().PDF()
		if err != nil {
			return nil, failing()
		}
		files = append(files, label)
		if detail {
			slip, err := o.pickingList()
			if err != nil {
				return nil, failing()
			}
			files = append(files, slip)
		}
	}
	file, err := merged(files)
	if err != nil {
		return nil, failing()
	}
	return printAnswer(200, file), nil
}

func printAnswer(status int, body []byte) any {
	inner, _ := json.Marshal(map[string]any{ // numbers and plain text
		"StatusCode": status, "ContentType": "application/pdf", "body": base64.StdEncoding.EncodeToString(body),
	})
	return map[string]string{"result": string(inner)}
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
