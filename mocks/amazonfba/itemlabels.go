package amazonfba

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
)

const maxItemLabels = 20_000 // of one file

var (
	itemPages   = strings.Fields("A4_21 A4_24 A4_24_64x33 A4_24_66x35 A4_24_70x36 A4_24_70x37 A4_24i A4_27 A4_40_52x29 A4_44_48x25 Letter_30")
	localeShape = regexp.MustCompile(`^[a-z]{2}_[A-Z]{2}$`)
)

// labelRun is one SKU and how often its label is wanted.
type labelRun struct {
	MSKU     string `json:"msku"`
	Quantity int    `json:"quantity"`
}

// itemLabels is createMarketplaceItemLabels: a barcode of the FNSKU for every unit.
func (c *Carrier) itemLabels(in *request) (any, *problem) {
	var body struct {
		Market string     `json:"marketplaceId"`
		Type   string     `json:"labelType"`
		Page   string     `json:"pageType"`
		Locale string     `json:"localeCode"`
		Width  int        `json:"width"`
		Height int        `json:"height"`
		Runs   []labelRun `json:"mskuQuantities"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	grid := grid{columns: 3, rows: 9, width: 210, height: 297}
	_, known := markets[body.Market]
	switch {
	case !known:
		return nil, bad("The marketplaceId is not valid.")
	case body.Locale != "" && !localeShape.MatchString(body.Locale):
		return nil, bad("The localeCode is not valid.")
	case body.Type == "STANDARD_FORMAT":
		if body.Page != "" && !slices.Contains(itemPages, body.Page) {
			return nil, bad("The pageType is not valid.")
		}
		grid = gridOf(body.Page)
	case body.Type == "THERMAL_PRINTING":
		if body.Width < 25 || body.Width > 100 || body.Height < 25 || body.Height > 100 {
			return nil, bad("The width and the height must be between 25 and 100.")
		}
		grid.columns, grid.rows, grid.width, grid.height = 1, 1, body.Width, body.Height
	default:
		return nil, bad("The labelType is not valid.")
	}
	total := 0
	for _, r := range body.Runs {
		if !within(r.MSKU, 1, 255) || strings.Contains(r.MSKU, "NOSUCH") {
			return nil, bad("The requested MSKU is not valid.")
		}
		if r.Quantity < 1 || r.Quantity > 10_000 {
			return nil, bad("The quantity must be between 1 and 10000.")
		}
		total += r.Quantity
	}
	if len(body.Runs) < 1 || len(body.Runs) > 100 || total > maxItemLabels {
		return nil, bad("mskuQuantities must have 1 to 100 entries, and not too many labels.")
	}
	link, no := c.keep(in, func() ([]byte, error) { return grid.print(body.Runs) })
	if no != nil {
		return nil, no
	}
	return map[string][]download{"documentDownloads": {link}}, nil
}

// grid is a sheet of labels; sides in mm.
type grid struct{ columns, rows, width, height int }

// gridOf is the sheet of a page type, by the number of labels in its name.
func gridOf(page string) grid {
	g := grid{columns: 3, rows: 9, width: 210, height: 297} // A4_27
	switch {
	case strings.HasPrefix(page, "A4_21"):
		g.rows = 7
	case strings.HasPrefix(page, "A4_24"):
		g.rows = 8
	case strings.HasPrefix(page, "A4_40"):
		g.columns, g.rows = 4, 10
	case strings.HasPrefix(page, "A4_44"):
		g.columns, g.rows = 4, 11
	case page == "Letter_30":
		g.rows, g.width, g.height = 10, 216, 279
	}
	return g
}

// print fills sheets, one label per unit. The picture of a SKU's barcode is in the file once.
func (g grid) print(runs []labelRun) ([]byte, error) {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: float64(g.width), Ht: float64(g.height)}})
	then := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // the same bytes each time
	pdf.SetCreationDate(then)
	pdf.SetModificationDate(then)
	pdf.SetCatalogSort(true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetFont("Courier", "", 8)
	wide, high := float64(g.width)/float64(g.columns), float64(g.height)/float64(g.rows)
	n := 0
	for _, r := range runs {
		code := fnsku(r.MSKU)
		picture, err := stripes(code)
		if err != nil {
			return nil, err
		}
		pdf.RegisterImageOptionsReader(code, fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(picture))
		for range r.Quantity {
			at := n % (g.columns * g.rows)
			if at == 0 {
				pdf.AddPage()
			}
			x, y := float64(at%g.columns)*wide, float64(at/g.columns)*high
			pdf.ImageOptions(code, x+2, y+2, wide-4, high-10, false, fpdf.ImageOptions{}, 0, "")
			pdf.Text(x+4, y+high-4, code+" New")
			n++
		}
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("item labels: %w", err)
	}
	return out.Bytes(), nil
}

// stripes is a Code 128 as PNG, with white on either side.
func stripes(text string) ([]byte, error) {
	code, err := code128.Encode(text)
	if err != nil {
		return nil, fmt.Errorf("barcode: %w", err)
	}
	const scale, quiet, height = 3, 10, 90
	modules := code.Bounds().Dx()
	wide, err := barcode.Scale(code, modules*scale, height)
	if err != nil {
		return nil, fmt.Errorf("barcode: %w", err)
	}
	img := image.NewGray(image.Rect(0, 0, (modules+2*quiet)*scale, height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(img, wide.Bounds().Add(image.Pt(quiet*scale, 0)), wide, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("barcode: %w", err)
	}
	return out.Bytes(), nil
}
