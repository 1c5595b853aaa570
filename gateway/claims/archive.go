package claims

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// The bounds of an archive. What is left of MaxArchive above the files is for the zip's own
// lists and the manifest.
const (
	archiveMargin = 1 << 20
	maxCallbacks  = 1000
)

// manifestFile names every other file.
const manifestFile = "manifest.json"

// packed is the time that the zip gives every file: its earliest. When things happened stands
// inside, and the same files have to be the same bytes.
var packed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// folder gathers the files of one claim within a bound. The first come are the first in.
type folder struct {
	id      string
	madeAt  time.Time
	tracker trackers.Tracker
	party   string
	details details

	left    int64 // bytes
	names   []string
	data    map[string][]byte
	kinds   map[string]string
	omitted []Omitted
}

func newFolder(id string, madeAt time.Time, limit int64) *folder {
	return &folder{id: id, madeAt: madeAt, left: limit - archiveMargin, data: map[string][]byte{}, kinds: map[string]string{}, omitted: []Omitted{}}
}

// fits tells whether so many bytes have room, and else notes what is left out.
func (f *folder) fits(name, kind string, size int64) bool {
	if size <= f.left {
		return true
	}
	f.omit(name, kind, size, "the archive would be too large")
	return false
}

func (f *folder) omit(name, kind string, size int64, reason string) {
	f.omitted = append(f.omitted, Omitted{name, kind, size, reason})
}

func (f *folder) add(name, kind string, data []byte) {
	if !f.fits(name, kind, int64(len(data))) {
		return
	}
	f.left -= int64(len(data))
	f.names = append(f.names, name)
	f.data[name], f.kinds[name] = data, kind
}

func (f *folder) addJSON(name, kind string, v any) error {
	b, err := indented(v)
	if err != nil {
		return fmt.Errorf("%s of a claim: %w", name, err)
	}
	f.add(name, kind, b)
	return nil
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// manifest names each file with its digest, and what is missing.
type manifest struct {
	Claim   string    `json:"claim"`
	Tracker string    `json:"tracker"`
	Label   string    `json:"label,omitempty"`
	MadeAt  time.Time `json:"made_at"`
	Files   []File    `json:"files"`
	Omitted []Omitted `json:"omitted"`
}

// pack makes the zip and tells of it: the manifest first, then the files in their order.
func (f *folder) pack() ([]byte, Archive, error) {
	m := manifest{Claim: f.id, Tracker: f.tracker.ID, Label: f.tracker.Label, MadeAt: f.madeAt, Files: []File{}, Omitted: f.omitted}
	for _, name := range f.names {
		m.Files = append(m.Files, fileOf(name, f.kinds[name], f.data[name]))
	}
	list, err := indented(m)
	if err != nil {
		return nil, Archive{}, err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	err = put(w, manifestFile, list)
	for _, name := range f.names {
		if err == nil {
			err = put(w, name, f.data[name])
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, Archive{}, err
	}
	out := Archive{SHA256: digest(b.Bytes()), Bytes: int64(b.Len()), URL: "/v1/claims/" + f.id + "/archive", Omitted: f.omitted,
		Files: append([]File{fileOf(manifestFile, "manifest", list)}, m.Files...)}
	return b.Bytes(), out, nil
}

func fileOf(name, kind string, data []byte) File {
	return File{Name: name, Type: kind, SHA256: digest(data), Bytes: int64(len(data))}
}

func put(w *zip.Writer, name string, data []byte) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: packed}
	h.SetMode(0o644)
	to, err := w.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	return err
}
