// Package papers prints what carriers send back: labels of 100 × 150 mm as PDF, PNG and ZPL,
// each with a Code 128 that scanners read, and a plain commercial invoice. The same input
// gives the same bytes. Nothing is kept.
package papers

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
)

// Label is one transport label.
type Label struct {
	Carrier   string // printed large
	Service   string
	Number    string   // the barcode's content: ASCII, at most 48 characters
	Reference string   // the seller's
	From, To  []string // address lines; what Latin-1 lacks is printed as a dot
	Notes     []string // weight, contents, customs words
}

const (
	maxNumber   = 48
	labelWidth  = 812  // dots: 4 in at 203 dpi
	labelHeight = 1218 // dots: 6 in
	quiet       = 10   // modules of white on either side of a barcode
)

// stripes is the barcode of the label's number, with its quiet zones: scale pixels for the
// narrowest bar.
func (l Label) stripes(scale, height int) (*image.Gray, error) {
	if l.Number == "" || len(l.Number) > maxNumber {
		return nil, fmt.Errorf("barcode of %d characters, want 1 to %d", len(l.Number), maxNumber)
	}
	code, err := code128.Encode(l.Number)
	if err != nil {
		return nil, fmt.Errorf("barcode: %w", err)
	}
	modules := code.Bounds().Dx()
	out := image.NewGray(image.Rect(0, 0, (modules+2*quiet)*scale, height))
	row := out.Pix[:out.Stride]
	for x := range row {
		row[x] = 0xff
	}
	for m := range modules {
		if code.At(m, 0) == color.Black {
			clear(row[(quiet+m)*scale : (quiet+m+1)*scale])
		}
	}
	for y := 1; y < height; y++ {
		copy(out.Pix[y*out.Stride:], row)
	}
	return out, nil
}

// encode prefers speed: labels are made by the thousand.
var encode = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode

// PDF is the label on one page of 100 × 150 mm, the barcode as an image of its own.
func (l Label) PDF() ([]byte, error) {
	stripes, err := l.stripes(4, 64)
	if err != nil {
		return nil, err
	}
	var code bytes.Buffer
	if err := encode(&code, stripes); err != nil {
		return nil, fmt.Errorf("barcode: %w", err)
	}
	pdf := page(100, 150)
	pdf.SetFont("Helvetica", "B", 16)
	row(pdf, 8, l.Carrier)
	pdf.SetFont("Helvetica", "", 10)
	row(pdf, 5, l.Service)
	block(pdf, "From", l.From)
	block(pdf, "To", l.To)
	pdf.Ln(2)
	pdf.RegisterImageOptionsReader("code", fpdf.ImageOptions{ImageType: "PNG"}, &code)
	pdf.ImageOptions("code", 8, pdf.GetY(), 84, 26, true, fpdf.ImageOptions{}, 0, "")
	pdf.SetFont("Courier", "B", 12)
	pdf.CellFormat(0, 7, l.Number, "", 1, "C", false, 0, "")
	block(pdf, "Reference", []string{l.Reference})
	block(pdf, "Notes", l.Notes)
	return finish(pdf)
}

// page opens a document of one size in millimetres that prints the same bytes each time.
func page(width, height float64) *fpdf.Fpdf {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	then := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	pdf.SetCreationDate(then)
	pdf.SetModificationDate(then)
	pdf.SetCatalogSort(true)
	pdf.SetCompression(false) // so that the words can be found in the bytes
	pdf.SetMargins(6, 6, 6)
	pdf.SetAutoPageBreak(false, 6)
	pdf.AddPage()
	return pdf
}

func finish(pdf *fpdf.Fpdf) ([]byte, error) {
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return out.Bytes(), nil
}

// row prints one line of text, cut to the page.
func row(pdf *fpdf.Fpdf, height float64, text string) {
	pdf.CellFormat(0, height, latin(text, 60), "", 1, "L", false, 0, "")
}

// block prints a heading and its lines, at most eight.
func block(pdf *fpdf.Fpdf, head string, lines []string) {
	if len(lines) == 0 || lines[0] == "" {
		return
	}
	pdf.Ln(1)
	pdf.SetFont("Helvetica", "B", 7)
	row(pdf, 3.5, head)
	pdf.SetFont("Helvetica", "", 9)
	for _, text := range lines[:min(len(lines), 8)] {
		if text != "" {
			row(pdf, 4.2, text)
		}
	}
}

