package sf

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// outer is the gateway's layer of an answer. A1000 there says only that the gateway took the
// request.
type outer struct {
	Code       string          `json:"apiResultCode"`
	Message    string          `json:"apiErrorMsg"`
	ResponseID string          `json:"apiResponseID"`
	Data       json.RawMessage `json:"apiResultData"` // a text that is JSON again; see wrap
}

// inner is the service's layer.
type inner struct {
	Success bool    `json:"success"`
	Code    string  `json:"errorCode"`
	Message *string `json:"errorMsg"`
	Data    any     `json:"msgData"`
}

// refusal is a no of the service.
type refusal struct{ code, message string }

// responseID is the platform's number of an answer.
func responseID() string { return fmt.Sprintf("0001%016X", time.Now().UnixNano()) }

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	json.NewEncoder(w).Encode(v) // a caller who left is not our fault
}

// refuse answers for the gateway.
func refuse(w http.ResponseWriter, code, message string) {
	writeJSON(w, outer{Code: code, Message: message, ResponseID: responseID(), Data: json.RawMessage("null")})
}

// limits are the longest values of the common parameters, in characters.
var limits = map[string]int{"partnerID": 64, "requestID": 40, "serviceCode": 50, "msgDigest": 128}

// serviceCodes are the platform's, of which the app is associated with two.
var serviceCodes = map[string]bool{
	searchRoutes: true, registerRoute: true,
	"EXP_RECE_CREATE_ORDER": false, "EXP_RECE_SEARCH_ORDER_RESP": false, "EXP_RECE_UPDATE_ORDER": false, "EXP_RECE_QUERY_DELIVERTM": false,
	"EXP_RECE_SEARCH_PROMITM": false, "EXP_EXCE_CHECK_PICKUP_TIME": false, "EXP_RECE_QUERY_SFWAYBILL": false, "EXP_RECE_GET_SUB_MAILNO": false,
	"EXP_RECE_FILTER_ORDER_BSP": false, "COM_RECE_CLOUD_PRINT_WAYBILLS": false, "COM_RECE_CLOUD_PRINT_PARSEDDATA": false,
	"EXP_RECE_CREATE_REVERSE_ORDER": false, "EXP_RECE_CANCEL_REVERSE_ORDER": false, "EXP_RECE_WANTED_INTERCEPT": false, "EXP_RECE_REGISTER_WAYBILL_PICTURE": false,
}

var digits = regexp.MustCompile(`^\d{9,13}$`) // seconds or milliseconds

// serve checks the common parameters and hands the message to its service.
func (c *Carrier) serve(w http.ResponseWriter, r *http.Request, body string) {
	form, err := url.ParseQuery(body)
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		refuse(w, "A1001", "必传参数不可为空: 请求体必须是表单")
		return
	}
	if code, message := c.admit(form); code != "" {
		refuse(w, code, message)
		return
	}
	var out any
	var no *refusal
	var first string
	switch form.Get("serviceCode") {
	case searchRoutes:
		out, first, no = c.search(form.Get("msgData"))
	case registerRoute:
		out, no = c.register(form.Get("msgData"))
	}
	answer := inner{Success: true, Code: "S0000", Data: out}
	if no != nil {
		answer = inner{Code: no.code, Message: &no.message}
	}
	writeJSON(w, outer{Code: "A1000", ResponseID: responseID(), Data: wrap(answer, first)})
}

// admit returns the gateway's refusal, "" if there is none.
func (c *Carrier) admit(form url.Values) (code, message string) {
	for _, name := range []string{"partnerID", "requestID", "serviceCode", "timestamp", "msgData"} {
		if len(form[name]) != 1 || form.Get(name) == "" {
			return "A1001", "必传参数不可为空: " + name
		}
	}
	for name, most := range limits {
		if utf8.RuneCountInString(form.Get(name)) > most {
			return "A1001", "参数超长: " + name
		}
	}
	signed, token := form.Get("msgDigest"), form.Get("accessToken")
	switch {
	case !digits.MatchString(form.Get("timestamp")):
		return "A1001", "参数格式错误: timestamp"
	case (signed == "") == (token == ""):
		return "A1001", "msgDigest与accessToken必须且只能传一个"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	partner, service := form.Get("partnerID"), form.Get("serviceCode")
	known := partner == partnerID || partner == testPartner
	switch {
	case signed != "" && (!known || signed != digest(c.sign, form.Get("msgData"), form.Get("timestamp"), checkword)):
		return "A1006", "数字签名无效"
	case token != "":
		if code, message := admitToken(token, partner, time.Now()); code != "" {
			return code, message
		}
	}
	if !serviceCodes[service] {
		return "A1004", "无对应服务权限"
	}
	if partner == testPartner && !c.quotaOf(service).take(time.Now()) {
		return "A1005", "API接口调用超过限制"
	}
	if c.requests[form.Get("requestID")] {
		return "A1007", "请求重复: requestID"
	}
	if len(c.requests) >= maxRequests {
		clear(c.requests)
	}
	c.requests[form.Get("requestID")] = true
	return "", ""
}

// maxRequests is how many request ids are remembered.
const maxRequests = 200_000

// wrap writes the service's layer as text in the gateway's; by the last digit of a number also
// as text twice, or as an object.
func wrap(v inner, number string) json.RawMessage {
	object := must(v)
	switch {
	case strings.HasSuffix(number, "4"):
		return object
	case strings.HasSuffix(number, "7"):
		return must(string(must(string(object))))
	}
	return must(string(object))
}

// must marshals structs of text and numbers, which cannot fail.
func must(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// The limits of the integration environment, per interface and partner.
const (
	callsPerSecond = 30
	callsPerDay    = 3000
)

// quota counts the calls of one interface.
type quota struct {
	day, second    time.Time
	today, running int
}

// quotaOf is called under the lock.
func (c *Carrier) quotaOf(service string) *quota {
	if c.quotas[service] == nil {
		c.quotas[service] = &quota{}
	}
	return c.quotas[service]
}

// take counts a call and is false where it is one too many. The day is China's.
func (q *quota) take(now time.Time) bool {
	if day := now.Add(8 * time.Hour).Truncate(24 * time.Hour); !day.Equal(q.day) {
		q.day, q.today = day, 0
	}
	if second := now.Truncate(time.Second); !second.Equal(q.second) {
		q.second, q.running = second, 0
	}
	if q.today >= callsPerDay || q.running >= callsPerSecond {
		return false
	}
	q.today++
	q.running++
	return true
}
