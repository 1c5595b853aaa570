package sf

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

const (
	searchRoutes  = "EXP_RECE_SEARCH_ROUTES"
	registerRoute = "EXP_RECE_REGISTER_ROUTE"

	maxNumbers  = 10
	keptFor     = 90 * 24 * time.Hour
	time19      = "2006-01-02 15:04:05" // China's time, without a zone
	orderPrefix = "SO-"
	strangers   = "SF9999"
)

var china = mocks.Zone("CN")

// text takes a JSON string or number: clients send both.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var n json.Number
	err := json.Unmarshal(b, &n)
	*t = text(n)
	return err
}

// routesRequest asks for up to ten numbers.
type routesRequest struct {
	Language     text     `json:"language"`
	TrackingType text     `json:"trackingType"`
	Numbers      []string `json:"trackingNumber"`
	MethodType   text     `json:"methodType"`
	CheckPhone   text     `json:"checkPhoneNo"`
}

type routeResp struct {
	MailNo string  `json:"mailNo"`
	Routes []route `json:"routes"`
}

type route struct {
	Time    string `json:"acceptTime"`
	Address string `json:"acceptAddress"`
	Remark  string `json:"remark"`
	OpCode  string `json:"opCode"`
}

// languages are the texts of a remark by the request's code.
var languages = map[text]int{"": zh, "0": zh, "1": en, "2": hant}

// search answers for each number: what is not known, or not to be shown, has no routes. It
// returns the first number too, by which the answer is wrapped.
func (c *Carrier) search(message string) (any, string, *refusal) {
	var in routesRequest
	if json.Unmarshal([]byte(message), &in) != nil {
		return nil, "", &refusal{"S0001", "JSON解析异常"}
	}
	language, ok := languages[in.Language]
	switch {
	case len(in.Numbers) == 0 || in.TrackingType == "" || in.Numbers[0] == "":
		return nil, "", &refusal{"S0002", "必填参数为空: trackingNumber, trackingType"}
	case len(in.Numbers) > maxNumbers:
		return nil, "", &refusal{"8247", "运单号数量不能超过10个"}
	case in.TrackingType != "1" && in.TrackingType != "2" || !ok || in.MethodType != "" && in.MethodType != "1" && in.MethodType != "2":
		return nil, "", &refusal{"S0002", "参数取值错误: trackingType, language, methodType"}
	}
	var out struct {
		Resps []routeResp `json:"routeResps"`
	}
	for _, n := range in.Numbers {
		if in.TrackingType == "2" {
			n = strings.TrimPrefix(n, orderPrefix)
		}
		out.Resps = append(out.Resps, routeResp{n, c.routesOf(n, string(in.CheckPhone), language)})
	}
	return out, in.Numbers[0], nil
}

// routesOf lists what may be seen of a waybill, oldest first.
func (c *Carrier) routesOf(number, phone string, language int) []route {
	out := []route{}
	if strings.HasPrefix(number, strangers) && phone != strangersTel {
		return out
	}
	p, _ := c.desk.Parcel(number)
	for _, s := range p.Scans {
		if !c.desk.Forgotten(s.At, keptFor) {
			out = append(out, routeOf(s, language))
		}
	}
	return out
}

func routeOf(s mocks.Scan, language int) route {
	return route{s.At.In(china).Format(time19), placeOf(s, language), remarkOf(s.Code, language), s.Code}
}

// placeOf is a city, in Chinese where it has a name there.
func placeOf(s mocks.Scan, language int) string {
	if name := cities[s.City]; name != "" && language != en {
		return name
	}
	return cmp.Or(s.City, s.Country)
}

// register notes that a waybill is to be pushed, which the customer's own are anyway. Its
// fields are unconfirmed.
func (c *Carrier) register(message string) (any, *refusal) {
	var in struct {
		Type       text   `json:"type"` // 1 order, 2 waybill
		Number     string `json:"attributeNo"`
		CheckPhone text   `json:"checkPhoneNo"`
	}
	switch {
	case json.Unmarshal([]byte(message), &in) != nil:
		return nil, &refusal{"S0001", "JSON解析异常"}
	case in.Number == "" || in.Type != "1" && in.Type != "2":
		return nil, &refusal{"S0002", "必填参数为空: attributeNo, type"}
	}
	number := in.Number
	if in.Type == "1" {
		number = strings.TrimPrefix(number, orderPrefix)
	}
	if len(c.routesOf(number, string(in.CheckPhone), zh)) == 0 {
		return nil, &refusal{"8247", "运单号不存在"}
	}
	return map[string]bool{"success": true}, nil
}
