package cainiao

import (
	"errors"
	"net/url"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

const scanned = `{"orderCode":"LP00011122233344","trackingNumber":"LX000000001CN","traceDetailList":[{"time":"2026-11-21 10:00:00","timeZone":"+01:00","actionCode":"GTMS_SIGNED","desc":"Delivered"}]}`

// pushOf is a push of the simulator's LINK with some parts changed; an empty part is left out.
func pushOf(message string, change map[string]string) adapters.CallbackRequest {
	form := url.Values{"msg_type": {messagePush}, "partner_code": {"demo_resource_code"}, "from_code": {"CNCTP"},
		"logistics_interface": {message}, "data_digest": {digest(message, normalize.NewSecret("linkSecret42"))}}
	for name, value := range change {
		if form.Del(name); value != "" {
			form.Set(name, value)
		}
	}
	return adapters.CallbackRequest{Method: "POST", Body: []byte(form.Encode())}
}

// Only the message is signed: whatever else a push says is compared with the account, and a
// type of message that we do not act on is a hint at most.
func TestVerifyCallback(t *testing.T) {
	t.Parallel()
	c := bothDoors(t, offline(t)).CallbackParser
	twice := pushOf(scanned, nil)
	twice.Body = append(twice.Body, "&msg_type="+messagePush...)
	for name, v := range map[string]struct {
		push adapters.CallbackRequest
		want adapters.Trust
	}{
		"genuine":           {pushOf(scanned, nil), adapters.TrustSigned},
		"another type":      {pushOf(scanned, map[string]string{"msg_type": "cnge.cn38.callback"}), adapters.TrustHint},
		"another partner":   {pushOf(scanned, map[string]string{"partner_code": "somebody"}), ""},
		"no partner":        {pushOf(scanned, map[string]string{"partner_code": ""}), ""},
		"another sender":    {pushOf(scanned, map[string]string{"from_code": "CNXXX"}), ""},
		"another message":   {pushOf(scanned, map[string]string{"logistics_interface": `{}`}), ""},
		"no digest":         {pushOf(scanned, map[string]string{"data_digest": ""}), ""},
		"no type":           {pushOf(scanned, map[string]string{"msg_type": ""}), ""},
		"digest of the hex": {pushOf(scanned, map[string]string{"data_digest": "ZmFrZQ=="}), ""},
		"a part twice":      {twice, ""},
	} {
		got, err := c.VerifyCallback(v.push)
		if got != v.want || (err == nil) != (v.want != "") || (err != nil && normalize.KindOf(err) != normalize.KindAuthFailed) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, v.want)
		}
	}
}

func TestParseCallback(t *testing.T) {
	t.Parallel()
	c := bothDoors(t, offline(t)).CallbackParser
	got, err := c.ParseCallback(pushOf(scanned, nil))
	if err != nil || len(got) != 1 || got[0].TrackingNumber != "LX000000001CN" || len(got[0].Events) != 1 ||
		got[0].Events[0].Status != normalize.StatusDelivered || got[0].Numbers[0].Number != "LP00011122233344" {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, message := range map[string]string{
		"no number": `{"traceDetailList":[{"time":"2026-11-21 10:00:00","actionCode":"GOT"}]}`, "no scan": `{"orderCode":"LP00011122233344","traceDetailList":[]}`,
		"no time": `{"orderCode":"LP00011122233344","traceDetailList":[{"actionCode":"GOT"}]}`, "XML": `<request><orderCode>LP00011122233344</orderCode></request>`, "null": "null",
	} {
		if got, err := c.ParseCallback(pushOf(message, nil)); normalize.KindOf(err) != normalize.KindBadResponse {
			t.Errorf("%s: got %+v, %v, want bad_response", name, got, err)
		}
	}
	if got, err := c.ParseCallback(pushOf(`{"cn38List":[]}`, map[string]string{"msg_type": "cnge.cn38.callback"})); err != nil || len(got) != 0 {
		t.Errorf("a notice without a scan: got %+v, %v", got, err)
	}
	if _, err := c.ParseCallback(pushOf(scanned, map[string]string{"msg_type": "cnge.new"})); normalize.KindOf(err) != normalize.KindBadResponse {
		t.Errorf("a new type: got %v, want it kept for a person to see", err)
	}
}

// LINK is answered in the form in which it spoke.
func TestAckCallback(t *testing.T) {
	t.Parallel()
	c := bothDoors(t, offline(t)).CallbackParser
	xml := pushOf("<request/>", nil)
	forgery := normalize.Fail(normalize.KindAuthFailed, "forged")
	for name, v := range map[string]struct {
		push adapters.CallbackRequest
		err  error
		want string
	}{
		"yes":             {pushOf(scanned, nil), nil, `{"success":true}`},
		"no":              {pushOf(scanned, nil), errors.New("down"), `{"success":false,"errorCode":"S07","errorMsg":"system exception, please send again"}`},
		"forged":          {pushOf(scanned, nil), forgery, `{"success":false,"errorCode":"S02","errorMsg":"illegal data_digest"}`},
		"yes in XML":      {xml, nil, `<response><success>true</success></response>`},
		"no in XML":       {xml, forgery, `<response><success>false</success><errorCode>S02</errorCode><errorMsg>illegal data_digest</errorMsg></response>`},
		"not even a form": {adapters.CallbackRequest{Body: []byte("%%%")}, forgery, `{"success":false,"errorCode":"S02","errorMsg":"illegal data_digest"}`},
	} {
		if got := c.AckCallback(v.push, v.err); got.Status != 200 || string(got.Body) != v.want {
			t.Errorf("%s: got %d %s, want %s", name, got.Status, got.Body, v.want)
		}
	}
}
