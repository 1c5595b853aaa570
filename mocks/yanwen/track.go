package yanwen

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// maxTrack is how many numbers one query may ask for.
const maxTrack = 30

// The Track API's answer. Source: Yanwen Open API, "物流轨迹查询", read 2026-11-21.
type trackAnswer struct {
	Code        int           `json:"code"` // 0 or 1
	Message     string        `json:"message"`
	Result      []trackResult `json:"result"`
	RequestTime string        `json:"requestTime"`
	Elapsed     struct {
		Total int `json:"total"`
	} `json:"elapsedMilliseconds"`
}

type trackResult struct {
	TrackingNumber   string            `json:"tracking_number"`
	WaybillNumber    string            `json:"waybill_number"`
	ExchangeNumber   string            `json:"exchange_number"`
	YanwenNumber     string            `json:"yanwen_number"`
	OrderNumber      string            `json:"order_number"`
	Checkpoints      []checkpoint      `json:"checkpoints"`
	TrackingStatus   string            `json:"tracking_status"`
	Levels           map[string]string `json:"tracking_status_waybill"`
	LastMileExpected bool              `json:"last_mile_tracking_expected"`
	OriginCountry    *string           `json:"origin_country"`
	Destination      *string           `json:"destination_country"`
	LastMileCarrier  string            `json:"last_mile_carrier"`
	LastMileWebsite  string            `json:"last_mile_carrier_website"`
	LastMileContact  string            `json:"last_mile_carrier_contact_number"`
}

type checkpoint struct {
	TimeStamp       string            `json:"time_stamp"` // local
	TimeZone        string            `json:"time_zone"`  // whole hours: "+08"
	TrackingStatus  string            `json:"tracking_status"`
	Message         string            `json:"message"`
	Location        string            `json:"location"`
	IsLastMile      int               `json:"is_last_mile_checkpoint"`
	ExtraProperties map[string]string `json:"extraProperties"`
	TimeCreate      string            `json:"time_create"`
}

func (c *Carrier) serveTracking(w http.ResponseWriter, r *http.Request) {
	fail := func(status int, message string) {
		writeJSON(w, status, trackAnswer{Code: 1, Message: message, Result: []trackResult{}})
	}
	if r.Method != http.MethodGet {
		fail(http.StatusMethodNotAllowed, "GET only")
		return
	}
	if r.Header.Get("Authorization") != trackAccount {
		fail(http.StatusUnauthorized, "Authorization error")
		return
	}
	nums := strings.FieldsFunc(r.URL.Query().Get("nums"), func(r rune) bool { return r == ',' })
	if len(nums) == 0 || len(nums) > maxTrack {
		fail(http.StatusOK, "nums: 1 - 30")
		return
	}
	out := trackAnswer{Message: "success", RequestTime: time.Now().In(mocks.Zone("CN")).Format("2006-01-02T15:04:05.00-07:00")}
	out.Elapsed.Total = 12
	for _, n := range nums {
		out.Result = append(out.Result, c.track(strings.TrimSpace(n)))
	}
	writeJSON(w, http.StatusOK, out)
}

// track tells what is known of a number: nothing before its first scan.
func (c *Carrier) track(number string) trackResult {
	out := trackResult{TrackingNumber: number, Checkpoints: []checkpoint{}, TrackingStatus: "NOTFOUND",
		Levels: map[string]string{"level1": "1", "level2": "1", "level3": "NOTFOUND"}}
	p, ok := c.desk.Parcel(number)
	late := time.Since(p.BookedAt) >= c.desk.LateNumbers()
	if !ok || len(p.Scans) == 0 || (number != p.Number && !late) {
		return out
	}
	last := p.Scans[len(p.Scans)-1].Code
	out.WaybillNumber, out.YanwenNumber, out.OrderNumber = p.Number, p.CarrierID, p.Reference
	out.TrackingStatus = last
	out.Levels = map[string]string{"level1": level1(last), "level2": "1", "level3": last}
	out.LastMileExpected = len(p.Aliases) > 0
	if out.LastMileExpected && late {
		out.ExchangeNumber, out.LastMileCarrier = p.Aliases[0], "Local Post"
	}
	out.OriginCountry, out.Destination = new("CN"), new(p.To.Country)
	for _, s := range p.Scans {
		out.Checkpoints = append(out.Checkpoints, checkpointOf(s))
	}
	shuffle(out.Checkpoints)
	return out
}

// shuffle puts the middle event first and the last one second: the carrier does not order
// its checkpoints, and nobody should come to believe that it does.
func shuffle(c []checkpoint) {
	if len(c) > 2 {
		slices.Reverse(c[1:])
		c[0], c[len(c)/2] = c[len(c)/2], c[0]
	}
}

// checkpointOf writes a scan in the time of its place, cut to whole hours of offset, which is
// all that the carrier's format can say.
func checkpointOf(s mocks.Scan) checkpoint {
	zone := s.Country
	if zone == "" {
		zone = "CN"
	}
	_, offset := s.At.In(mocks.Zone(zone)).Zone()
	local := s.At.In(time.FixedZone("", offset/3600*3600))
	out := checkpoint{TimeStamp: local.Format("2006-01-02T15:04:05"), TimeZone: local.Format("-07"),
		TrackingStatus: s.Code, Message: messages[s.Code], Location: place(s),
		TimeCreate: s.At.In(mocks.Zone("CN")).Format(time19)}
	if out.Message == "" {
		out.Message = "Shipment information updated"
	}
	if strings.HasPrefix(s.Code, "LM") {
		out.IsLastMile = 1
	}
	if s.City != "" {
		out.ExtraProperties = map[string]string{"City": s.City, "Country": s.Country}
	}
	return out
}

func place(s mocks.Scan) string {
	return strings.Trim(s.City+", "+s.Country, ", ")
}
