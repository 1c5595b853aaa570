package cainiao

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// product is a declared line of goods. Numbers and booleans come as JSON of either kind.
type product struct {
	ProductID       text   `json:"product_id"`
	Chinese         string `json:"category_cn_desc"`
	English         string `json:"category_en_desc"`
	Count           text   `json:"product_num"`
	Amount          text   `json:"product_declare_amount"` // USD
	Weight          text   `json:"product_weight"`         // kg
	HSCode          text   `json:"hs_code"`
	ContainsBattery text   `json:"contains_battery"`
	OnlyBattery     text   `json:"only_battery"`
	Aneroid         text   `json:"aneroid_markup"`
	Breakable       text   `json:"breakable"`
}

var hsShape = regexp.MustCompile(`^[0-9]{4,12}$`)

// checkProducts returns the weight of all goods in grams.
func checkProducts(products []product) (grams int64, bad *problem) {
	if len(products) < 1 || len(products) > 50 {
		return 0, &problem{errGoods, "declare_product_d_t_os must have 1 to 50 products"}
	}
	for i, g := range products {
		weight, count, bad := g.check()
		if bad != "" {
			return 0, &problem{errGoods, "product " + strconv.Itoa(i+1) + ": " + bad}
		}
		grams += weight * count
	}
	return grams, nil
}

func (g product) check() (grams, count int64, bad string) {
	chinese, english := utf8.RuneCountInString(g.Chinese), utf8.RuneCountInString(g.English)
	count, err := strconv.ParseInt(string(g.Count), 10, 32)
	cents, okAmount := scaled(string(g.Amount), 2)
	grams, okWeight := scaled(string(g.Weight), 3)
	switch {
	case !digits(string(g.ProductID)):
		return 0, 0, "product_id is required, 0 for a gift"
	case chinese < 1 || chinese > 20:
		return 0, 0, "category_cn_desc must have 1 to 20 characters"
	case english < 1 || english > 60:
		return 0, 0, "category_en_desc must have 1 to 60 characters"
	case err != nil || count < 1 || count > 999:
		return 0, 0, "product_num must be 1 to 999"
	case !okAmount || cents < 1 || cents > 1_000_000:
		return 0, 0, "product_declare_amount must be 0.01 to 10000.00"
	case !okWeight || grams < 1 || grams > 2000:
		return 0, 0, "product_weight must be 0.001 to 2.000"
	case g.HSCode != "" && !hsShape.MatchString(string(g.HSCode)):
		return 0, 0, "hs_code is not valid"
	}
	for name, flag := range map[string]text{"contains_battery": g.ContainsBattery, "only_battery": g.OnlyBattery,
		"aneroid_markup": g.Aneroid, "breakable": g.Breakable} {
		if flag != "" && flag != "true" && flag != "false" {
			return 0, 0, name + " must be true or false"
		}
	}
	return grams, count, ""
}

type addresses struct {
	Sender   *address `json:"sender"`
	Receiver *address `json:"receiver"`
	Pickup   *address `json:"pickup"`
	Refund   *address `json:"refund"`
}

// address is one of the seller's stored ones by its id, or written out.
type address struct {
	ID       text   `json:"address_id"` // when it is set, all else is ignored
	Name     string `json:"name"`
	Country  string `json:"country"`
	City     string `json:"city"`
	Street   string `json:"street_address"`
	PostCode string `json:"post_code"`
	Phone    string `json:"phone"`
	Mobile   string `json:"mobile"`
}

// stored are the seller's addresses.
var stored = map[string]person{
	strconv.Itoa(senderID): {"Li Wei", "88 Keyuan Rd", "Shenzhen", "518057", "CN"},
	strconv.Itoa(pickupID): {"Li Wei", "88 Keyuan Rd", "Shenzhen", "518057", "CN"},
	strconv.Itoa(refundID): {"Li Wei", "12 Returns Rd", "Dongguan", "523000", "CN"},
}

// check returns sender and receiver.
func (a addresses) check(pickupType, undeliverable string) (from, to person, bad *problem) {
	if from, bad = a.Sender.ours("sender"); bad != nil {
		return from, to, bad
	}
	if a.Pickup != nil || pickupType == "DOOR_PICKUP" {
		if _, bad = a.Pickup.ours("pickup"); bad != nil {
			return from, to, bad
		}
	}
	if a.Refund != nil || undeliverable == "0" {
		if _, bad = a.Refund.ours("refund"); bad != nil {
			return from, to, bad
		}
	}
	to, bad = a.Receiver.abroad()
	return from, to, bad
}

// ours is an address of the seller.
func (a *address) ours(role string) (person, *problem) {
	if a == nil {
		return person{}, &problem{errAddress, role + " is required"}
	}
	if a.ID != "" && a.ID != "0" {
		if p, ok := stored[string(a.ID)]; ok {
			return p, nil
		}
		return person{}, &problem{errAddress, role + ": address_id " + string(a.ID) + " does not exist"}
	}
	if field := a.empty(); field != "" {
		return person{}, &problem{errAddress, role + ": " + field + " is required"}
	}
	if a.Country != "CN" {
		return person{}, &problem{errAddress, role + ": country must be CN"}
	}
	return a.person(), nil
}

// oddCountries are those that AliExpress writes in its own way; the ISO code is not known to it.
var oddCountries = map[string]string{"SRB": "RS", "MNE": "ME", "GGY": "GG", "UK": "GB"}

// withoutPostCode are countries that have none.
var withoutPostCode = map[string]bool{"AE": true, "AO": true, "BO": true, "GH": true, "HK": true, "KE": true, "PA": true, "QA": true}

var countryShape = regexp.MustCompile(`^[A-Z]{2}$`)

func (a *address) abroad() (person, *problem) {
	if a == nil {
		return person{}, &problem{errAddress, "receiver is required"}
	}
	if field := a.empty(); field != "" {
		return person{}, &problem{errAddress, "receiver: " + field + " is required"}
	}
	if utf8.RuneCountInString(a.Name) > 128 || utf8.RuneCountInString(a.Street) > 512 {
		return person{}, &problem{errAddress, "receiver: name or street_address is too long"}
	}
	p := a.person()
	iso, odd := oddCountries[a.Country]
	switch {
	case odd:
		p.country = iso
	case a.Country == "RS" || a.Country == "ME" || a.Country == "GG" || !countryShape.MatchString(a.Country):
		return p, &problem{errCountry, "receiver: country " + a.Country + " is not valid"}
	}
	if unserved[p.country] {
		return p, &problem{errCountry, "the logistics service does not reach " + a.Country}
	}
	return p, nil
}

// empty names the first required field that has nothing in it.
func (a *address) empty() string {
	for _, f := range [][2]string{{"name", a.Name}, {"country", a.Country}, {"city", a.City},
		{"street_address", a.Street}, {"post_code", a.PostCode}, {"mobile or phone", a.Mobile + a.Phone}} {
		if strings.TrimSpace(f[1]) == "" && !(f[0] == "post_code" && withoutPostCode[a.Country]) {
			return f[0]
		}
	}
	return ""
}

func (a *address) person() person {
	return person{name: a.Name, street: a.Street, city: a.City, postCode: a.PostCode, country: a.Country}
}
