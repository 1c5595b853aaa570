package wishpost

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

const maxTracks = 200

// Numbers of a status that have a meaning here. 2 is not found, 6, 10 and 12 are exceptions,
// 23 and 24 are delivered, 25 is a failed delivery; of an untracked channel 17 to 24 and 28 to
// 30 only say where it was seen last. What the others are called is unconfirmed.
const (
	scanMade     = "1"
	scanNotFound = "2"
)

// arrivals are the scans of a delivery.
var arrivals = []string{"23", "24"}

// words are English and Chinese.
var words = map[string][2]string{
	"1": {"Order information received", "已接收订单信息"}, "2": {"Not found", "查询不到"}, "3": {"Collected", "已揽收"},
	"4": {"Arrived at sorting center", "到达处理中心"}, "5": {"Left sorting center", "离开处理中心"}, "6": {"Exception: returned to sender", "异常：退回寄件人"},
	"7": {"Export customs cleared", "出口海关放行"}, "8": {"Handed over to airline", "航空公司接收"}, "9": {"Flight departed", "航班起飞"},
	"10": {"Exception: held by customs", "异常：海关扣留"}, "11": {"Arrived at destination country", "到达目的国"}, "12": {"Exception: lost", "异常：丢失"},
	"13": {"Import customs clearance started", "进口海关清关中"}, "14": {"Import customs cleared", "进口海关放行"}, "15": {"Arrived at delivery office", "到达投递局"},
	"16": {"Out for delivery", "投递中"}, "18": {"Left country of origin", "离开原寄国"}, "23": {"Delivered to parcel locker", "投递到自提柜"},
	"24": {"Delivered", "妥投"}, "25": {"Delivery failed", "未妥投"},
}

// tracking follows many numbers. Those of which nothing is known have an error_message;
// those that nobody has scanned have one status, which says not found.
func (c *Carrier) tracking(_ *http.Request, in node) ([]node, *refusal) {
	language := in.get("language")
	list := in.all("track")
	switch {
	case in.name != "tracks" && in.name != "xml":
		return nil, missing("tracks")
	case language != "en" && language != "cn":
		return nil, invalid("language", "must be en or cn")
	case len(list) == 0 || len(list) > maxTracks:
		return nil, missing("track")
	}
	var out []node
	for _, t := range list {
		out = append(out, c.track(t.get("barcode"), language))
	}
	return out, nil
}

func (c *Carrier) track(barcode, language string) node {
	c.mu.Lock()
	o := c.byBarcode[barcode]
	hidden := o != nil && c.number(o) == ""
	c.mu.Unlock()
	p, ok := c.desk.Parcel(barcode)
	if !ok || hidden {
		return leaf("tracks", "", "barcode", barcode, "error_message", "The barcode does not exist")
	}
	out := leaf("tracks", "", "barcode", barcode, "error_message", "")
	scans := p.Scans
	if len(scans) == 0 {
		scans = []mocks.Scan{{Code: scanNotFound, At: p.BookedAt}}
	}
	for _, s := range scans {
		out.children = append(out.children, scanOf(s, barcode, language))
	}
	return out
}

// scanOf writes a scan in China's time. Two spellings of the status were seen; which one it
// is goes by the number's check digit.
func scanOf(s mocks.Scan, barcode, language string) node {
	text := words[s.Code][0]
	if language == "cn" {
		text = words[s.Code][1]
	}
	number := "status_number"
	if len(barcode) == 13 && (barcode[10]-'0')%2 == 0 {
		number = "status_Number"
	}
	return node{name: "track", children: []node{leaf("date", timestamp(s.At)), leaf(number, s.Code), leaf("status_desc", cmp.Or(text, "Shipment information updated")),
		leaf("remark", ""), leaf("city", s.City), leaf("state", ""), leaf("country_code", s.Country)}}
}

// Journey is the usual way of a postal parcel: ten days to three weeks. What is untracked is
// seen last when it leaves the country, whatever becomes of it.
func (c *Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	c.mu.Lock()
	o := c.byBarcode[p.Number]
	c.mu.Unlock()
	home, country := cmp.Or(p.From.City, "Shenzhen"), cmp.Or(p.To.Country, "US")
	city := cmp.Or(p.To.City, "Gateway")
	const hour = time.Hour
	out := []mocks.Step{
		{Code: "1", City: home, Country: "CN", Night: true},
		{Code: "3", After: 18 * hour, City: home, Country: "CN"},
		{Code: "4", After: 10 * hour, City: "Guangzhou", Country: "CN", Night: true},
		{Code: "5", After: 12 * hour, City: "Guangzhou", Country: "CN", Night: true},
		{Code: "7", After: 9 * hour, City: "Guangzhou", Country: "CN", Night: true},
		{Code: "8", After: 16 * hour, City: "Guangzhou", Country: "CN", Night: true},
	}
	if o != nil && !o.channel.Registered {
		return append(out, mocks.Step{Code: "18", After: 20 * hour, City: "Guangzhou", Country: "CN", Night: true})
	}
	if kind == mocks.JourneyLost {
		return append(out, mocks.Step{Code: "12", After: 20 * 24 * hour, City: "Guangzhou", Country: "CN"})
	}
	out = append(out,
		mocks.Step{Code: "9", After: 8 * hour, City: "Guangzhou", Country: "CN", Night: true},
		mocks.Step{Code: "11", After: 30 * hour, Country: country, Night: true},
		mocks.Step{Code: "13", After: 9 * hour, Country: country, Night: true})
	if kind == mocks.JourneyCustomsHold {
		return append(out, mocks.Step{Code: "10", After: 20 * hour, Country: country})
	}
	out = append(out,
		mocks.Step{Code: "14", After: 22 * hour, Country: country},
		mocks.Step{Code: "15", After: 40 * hour, City: city, Country: country},
		mocks.Step{Code: "16", After: 3 * hour, City: city, Country: country})
	if kind == mocks.JourneyReturned {
		return append(out, mocks.Step{Code: "25", After: 5 * hour, City: city, Country: country},
			mocks.Step{Code: "6", After: 14 * 24 * hour, Country: country})
	}
	return slices.Concat(out, []mocks.Step{{Code: "24", After: 4 * hour, City: city, Country: country}})
}
