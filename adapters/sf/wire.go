package sf

import (
	"encoding/json"
	"strings"
)

// text is a string that SF also writes as a number or as null.
type text string

// UnmarshalJSON takes a string, a number or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		*t = text(strings.TrimSpace(s))
		return err
	}
	var n json.Number
	err := json.Unmarshal(b, &n)
	*t = text(n)
	return err
}

// envelope is the gateway's layer of an answer.
type envelope struct {
	Code    text            `json:"apiResultCode"`
	Message text            `json:"apiErrorMsg"`
	Data    json.RawMessage `json:"apiResultData"` // JSON in a string
}

// result is the service's layer.
type result struct {
	Success *bool           `json:"success"`
	Code    text            `json:"errorCode"`
	Message text            `json:"errorMsg"`
	Data    json.RawMessage `json:"msgData"`
}

// routesRequest is msgData of EXP_RECE_SEARCH_ROUTES.
type routesRequest struct {
	Language       string   `json:"language"`
	TrackingType   string   `json:"trackingType"` // 1 waybill
	TrackingNumber []string `json:"trackingNumber"`
	MethodType     string   `json:"methodType"` // 1 standard
	CheckPhoneNo   string   `json:"checkPhoneNo,omitempty"`
}

type routesReply struct {
	Resps []routeResp `json:"routeResps"`
}

type routeResp struct {
	MailNo string  `json:"mailNo"`
	Routes []route `json:"routes"`
}

type route struct {
	AcceptTime    string `json:"acceptTime"`
	AcceptAddress string `json:"acceptAddress"`
	Remark        string `json:"remark"`
	OpCode        text   `json:"opCode"`
}

// pushJSON is the route push in JSON. Its names are written in other cases than the query's.
type pushJSON struct {
	Body struct {
		WaybillRoute []json.RawMessage `json:"WaybillRoute"` // read one by one
	} `json:"Body"`
}

// pushedRoute is one scan of a push, an object in JSON and the attributes of an element in XML.
type pushedRoute struct {
	ID            text   `json:"id" xml:"id,attr"`
	MailNo        text   `json:"mailno" xml:"mailno,attr"`
	OrderID       text   `json:"orderid" xml:"orderid,attr"`
	AcceptTime    string `json:"acceptTime" xml:"acceptTime,attr"`
	AcceptAddress string `json:"acceptAddress" xml:"acceptAddress,attr"`
	Remark        string `json:"remark" xml:"remark,attr"`
	OpCode        text   `json:"opCode" xml:"opCode,attr"`
}

// pushXML is the same in XML. No source shows one whole; elements and attributes are those of
// the older XML generation, in which all fields are attributes (unconfirmed).
type pushXML struct {
	Service string `xml:"service,attr"`
	Body    struct {
		WaybillRoute []pushedRoute `xml:"WaybillRoute"`
	} `xml:"Body"`
}
