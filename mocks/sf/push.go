package sf

import (
	"encoding/json"
	"encoding/xml"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The two formats of a route push.
const (
	formatJSON = "json"
	formatForm = "form" // content=, the XML of the older generation
)

// perPush is how many routes the sandbox puts into one push; the platform's own bound is ten.
const perPush = 3

// waybillRoute is a route as a push has it: lower-case mailno and orderid, unlike the query.
type waybillRoute struct {
	ID         string `json:"id" xml:"id,attr"`
	MailNo     string `json:"mailno" xml:"mailno,attr"`
	OrderID    string `json:"orderid" xml:"orderid,attr"`
	Time       string `json:"acceptTime" xml:"acceptTime,attr"`
	Address    string `json:"acceptAddress" xml:"acceptAddress,attr"`
	Remark     string `json:"remark" xml:"remark,attr"`
	OpCode     string `json:"opCode" xml:"opCode,attr"`
	ReasonCode string `json:"reasonCode" xml:"reasonCode,attr"`
	ReasonName string `json:"reasonName" xml:"reasonName,attr"`
}

type routePush struct {
	XMLName xml.Name `json:"-" xml:"Request"`
	Service string   `json:"-" xml:"service,attr"`
	Lang    string   `json:"-" xml:"lang,attr"`
	Body    struct {
		Routes []waybillRoute `json:"WaybillRoute" xml:"WaybillRoute"`
	} `json:"Body" xml:"Body"`
}

func pushed(p mocks.Parcel, s mocks.Scan) waybillRoute {
	r := routeOf(s, zh)
	why := reasons[s.Code]
	return waybillRoute{idOf(p.Number, s), p.Number, orderPrefix + p.Number, r.Time, r.Address, r.Remark, r.OpCode, why[0], why[1]}
}

// idOf is the number of a route, the same whenever it is pushed.
func idOf(number string, s mocks.Scan) string {
	h := fnv.New64a()
	h.Write([]byte(number + " " + s.Code + " " + s.At.UTC().Format(time.RFC3339Nano)))
	return strconv.FormatUint(h.Sum64()%1e12, 10)
}

// MaxBatch is how many routes one push has here.
func (*Carrier) MaxBatch() int { return perPush }

// Message is a push of one route.
func (c *Carrier) Message(p mocks.Parcel, scan mocks.Scan, secret string) (mocks.Message, error) {
	return c.Batch(p, []mocks.Scan{scan}, secret)
}

// Batch is a push of some routes. There is no secret: one that is given is a forger's, who says
// that the parcel was signed for just now.
func (c *Carrier) Batch(p mocks.Parcel, scans []mocks.Scan, secret string) (mocks.Message, error) {
	push := routePush{Service: "RoutePushService", Lang: "zh-CN"}
	for _, s := range scans {
		if secret != "" {
			s.Code, s.At = "80", time.Now()
		}
		push.Body.Routes = append(push.Body.Routes, pushed(p, s))
	}
	if c.pushFormat() == formatJSON {
		body, err := json.Marshal(push)
		return mocks.Message{Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, Body: body}, err
	}
	text, err := xml.Marshal(push)
	return mocks.Message{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}},
		Body: []byte(url.Values{"content": {string(text)}}.Encode())}, err
}

func (c *Carrier) pushFormat() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.format
}

// Acked wants the acknowledgement in the push's own format. HTTP 200 alone is none: without
// return_code 0000, or a Head that is OK, the whole push comes again.
func (c *Carrier) Acked(status int, body []byte) bool {
	if status != http.StatusOK {
		return false
	}
	if c.pushFormat() == formatJSON {
		var in struct {
			Code string `json:"return_code"`
		}
		return json.Unmarshal(body, &in) == nil && in.Code == "0000"
	}
	var in struct {
		XMLName xml.Name `xml:"Response"`
		Service string   `xml:"service,attr"`
		Head    string   `xml:"Head"`
	}
	return xml.Unmarshal(body, &in) == nil && in.Service == "RoutePushService" && strings.TrimSpace(in.Head) == "OK"
}
