package speedpak

import (
	_ "image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/mocks"
)

// From a login to a delivered parcel, over a real socket: the draft is free, the confirm is
// the sale.
func TestHappyPath(t *testing.T) {
	s := mocks.New(mocks.Options{SearchLag: -1, LateNumbers: -1, Seed: 1}, New)
	t.Cleanup(s.Close)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := &client{t: t, sandbox: s, http: server.Client(), base: server.URL}
	c.login()

	p := c.create(draft(line(1), "ours-1"))
	if !numberForm.MatchString(p.TrackingNumber) || p.EstimateCost == nil || p.EstimateCost.Currency != "USD" {
		t.Fatalf("got %+v", p)
	}
	if n := len(s.Purchases("", "")); n != 0 {
		t.Fatalf("a draft is in the ledger: %d entries", n)
	}
	c.do("POST", "/package/"+p.PackageID+"/confirm", "").done()
	sale := s.Purchases("speedpak", "ours-1")[0]
	want := mocks.Purchase{Carrier: "speedpak", Account: "acct_sandbox_speedpak", Operation: "purchase", Reference: "01-00001-00001",
		ClientReference: "ours-1", CarrierID: p.PackageID, TrackingNumber: p.TrackingNumber, State: mocks.Live,
		Charged: mocks.Money{Amount: p.EstimateCost.Value, Currency: "USD"}, At: sale.At}
	if sale != want {
		t.Errorf("got %+v, want %+v", sale, want)
	}
	var labels struct {
		Labels []labelResult `json:"labels"`
	}
	c.do("GET", "/labels?page_size=THERMAL_PAPER&tracking_numbers="+p.TrackingNumber, "").into(http.StatusOK, &labels)
	if got := scanned(t, *labels.Labels[0].Base64Str); !slices.Equal(got, []string{p.TrackingNumber}) {
		t.Errorf("the label's barcode says %v", got)
	}
	c.travel(p.TrackingNumber, "delivered")
	if d := c.detail(p.PackageID); d.PackageStatus != delivered || d.LastMile == "" {
		t.Errorf("got %+v", d)
	}
}

func (c *client) detail(id string) packageDetail {
	c.t.Helper()
	var out struct {
		Detail packageDetail `json:"packageDetail"`
	}
	c.do("GET", "/package/"+id, "").into(http.StatusOK, &out)
	return out.Detail
}

// Many sellers' clerks at once: each line is sold once, whatever they try.
func TestManyClerks(t *testing.T) {
	c := now(t)
	const clerks, lines = 8, 5
	var wg sync.WaitGroup
	var mu sync.Mutex
	results := map[int]int{}
	for i := range clerks * lines {
		wg.Go(func() {
			a := c.do("POST", "/package", draft(line(i%lines), "ours"))
			mu.Lock()
			results[a.status]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if results[http.StatusCreated] != lines || results[http.StatusBadRequest] != (clerks-1)*lines {
		t.Errorf("got %v, want %d packages and the rest refused", results, lines)
	}
	var ids []string
	for i := range lines {
		for _, p := range c.find(line(i)) {
			ids = append(ids, strconv.Quote(p.PackageID))
		}
	}
	for range 3 {
		wg.Go(func() {
			c.do("POST", "/package/bulk_confirm_packages", `{"requests":{"packageIds":[`+strings.Join(ids, ",")+`]}}`)
		})
	}
	wg.Wait()
	if n := len(c.sandbox.Purchases("speedpak", "")); n != lines {
		t.Errorf("got %d sales, want %d", n, lines)
	}
}

func (c *client) find(orderLine string) []itemPackage {
	c.t.Helper()
	var out struct {
		Packages []itemPackage `json:"itemPackages"`
	}
	c.do("GET", "/package/"+orderLine+"/item", "").into(http.StatusOK, &out)
	return out.Packages
}