// latin is text in the encoding of the built-in fonts, cut to a number of letters.
func latin(text string, most int) string {
	var out []byte
	for _, r := range text {
		switch {
		case len(out) == most:
			return string(out)
		case r < 0x20 || r == 0x7f:
			out = append(out, ' ')
		case r < 0x100:
			out = append(out, byte(r))
		default:
			out = append(out, '.')
		}
	}
	return string(out)
}

// PNG is the label as a picture of 4 × 6 in at 203 dpi: barcode, number and the first lines.
func (l Label) PNG() ([]byte, error) {
	stripes, err := l.stripes(1, 1)
	if err != nil {
		return nil, err
	}
	scale := min((labelWidth-40)/stripes.Bounds().Dx(), 4)
	if scale < 1 {
		return nil, fmt.Errorf("barcode of %d characters is wider than the label", len(l.Number))
	}
	if stripes, err = l.stripes(scale, 220); err != nil {
		return nil, err
	}
	img := image.NewGray(image.Rect(0, 0, labelWidth, labelHeight))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	frame(img)
	y := 40
	for _, line := range append([]string{l.Carrier, l.Service, "FROM"}, l.From...) {
		y = write(img, 40, y, 3, line)
	}
	for _, line := range append([]string{"TO"}, l.To...) {
		y = write(img, 40, min(y, 680), 4, line)
	}
	at := image.Pt((labelWidth-stripes.Bounds().Dx())/2, 760)
	draw.Draw(img, stripes.Bounds().Add(at), stripes, image.Point{}, draw.Src)
	write(img, at.X+quiet*scale, 1000, 4, l.Number)
	write(img, 40, 1060, 3, l.Reference)
	write(img, 40, 1100, 3, strings.Join(l.Notes, " / "))
	var out bytes.Buffer
	if err := encode(&out, img); err != nil {
		return nil, fmt.Errorf("png: %w", err)
	}
	return out.Bytes(), nil
}

func frame(img *image.Gray) {
	for t := range 3 {
		r := img.Bounds().Inset(12 + t)
		for x := r.Min.X; x < r.Max.X; x++ {
			img.SetGray(x, r.Min.Y, color.Gray{})
			img.SetGray(x, r.Max.Y-1, color.Gray{})
		}
		for y := r.Min.Y; y < r.Max.Y; y++ {
			img.SetGray(r.Min.X, y, color.Gray{})
			img.SetGray(r.Max.X-1, y, color.Gray{})
		}
	}
}

// ZPL is the label for a thermal printer of 203 dpi, the number in clear behind ^BC.
func (l Label) ZPL() ([]byte, error) {
	if _, err := l.stripes(1, 1); err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "^XA\n^CI28\n^PW%d\n^LL%d\n", labelWidth, labelHeight)
	y := 40
	text := func(size int, lines ...string) {
		for _, line := range lines {
			if line = plain(line); line != "" && y < 740 {
				fmt.Fprintf(&b, "^FO40,%d^A0N,%d,%d^FD%s^FS\n", y, size, size, line)
				y += size + 8
			}
		}
	}
	text(44, l.Carrier)
	text(28, l.Service, "From")
	text(24, l.From...)
	text(28, "To")
	text(32, l.To...)
	fmt.Fprintf(&b, "^FO60,760^BY%d^BCN,200,Y,N,N^FD%s^FS\n", l.zplModule(), plain(l.Number))
	fmt.Fprintf(&b, "^FO40,1060^A0N,24,24^FD%s^FS\n", plain(l.Reference))
	fmt.Fprintf(&b, "^FO40,1100^A0N,24,24^FD%s^FS\n^XZ\n", plain(strings.Join(l.Notes, " / ")))
	return []byte(b.String()), nil
}

// zplModule is the width of a bar in dots, so that the code fits the paper.
func (l Label) zplModule() int {
	if len(l.Number) > 16 {
		return 2
	}
	return 3
}

// plain is text without the printer's control letters and line ends.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '^' || r == '~' || r < 0x20 {
			return ' '
		}
		return r
	}, text)
}
