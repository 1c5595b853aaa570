package papers

import "fmt"

// Invoice is a commercial invoice for customs.
type Invoice struct {
	Title    string // "Commercial Invoice" when empty
	Number   string
	Date     string // as it shall be printed
	From, To []string
	Lines    []Line
	Total    string // with its currency
}

// Line is one line of goods, as texts.
type Line struct{ Description, HSCode, Origin, Quantity, UnitValue, Total string }

// maxLines is how many lines of goods fit the page.
const maxLines = 30

// PDF is the invoice on one page of A4. It fails when the lines do not fit.
func (v Invoice) PDF() ([]byte, error) {
	if len(v.Lines) > maxLines {
		return nil, fmt.Errorf("invoice of %d lines, want at most %d", len(v.Lines), maxLines)
	}
	if v.Title == "" {
		v.Title = "Commercial Invoice"
	}
	pdf := page(210, 297)
	pdf.SetFont("Helvetica", "B", 16)
	row(pdf, 10, v.Title)
	pdf.SetFont("Helvetica", "", 10)
	row(pdf, 5, "No. "+v.Number+"   "+v.Date)
	block(pdf, "Shipper", v.From)
	block(pdf, "Consignee", v.To)
	pdf.Ln(4)
	widths := []float64{70, 26, 18, 18, 32, 32}
	cells := func(style string, texts ...string) {
		pdf.SetFont("Helvetica", style, 9)
		for i, text := range texts {
			pdf.CellFormat(widths[i], 6, latin(text, int(widths[i]/2)), "1", 0, "L", false, 0, "")
		}
		pdf.Ln(6)
	}
	cells("B", "Description", "HS code", "Origin", "Quantity", "Unit value", "Value")
	for _, l := range v.Lines {
		cells("", l.Description, l.HSCode, l.Origin, l.Quantity, l.UnitValue, l.Total)
	}
	pdf.SetFont("Helvetica", "B", 10)
	row(pdf, 8, "Total "+v.Total)
	return finish(pdf)
}
