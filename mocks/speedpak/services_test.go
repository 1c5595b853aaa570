package speedpak

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Services are to be looked up by name and direction, page by page.
func TestServices(t *testing.T) {
	c := now(t)
	var list struct {
		ServiceList struct {
			Services []serviceInfo `json:"services"`
			Total    int           `json:"total"`
			Next     string        `json:"next"`
			Prev     string        `json:"prev"`
		} `json:"serviceList"`
	}
	var names []string
	for path := "/services?limit=3"; path != ""; path = strings.TrimPrefix(list.ServiceList.Next, root) {
		list.ServiceList.Next = ""
		c.do("GET", path, "").into(http.StatusOK, &list)
		for _, s := range list.ServiceList.Services {
			names = append(names, s.ID)
			if len(s.Directions) == 0 || s.Directions[0].From != "CN" || s.MaxWeight == "" {
				t.Errorf("got %+v", s)
			}
		}
	}
	if len(names) != list.ServiceList.Total || len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(services) {
		t.Errorf("got %v of %d", names, list.ServiceList.Total)
	}
	for _, wrong := range []string{"limit=201", "limit=0", "limit=x", "offset=-1"} {
		c.do("GET", "/services?"+wrong, "").failed(http.StatusBadRequest, 355076)
	}
}

// Labels come for each number by itself; a number that is not ours does not spoil the rest.
func TestLabels(t *testing.T) {
	c := now(t)
	a, b := c.create(draft(line(1), "")), c.sell(line(2))
	var out struct {
		Labels []labelResult `json:"labels"`
	}
	c.do("GET", "/labels?page_size=A4&print_preference=nameZh,skuNo&tracking_numbers="+a.TrackingNumber+"&tracking_numbers=ES0&tracking_numbers="+b.TrackingNumber, "").
		into(http.StatusOK, &out)
	for i, want := range []string{"200", "355004", "200"} {
		if got := out.Labels[i]; got.ResultCode != want || (got.Base64Str != nil) != (want == "200") {
			t.Errorf("label %d: got %s", i, got.ResultCode)
		}
	}
	if got := scanned(t, *out.Labels[0].Base64Str); !slices.Equal(got, []string{a.TrackingNumber}) {
		t.Errorf("the A4 label's barcode says %v", got)
	}
	pdf, err := base64.StdEncoding.DecodeString(*out.Labels[0].Base64Str)
	if err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("no PDF: %v", err)
	}
	c.do("GET", "/labels", "").failed(http.StatusBadRequest, 355067)
	c.do("GET", "/labels?tracking_numbers=ES0", "").failed(http.StatusBadRequest, 355004)
	c.do("GET", "/labels?page_size=A5&tracking_numbers="+a.TrackingNumber, "").failed(http.StatusBadRequest, 355077)
	c.do("GET", "/labels?print_preference=price&tracking_numbers="+a.TrackingNumber, "").failed(http.StatusBadRequest, 355077)
	c.do("GET", "/labels?"+strings.Repeat("tracking_numbers=x&", 201), "").failed(http.StatusBadRequest, errRequest)
}

// One sheet for all parcels, however many pages it has.
func TestHandoverSheet(t *testing.T) {
	c := now(t)
	q := url.Values{}
	for i := range sheetLines + 1 {
		q.Add("tracking_numbers", c.sell(line(i)).TrackingNumber)
	}
	var out struct {
		Sheet struct {
			Base64Str string `json:"base64Str"`
		} `json:"handoverSheet"`
	}
	c.do("GET", "/handover_sheet?"+q.Encode(), "").into(http.StatusOK, &out)
	if pdf, err := base64.StdEncoding.DecodeString(out.Sheet.Base64Str); err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("no PDF: %v", err)
	}
	c.do("GET", "/handover_sheet", "").failed(http.StatusBadRequest, 355067)
	c.do("GET", "/handover_sheet?tracking_numbers=ES0", "").failed(http.StatusBadRequest, 355068)
}

// A bag holds sold parcels of one preference, each in one bag only.
func TestBundle(t *testing.T) {
	c := now(t)
	a, b := c.sell(line(1)), c.sell(line(2))
	body := func(preference string, numbers ...string) string {
		return fmt.Sprintf(`{"bundle":{"consignPreferenceId":%q,"trackingNumbers":["%s"]}}`, preference, strings.Join(numbers, `","`))
	}
	draftOnly := c.create(draft(line(3), ""))
	heavy := c.create(strings.Replace(draft(line(4), ""), `"packageWeight":350`, `"packageWeight":30001`, 1))
	c.do("POST", "/package/"+heavy.PackageID+"/confirm", "").done()
	for id, sent := range map[int]string{
		355078: body("", a.TrackingNumber), 355079: `{"bundle":{"consignPreferenceId":"90001"}}`, 355080: body("90002", a.TrackingNumber),
		355081: body("90001", heavy.TrackingNumber), 355082: body("90001", draftOnly.TrackingNumber),
	} {
		c.do("POST", "/bundle", sent).failed(http.StatusBadRequest, id)
	}
	var made struct {
		Bundle struct {
			ID string `json:"bundleId"`
		} `json:"bundle"`
	}
	c.do("POST", "/bundle", body("90001", a.TrackingNumber, b.TrackingNumber)).into(http.StatusCreated, &made)
	c.do("POST", "/bundle", body("90001", a.TrackingNumber)).failed(http.StatusBadRequest, 355082)
	path := "/bundle/" + made.Bundle.ID
	var detail struct {
		Detail struct {
			Numbers []string `json:"trackingNumbers"`
		} `json:"bundleDetail"`
	}
	c.do("GET", path, "").into(http.StatusOK, &detail)
	if !slices.Equal(detail.Detail.Numbers, []string{a.TrackingNumber, b.TrackingNumber}) {
		t.Errorf("got %v", detail.Detail.Numbers)
	}
	var label struct {
		Label struct {
			Base64Str string `json:"base64Str"`
		} `json:"label"`
	}
	c.do("GET", path+"/label", "").into(http.StatusOK, &label)
	if got := scanned(t, label.Label.Base64Str); !slices.Equal(got, []string{made.Bundle.ID}) {
		t.Errorf("the bag's barcode says %v", got)
	}
	c.do("POST", path+"/cancel", "").done()
	c.do("GET", path, "").failed(http.StatusBadRequest, 355083)
	c.do("POST", "/bundle", body("90001", a.TrackingNumber)).into(http.StatusCreated, &made)
}

