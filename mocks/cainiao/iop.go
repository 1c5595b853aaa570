package cainiao

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// window is how far a timestamp may lie from the carrier's clock. Unconfirmed: it is what the
// older gateway of the same house allows.
const window = 10 * time.Minute

const pathRuleInfo = "/aliexpress/logistics/query/rule/info"

// params are the parameters of a call, common and business, of query and form together.
type params map[string]string

// refusal is an error of the platform, told before or instead of the business.
type refusal struct{ kind, code, msg, subCode, subMsg string }

// missing and malformed say what is wrong with a business parameter.
func missing(name string) *refusal {
	return &refusal{"ISV", "MissingParameter", "The input parameter \"" + name + "\" that is mandatory for processing this request is not supplied.", "", ""}
}

func malformed(name string) *refusal {
	return &refusal{"ISV", "15", "Remote service error", "isv.invalid-parameter:" + name, "The parameter " + name + " is not valid"}
}

// failing is the platform's own trouble.
func failing() *refusal {
	return &refusal{"ISP", "15", "Remote service error", "isp.system-error", "system error, please try again later"}
}

// syncMethods are the calls of /sync. Each answers with an object, or refuses.
var syncMethods = map[string]func(*Carrier, params) (any, *refusal){
	"aliexpress.logistics.service.query":                                     (*Carrier).serviceQuery,
	"aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid": (*Carrier).serviceList,
	"cainiao.global.solution.inquiry":                                        (*Carrier).solutionInquiry,
	"aliexpress.logistics.order.createorder":                                 (*Carrier).createOrder,
	"aliexpress.logistics.querylogisticsorderdetail":                         (*Carrier).orderDetail,
	"aliexpress.logistics.redefining.getonlinelogisticsinfo":                 (*Carrier).onlineInfo,
	"aliexpress.logistics.redefining.getprintinfo":                           (*Carrier).printInfo,
	"aliexpress.logistics.redefining.getprintinfos":                          (*Carrier).printInfos,
	"aliexpress.logistics.redefining.querytrackingresult":                    (*Carrier).trackingResult,
	"aliexpress.logistics.redefining.listlogisticsservice":                   (*Carrier).listServices,
	"aliexpress.logistics.sellershipmentfortop":                              (*Carrier).sellerShipment,
	"aliexpress.logistics.query.rule.info":                                   (*Carrier).ruleInfo,
	"cainiao.global.handover.commit":                                         (*Carrier).commitHandover,
	"cainiao.global.handover.cancel":                                         (*Carrier).cancelHandover,
	"cainiao.global.handover.content.query":                                  (*Carrier).queryHandover,
	"cainiao.global.handover.pdf.get":                                        (*Carrier).printHandover,
}

// restMethods are the calls of /rest.
var restMethods = map[string]func(*Carrier, params) (any, *refusal){
	pathCreateToken:  (*Carrier).createToken,
	pathRefreshToken: (*Carrier).refreshToken,
	pathRuleInfo:     (*Carrier).ruleInfo,
}

func (c *Carrier) serveIOP(w http.ResponseWriter, r *http.Request, body string) {
	p, ok := readParams(r, body)
	if !ok {
		c.refuse(w, r, &refusal{"ISV", "IncompleteSignature", "a parameter is given twice or cannot be read", "", ""})
		return
	}
	path, rest := strings.CutPrefix(r.URL.Path, "/rest")
	call, token := restMethods[path], "access_token"
	if !rest {
		path, call, token = "", syncMethods[p["method"]], "session"
	}
	no := admit(p, path, time.Now())
	if no == nil && call == nil {
		no = &refusal{"ISV", "InvalidApiPath", "The specified API path is invalid", "", ""}
	}
	if no == nil && !strings.HasPrefix(path, "/auth/token/") {
		no = c.admitToken(token, p[token])
	}
	if no != nil {
		c.refuse(w, r, no)
		return
	}
	answer, no := call(c, p)
	if no != nil {
		c.refuse(w, r, no)
		return
	}
	c.answer(w, p, answer, rest)
}

