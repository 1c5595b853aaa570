package purchase

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Raw replies are stored before they are parsed: what a parser cannot read is kept.
func TestEvidenceIsKeptBeforeItIsParsed(t *testing.T) {
	for name, read := range map[string]func([]byte) error{
		"unreadable": func([]byte) error { return normalize.Fail(normalize.KindBadResponse, "not JSON") },
		"a panic":    func([]byte) error { panic("parser") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &northwind{}
				var s *stand
				n.label = func(ctx context.Context, _ normalize.LabelRequest) (normalize.Label, error) {
					ctx = adapters.WithMark(ctx, adapters.Mark{Op: adapters.OpLabel, Commits: true})
					req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://northwind.test/labels", strings.NewReader("{}"))
					if err != nil {
						return normalize.Label{}, err
					}
					resp, err := s.http.Do(req)
					if err != nil {
						return normalize.Label{}, err
					}
					defer func() { _ = resp.Body.Close() }()
					b, err := io.ReadAll(resp.Body)
					if err != nil {
						return normalize.Label{}, err
					}
					return normalize.Label{}, read(b)
				}
				s = newStand(t, n)
				s.wire = func(r *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(`{"number":"NW1","state":`))}, nil
				}
				l := s.mustBuy("k1").Label
				if l.Status != "unknown" || l.Attempts[0].Phase != "complete" {
					t.Errorf("got %s after phase %q", l.Status, l.Attempts[0].Phase)
				}
				kept, err := s.db.EvidenceOf(t.Context(), "t1", l.ID)
				if err != nil || len(kept) != 1 || string(kept[0].Body) != `{"number":"NW1","state":` || kept[0].Operation != "label" || kept[0].Status != 200 {
					t.Errorf("kept %+v, %v", kept, err)
				}
			})
		})
	}
}
