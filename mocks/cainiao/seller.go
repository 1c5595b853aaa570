package cainiao

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// declared is a service by which a seller may tell AliExpress that an order was sent.
type declared struct {
	Service string `json:"service_name"`
	Display string `json:"display_name"`
	Company string `json:"logistics_company"`
	Regex   string `json:"tracking_no_regex"`
	Min     int    `json:"min_process_day"`
	Max     int    `json:"max_process_day"`
	Order   int    `json:"recommend_order"`
}

var declarable = []declared{
	{"CAINIAO_STANDARD", "AliExpress Standard Shipping", "Cainiao", `^(LP[0-9]{14}|[A-Z]{2}[0-9]{9}[A-Z]{2})$`, 1, 7, 1},
	{"CAINIAO_PREMIUM", "AliExpress Premium Shipping", "Cainiao", `^(LP[0-9]{14}|[A-Z]{2}[0-9]{9}[A-Z]{2})$`, 1, 5, 2},
	{"CAINIAO_ECONOMY", "AliExpress Saver Shipping", "Cainiao", `^(LP[0-9]{14}|[A-Z]{2}[0-9]{9}[A-Z]{2})$`, 1, 7, 3},
	{"EMS", "EMS", "China Post", `^E[A-Z][0-9]{9}CN$`, 1, 7, 4},
	{"DHL", "DHL", "DHL", `^[0-9]{10}$`, 1, 5, 5},
	{"UPS", "UPS Express Saver", "UPS", `^1Z[0-9A-Z]{16}$`, 1, 5, 6},
	{"OTHER", "Seller's Shipping Method", "Other", `^.{5,40}$`, 1, 7, 7},
}

// listServices is aliexpress.logistics.redefining.listlogisticsservice.
func (*Carrier) listServices(params) (any, *refusal) {
	return map[string]any{"result_success": true, "result_list": declarable}, nil
}

// sellerShipment tells AliExpress that an order was sent. The error codes are ours.
func (*Carrier) sellerShipment(p params) (any, *refusal) {
	for _, name := range []string{"out_ref", "service_name", "logistics_no", "send_type"} {
		if p[name] == "" {
			return nil, missing(name)
		}
	}
	no := func(code, desc string) (any, *refusal) {
		return map[string]any{"result_success": false, "result_error_code": code, "result_error_desc": desc}, nil
	}
	i := slices.IndexFunc(declarable, func(d declared) bool { return d.Service == p["service_name"] })
	switch {
	case !digits(p["out_ref"]):
		return no("ORDER_NOT_EXIST", "the order does not exist")
	case i < 0:
		return no("SERVICE_NOT_EXIST", "service_name is not known")
	case p["send_type"] != "all" && p["send_type"] != "part":
		return no("PARAM_ERROR", "send_type must be all or part")
	case strings.HasPrefix(p["service_name"], "OTHER") && p["tracking_website"] == "":
		return no("PARAM_ERROR", "tracking_website is required for this service")
	case !regexp.MustCompile(declarable[i].Regex).MatchString(p["logistics_no"]):
		return no("TRACKING_NO_INVALID", "logistics_no does not have the form of this service")
	}
	return map[string]any{"result_success": true}, nil
}

// Net rules: which level of service an order must have, by country and amount. The fields are
// the SDK's; what stands in them is an example of ours.
type (
	serviceCondition struct {
		Country  string `json:"country"`
		Amount   int64  `json:"amount"`
		Compare  string `json:"compare_type"`
		Currency string `json:"currency_code"`
	}
	serviceConfig struct {
		Condition []serviceCondition `json:"condition"`
		Levels    []string           `json:"logistics_code_levels"`
		Codes     []string           `json:"logistics_codes"`
	}
	serviceRule struct {
		Type   string        `json:"service_type"`
		Config serviceConfig `json:"service_net_rule_config_dto"`
	}
	packageCondition struct {
		Contains bool     `json:"is_contain_country"`
		Country  []string `json:"country"`
		Compare  string   `json:"compare_type"`
		Services []string `json:"service_names"`
		Currency string   `json:"currency_code"`
		Value    string   `json:"value"`
	}
	packageConfig struct {
		Conditions []packageCondition `json:"condition_list"`
		Services   []string           `json:"service_names"`
	}
	packageRule struct {
		Config packageConfig `json:"package_net_rule_config_dto"`
		Class  string        `json:"logistics_class"`
	}
)

func netRules() map[string]any {
	rule := func(country, compare string, codes ...string) serviceRule {
		return serviceRule{"STANDARD", serviceConfig{[]serviceCondition{{country, 5, compare, "USD"}}, []string{"STANDARD", "EXPRESS"}, codes}}
	}
	services := []serviceRule{}
	for _, country := range []string{"US", "ES", "FR", "BR", "RU"} {
		services = append(services, rule(country, ">", "CAINIAO_STANDARD", "CAINIAO_PREMIUM"))
	}
	packages := []packageRule{{Class: "ECONOMY", Config: packageConfig{
		Conditions: []packageCondition{{Contains: false, Country: []string{"US", "ES", "FR", "BR", "RU"}, Compare: "<=",
			Services: []string{"CAINIAO_ECONOMY"}, Currency: "USD", Value: "5.00"}},
		Services: []string{"CAINIAO_ECONOMY", "CAINIAO_STANDARD", "CAINIAO_PREMIUM"},
	}}}
	return map[string]any{"service_net_rule_info_list": services, "package_net_rule_info_list": packages}
}

// ruleInfo is /aliexpress/logistics/query/rule/info; platformRule is the only type there is.
func (*Carrier) ruleInfo(p params) (any, *refusal) {
	if p["param1"] == "" {
		return nil, missing("param1")
	}
	var in struct {
		Type string `json:"type"`
	}
	if json.Unmarshal([]byte(p["param1"]), &in) != nil {
		return nil, malformed("param1")
	}
	if in.Type != "platformRule" {
		return map[string]any{"result": map[string]any{"success": false, "error_desc": "type is not supported"}}, nil
	}
	return map[string]any{"result": map[string]any{"success": true, "data": netRules()}}, nil
}
