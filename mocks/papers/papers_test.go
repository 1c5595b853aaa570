package papers

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

var sample = Label{
	Carrier: "Yanwen", Service: "Tracked parcel", Number: "UH100000017YP", Reference: "GW-2026-0001",
	From:  []string{"Li Wei", "88 Keyuan Rd", "518057 Shenzhen", "CN"},
	To:    []string{"Jörg Müller", "Straße 5", "10969 Berlin", "DE", "柏林"},
	Notes: []string{"350 g", "phone case"},
}

// scan reads the Code 128 in a picture, as a hand scanner would.
func scan(t *testing.T, img image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := oned.NewCode128Reader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("no barcode found: %v", err)
	}
	return got.GetText()
}

func TestPNGScans(t *testing.T) {
	for _, number := range []string{"UH100000017YP", "1234567890", "LP00012345678901", "JD014600003333444455", "A", strings.Repeat("7", 40)} {
		l := sample
		l.Number = number
		b, err := l.PNG()
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if got := scan(t, img); got != number {
			t.Errorf("got %q, want %q", got, number)
		}
	}
}

// The PDF is one page of 100 × 150 mm, and its only image is the barcode.
func TestPDFScans(t *testing.T) {
	b, err := sample.PDF()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("/Type /Page\n")); n != 1 || !bytes.Contains(b, []byte("/MediaBox [0 0 283.46 425.20]")) {
		t.Errorf("got %d pages, want one of 283.46 × 425.20 points", n)
	}
	if got := scan(t, onlyImage(t, b)); got != sample.Number {
		t.Errorf("got %q, want %q", got, sample.Number)
	}
	if !bytes.Contains(b, []byte(sample.Number)) {
		t.Error("the number is not there in clear")
	}
}

var pdfImage = regexp.MustCompile(`(?s)/Subtype /Image\n/Width (\d+)\n/Height (\d+)\n.*?/Length (\d+)>>\nstream\n`)

// onlyImage takes the picture out of a PDF. Its data is that of a grey PNG, so it is put into
// the frame of one again.
func onlyImage(t *testing.T, pdf []byte) image.Image {
	t.Helper()
	found := pdfImage.FindAllSubmatchIndex(pdf, -1)
	if len(found) != 1 {
		t.Fatalf("got %d images, want one", len(found))
	}
	m := found[0]
	number := func(i int) int {
		n, _ := strconv.Atoi(string(pdf[m[2*i]:m[2*i+1]]))
		return n
	}
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		binary.Write(&out, binary.BigEndian, uint32(len(data)))
		body := append([]byte(kind), data...)
		out.Write(body)
		binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(number(1)))
	head = binary.BigEndian.AppendUint32(head, uint32(number(2)))
	chunk("IHDR", append(head, 8, 0, 0, 0, 0))
	chunk("IDAT", pdf[m[1]:m[1]+number(3)])
	chunk("IEND", nil)
	img, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestZPL(t *testing.T) {
	l := sample
	l.Notes = []string{"evil ^XZ ~JA\nnote"}
	b, err := l.ZPL()
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if !strings.Contains(text, "^BCN,200,Y,N,N^FDUH100000017YP^FS") {
		t.Errorf("no ^BC with the number in\n%s", text)
	}
	if strings.Count(text, "^XZ") != 1 || !strings.HasSuffix(text, "^XZ\n") || strings.Contains(text, "~") {
		t.Errorf("a field broke out:\n%s", text)
	}
}

// The same label is the same bytes, so that a digest can be compared.
func TestSameBytes(t *testing.T) {
	for name, print := range map[string]func() ([]byte, error){
		"pdf": sample.PDF, "png": sample.PNG, "zpl": sample.ZPL,
		"invoice": Invoice{Number: "1", Lines: []Line{{Description: "cup"}}}.PDF,
	} {
		a, err1 := print()
		b, err2 := print()
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: two prints differ, or failed: %v, %v", name, err1, err2)
		}
	}
}

// What is no barcode is an error, not a label without one.
func TestBadNumbers(t *testing.T) {
	for name, number := range map[string]string{"empty": "", "long": strings.Repeat("A", 49), "not ascii": "燕文"} {
		l := Label{Number: number}
		for form, print := range map[string]func() ([]byte, error){"pdf": l.PDF, "png": l.PNG, "zpl": l.ZPL} {
			if b, err := print(); err == nil {
				t.Errorf("%s %s: got %d bytes, want an error", name, form, len(b))
			}
		}
	}
}

func TestInvoice(t *testing.T) {
	b, err := Invoice{Number: "INV-1", Date: "2026-11-20", From: sample.From, To: sample.To, Total: "12.50 USD",
		Lines: []Line{{"ceramic cup", "691110", "CN", "1", "12.50 USD", "12.50 USD"}}}.PDF()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"INV-1", "ceramic cup", "691110", "12.50 USD"} {
		if !bytes.Contains(b, []byte(word)) {
			t.Errorf("%q is not printed", word)
		}
	}
	if _, err := (Invoice{Lines: make([]Line, maxLines+1)}).PDF(); err == nil {
		t.Error("too many lines: want an error")
	}
}