func (c *client) events(number string) []trackingDetail {
	c.t.Helper()
	var out struct {
		Details []trackingDetail `json:"trackingDetails"`
	}
	c.do("GET", "/tracking?tracking_number="+number, "").into(http.StatusOK, &out)
	return out.Details
}

// Every journey ends as it says; customs shows in the one that is held.
func TestJourneys(t *testing.T) {
	c := now(t)
	for i, test := range []struct{ journey, last, has string }{
		{"delivered", "Delivered", "Out for delivery"}, {"customs_hold", "Delivered", "Held by customs in destination country"},
		{"returned", "Returned to sender", "Delivery attempt failed, recipient not available"}, {"lost", "Exception: parcel lost", "Picked up by carrier"},
	} {
		p := c.sell(line(i))
		if got := c.events(p.TrackingNumber); len(got) != 0 {
			t.Errorf("got %+v before any scan", got)
		}
		c.travel(p.TrackingNumber, test.journey)
		events := c.events(p.TrackingNumber)
		has := slices.ContainsFunc(events, func(d trackingDetail) bool { return d.DescriptionEn == test.has })
		if last := events[len(events)-1]; last.DescriptionEn != test.last || !has || last.DescriptionZh == "" {
			t.Errorf("%s: ends with %q", test.journey, last.DescriptionEn)
		}
		if at, err := time.Parse(moment, events[0].EventTime); err != nil || at.After(time.Now()) {
			t.Errorf("%s: first event at %s", test.journey, events[0].EventTime)
		}
	}
	c.do("GET", "/tracking?tracking_number=ES0", "").failed(http.StatusBadRequest, 355004)
}

// The hand-over to the last mile tells its number in the text, and that number tracks too.
func TestLastMile(t *testing.T) {
	c := now(t)
	p := c.sell(line(1))
	c.travel(p.TrackingNumber, "delivered")
	lastMile := c.detail(p.PackageID).LastMile
	i := slices.IndexFunc(c.events(p.TrackingNumber), func(d trackingDetail) bool {
		return strings.Contains(d.DescriptionEn, "LM Carrier: [USPS], LM tracking No.：["+lastMile+"]")
	})
	if i < 0 || len(c.events(lastMile)) == 0 {
		t.Errorf("the last mile's number %q is not there", lastMile)
	}
}

// Numbers of the last mile and charges come some time after the sale.
func TestLateNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, mocks.Options{LateNumbers: time.Minute})
		p := c.sell(line(1))
		if d := c.detail(p.PackageID); d.LastMile != "" || len(c.costs("tracking_numbers", p.TrackingNumber)) != 0 {
			t.Errorf("got %+v at once", d)
		}
		time.Sleep(time.Minute)
		if d := c.detail(p.PackageID); d.LastMile == "" || len(c.costs("tracking_numbers", p.TrackingNumber)) != 1 {
			t.Errorf("got %+v, want its last mile and its cost", d)
		}
	})
}

func (c *client) costs(pairs ...string) []actualCost {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	var out struct {
		Costs []actualCost `json:"actualCosts"`
	}
	c.do("GET", "/actual_costs?"+q.Encode(), "").into(http.StatusOK, &out)
	return out.Costs
}

// What was charged, by number or by time; a parcel that was weighed again costs more.
func TestActualCosts(t *testing.T) {
	c := now(t)
	p := c.sell(line(1))
	c.create(draft(line(2), "")) // a draft costs nothing
	got := c.costs("trans_begin_time", time.Now().Add(-time.Hour).UTC().Format(moment), "trans_end_time", time.Now().Add(time.Hour).UTC().Format(moment))
	if len(got) != 1 || got[0].Amount != *p.EstimateCost || got[0].CostType != "01" || got[0].ChargeMode != "01" || got[0].Size != "20*15*8" || got[0].ActualWeight != "350" {
		t.Errorf("got %+v", got)
	}
	c.scan(p.TrackingNumber, weightGap)
	got = c.costs("tracking_numbers", p.TrackingNumber)
	if len(got) != 2 || got[1].CostType != "06" || got[1].Amount.Value != "1.08" || got[1].ActualWeight != "450" {
		t.Errorf("got %+v", got)
	}
	for query, id := range map[string]int{
		"": 355069, "trans_begin_time=2026-11-21": 355069, "trans_begin_time=2026-11-21T00:00:00.000Z": 355070, "tracking_numbers=ES0": 355071,
	} {
		c.do("GET", "/actual_costs?"+query, "").failed(http.StatusBadRequest, id)
	}
}