// readParams joins query and form. A name that comes twice cannot be signed.
func readParams(r *http.Request, body string) (params, bool) {
	p := params{}
	query, err1 := url.ParseQuery(r.URL.RawQuery)
	form, err2 := url.ParseQuery(body)
	for _, values := range []url.Values{query, form} {
		for name, v := range values {
			if _, twice := p[name]; twice || len(v) != 1 {
				return nil, false
			}
			p[name] = v[0]
		}
	}
	return p, err1 == nil && err2 == nil
}

// admit checks the common parameters and the signature. The codes' spelling is unconfirmed.
func admit(p params, path string, now time.Time) *refusal {
	for _, name := range []string{"app_key", "timestamp", "sign_method", "sign"} {
		if p[name] == "" {
			return missing(name)
		}
	}
	ms, err := strconv.ParseInt(p["timestamp"], 10, 64)
	switch {
	case p["app_key"] != appKey:
		return &refusal{"ISV", "InvalidAppKey", "The specified app_key is invalid", "", ""}
	case p["sign_method"] != "sha256":
		return &refusal{"ISV", "UnsupportedSignMethod", "The specified sign_method is not supported", "", ""}
	case err != nil || time.UnixMilli(ms).Sub(now).Abs() > window:
		return &refusal{"ISV", "IllegalTimestamp", "The specified timestamp is invalid or expired", "", ""}
	case !same(p["sign"], signIOP(appSecret, path, p)):
		return &refusal{"ISV", "IncompleteSignature", "The request signature does not conform to platform standards", "", ""}
	}
	return nil
}

// answer writes a success in the envelope that the caller asked for.
func (c *Carrier) answer(w http.ResponseWriter, p params, v any, rest bool) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	tail := `"request_id":"` + c.requestID() + `"}`
	if rest {
		tail = `"code":"0",` + tail
	}
	if !rest && p["simplify"] != "true" {
		b = wrapLists(b)
	}
	if b = bytes.TrimSuffix(b, []byte("}")); len(b) > 1 {
		b = append(b, ',')
	}
	b = append(b, tail...)
	if !rest && p["simplify"] != "true" {
		b = []byte(`{"` + strings.ReplaceAll(p["method"], ".", "_") + `_response":` + string(b) + `}`)
	}
	writeJSON(w, b)
}

// refuse writes an error: nested with msg in the one protocol, flat with message in the other.
func (c *Carrier) refuse(w http.ResponseWriter, r *http.Request, no *refusal) {
	type failure struct {
		Type      string `json:"type"`
		Code      string `json:"code"`
		Msg       string `json:"msg,omitempty"`
		Message   string `json:"message,omitempty"`
		SubCode   string `json:"sub_code,omitempty"`
		SubMsg    string `json:"sub_msg,omitempty"`
		RequestID string `json:"request_id"`
	}
	f := failure{Type: no.kind, Code: no.code, Msg: no.msg, SubCode: no.subCode, SubMsg: no.subMsg, RequestID: c.requestID()}
	var out any = map[string]failure{"error_response": f}
	if strings.HasPrefix(r.URL.Path, "/rest/") {
		f.Msg, f.Message = "", f.Msg
		out = f
	}
	b, _ := json.Marshal(out) // plain strings
	writeJSON(w, b)
}

func (c *Carrier) requestID() string { return "2101" + c.desk.Serial(14) }

func writeJSON(w http.ResponseWriter, b []byte) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Write(b) // a caller who left is not our fault
}

// wrapLists puts each list into an object, as the platform does without simplify. The name of
// the only field is the list's type there; which one is unconfirmed.
func wrapLists(b []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return b
	}
	out, _ := json.Marshal(wrapped(v)) // was JSON before
	return out
}

func wrapped(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			if list, ok := field.([]any); ok {
				for i := range list {
					list[i] = wrapped(list[i])
				}
				v[name] = map[string]any{strings.TrimSuffix(name, "_list") + "_dto": list}
				continue
			}
			v[name] = wrapped(field)
		}
	}
	return v
}
