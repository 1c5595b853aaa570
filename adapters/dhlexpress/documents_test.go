package dhlexpress

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

const noImages = `{"instance":"/x","detail":"1504: No document images found for the provided search criteria.","title":"Not found","message":"Not found","status":"404"}`

// papersAt is a carrier that has papers for some of the calls, by a word of their address.
func papersAt(t *testing.T, has map[string]string) (*Adapter, *[]string) {
	t.Helper()
	var asked []string
	a, err := New(config(), adapters.Deps{HTTP: &http.Client{Transport: handler(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, strings.TrimPrefix(r.URL.String(), "http://dhl.test/mydhlapi/shipments/"))
		for word, reply := range has {
			if strings.Contains(r.URL.String(), word) {
				_, _ = w.Write([]byte(reply))
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(noImages))
	})}})
	if err != nil {
		t.Fatal(err)
	}
	return a.(*Adapter), &asked
}

type handler func(http.ResponseWriter, *http.Request)

func (h handler) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}

// Copies are fetched one by one, in the month of the purchase; those that are missing are no
// failure, and none of them is a label.
func TestDocuments(t *testing.T) {
	t.Parallel()
	a, asked := papersAt(t, map[string]string{
		"typeCode=waybill":  `{"documents":[{"shipmentTrackingNumber":"1103733901","typeCode":"waybill","encodingFormat":"PDF","content":"JVBERi0xLjQK"}]}`,
		"proof-of-delivery": `{"documents":[{"encodingFormat":"PDF","typeCode":"POD","content":"JVBERi0xLjUK"}]}`,
	})
	got, err := a.Documents(t.Context(), normalize.DocumentsRequest{Ref: normalize.ShipmentRef{
		TrackingNumber: "1103733901", At: moment(t, friday)}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "documents.golden.json", got)
	want := []string{
		"1103733901/get-image?encodingFormat=pdf&pickupYearAndMonth=2027-01&shipperAccountNumber=123456789&typeCode=waybill",
		"1103733901/get-image?encodingFormat=pdf&pickupYearAndMonth=2027-01&shipperAccountNumber=123456789&typeCode=commercial-invoice",
		"1103733901/get-image?encodingFormat=pdf&pickupYearAndMonth=2027-01&shipperAccountNumber=123456789&typeCode=customs-entry",
		"1103733901/proof-of-delivery?content=epod-summary&shipperAccountNumber=123456789",
	}
	if strings.Join(*asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(*asked, "\n"), strings.Join(want, "\n"))
	}
	if len(want) != Spec().CostOf(adapters.OpDocuments) {
		t.Errorf("the Spec says that %d calls are made", Spec().CostOf(adapters.OpDocuments))
	}
}

// Where DHL keeps nothing, nothing is there, and asking again is of no use.
func TestNoDocuments(t *testing.T) {
	t.Parallel()
	a, asked := papersAt(t, nil)
	got, err := a.Documents(t.Context(), normalize.DocumentsRequest{Ref: normalize.ShipmentRef{TrackingNumber: "1103733901"}})
	if err != nil || len(got.Documents) > 0 || got.Pending || len(*asked) != 4 {
		t.Errorf("got %+v, %v after %d calls", got, err, len(*asked))
	}
	_, err = a.Documents(t.Context(), normalize.DocumentsRequest{})
	kindIs(t, err, normalize.KindInvalidRequest, "/tracking_number")
}
