package cainiao

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/mocks"
)

// trace is a scan in LINK's words: the clock at its place, and how far that clock is from UTC.
type trace struct {
	Time   string `json:"time"`
	Zone   string `json:"timeZone"`
	Action string `json:"actionCode"`
	Desc   string `json:"desc"`
}

func traceOf(s mocks.Scan) trace {
	local := s.At.In(mocks.Zone(s.Country))
	return trace{local.Format(stampShape), local.Format("-07:00"), s.Code, describe(s.Code)}
}

// Message is one scan as a LINK callback: the form envelope of the requests, the other way
// round.
//
// That LINK pushes scans at all is an assumption, and so are msg_type cnge.track.push and the
// message in it: no source shows them. The envelope and its digest are those of the callbacks
// that are known. AliExpress parcels are pushed alike, so that both doors can be tried.
func (*Carrier) Message(p mocks.Parcel, scan mocks.Scan, secret string) (mocks.Message, error) {
	message, err := json.Marshal(struct {
		OrderCode string  `json:"orderCode"`
		Number    string  `json:"trackingNumber"`
		Traces    []trace `json:"traceDetailList"`
	}{p.CarrierID, p.Number, []trace{traceOf(scan)}})
	if err != nil {
		return mocks.Message{}, err
	}
	form := url.Values{
		"msg_type": {"cnge.track.push"}, "partner_code": {providerID}, "from_code": {pushFrom},
		"logistics_interface": {string(message)}, "data_digest": {digest(string(message), secret)},
	}
	return mocks.Message{
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}},
		Body:   []byte(form.Encode()),
	}, nil
}

// Acked wants HTTP 200 and success, which may be a boolean or a text.
func (*Carrier) Acked(status int, body []byte) bool {
	var in struct {
		Success text `json:"success"`
	}
	return status == http.StatusOK && json.Unmarshal(bytes.TrimSpace(body), &in) == nil && in.Success == "true"
}
