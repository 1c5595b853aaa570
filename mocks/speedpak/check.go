package speedpak

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxStreet = 50
	maxItems  = 100
	maxFDC    = 50 // the specification gives no number
	maxPAK    = 2500
	maxParcel = 68000
)

// lineForm is an order line: listing and transaction.
var lineForm = regexp.MustCompile(`^(\d{1,20})-(\d{1,20})$`)

// createErrors and confirmErrors are what an order line can be made to fail with; see the
// package comment.
var (
	createErrors = []int{355000, 355003, 355008, 355009, 355011, 355019, 355026, 355030, 355031, 355066}
	confirmFails = []int{355000, 355030, 355031, 355036, 355038, 355039, 355040, 355041}
)

// ordered is the error that an order line asks for, in the part of its name with this index.
func ordered(line string, part int, ids []int) *apiError {
	m := lineForm.FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	if id, err := strconv.Atoi(m[part]); err == nil && slices.Contains(ids, id) {
		return new(fault(id))
	}
	return nil
}

// check refuses a package that eDIS would not take. It does not look at other packages.
func (p *parcel) check(c *Carrier) *apiError {
	for _, test := range []func(*Carrier) *apiError{p.checkService, p.checkAddresses, p.checkItems, p.checkAgent, p.checkSpecial} {
		if e := test(c); e != nil {
			return e
		}
	}
	return nil
}

func (p *parcel) checkService(*Carrier) *apiError {
	s, ok := findService(p.info.ShippingServiceID)
	if !ok {
		return new(fault(355012))
	}
	p.service = s
	if _, served := s.fees[p.info.ShipTo.CountryCode]; !served {
		return new(fault(355025))
	}
	if p.info.Incoterm != "" && p.info.Incoterm != "DDP" && p.info.Incoterm != "DDU" {
		return invalid("incoterm", p.info.Incoterm)
	}
	p.grams = whole(p.info.Weight)
	length, width, height := whole(p.info.Length), whole(p.info.Width), whole(p.info.Height)
	switch {
	case p.grams < 1:
		return invalid("packageWeight", p.info.Weight.String())
	case length < 1 || width < 1 || height < 1:
		return invalid("packageLength, packageWidth, packageHeight", "each must be more than 0")
	case p.grams > s.grams || max(length, width, height) > s.side || length+width+height > s.sum:
		return new(fault(355024))
	}
	p.size = [3]int64{length, width, height}
	p.chargedGrams, p.chargeMode = s.charged(p.grams, length, width, height)
	p.cost = s.price(p.info.ShipTo.CountryCode, p.chargedGrams)
	return nil
}

func (p *parcel) checkAddresses(c *Carrier) *apiError {
	to := p.info.ShipTo
	for _, f := range []struct{ name, value string }{{"contact", to.Contact}, {"city", to.City}, {"street1", to.Street1}, {"postcode", to.Postcode}, {"phone", to.Phone}} {
		if f.value == "" && !(f.name == "postcode" && to.CountryCode == "AE") {
			return invalid("shipToAddress."+f.name, "")
		}
	}
	for _, street := range []string{to.Street1, to.Street2, to.Street3} {
		if utf8.RuneCountInString(street) > maxStreet {
			return new(fault(355002))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.addresses, func(a address) bool { return a.ID == p.info.ShipFromAddressID })
	if i < 0 {
		return invalid("shipFromAddressId", p.info.ShipFromAddressID)
	}
	j := slices.IndexFunc(c.preferences, func(v consignPreference) bool { return v.ID == p.info.ConsignPreferenceID })
	if j < 0 {
		return invalid("consignPreferenceId", p.info.ConsignPreferenceID)
	}
	p.from, p.forward = c.addresses[i], c.preferences[j].Type == "FORWARD_DEPLOYMENT"
	return nil
}

func (p *parcel) checkItems(*Carrier) *apiError {
	if len(p.info.Items) == 0 || len(p.info.Items) > maxItems {
		return invalid("items", strconv.Itoa(len(p.info.Items)))
	}
	for i := range p.info.Items {
		it := &p.info.Items[i]
		it.OrderLineItem = it.line()
		if !lineForm.MatchString(it.OrderLineItem) {
			return new(fault(355008))
		}
		if e := ordered(it.OrderLineItem, 2, createErrors); e != nil {
			return e
		}
		if it.PostedQuantity < 1 || it.PostedQuantity > 999 {
			return invalid("postedQuantity", strconv.FormatInt(it.PostedQuantity, 10))
		}
		if e := it.SKU.check(p); e != nil {
			return e
		}
	}
	return nil
}

func (s *sku) check(p *parcel) *apiError {
	if s == nil {
		return invalid("sku", "")
	}
	price, ok := int64(0), false
	if s.Price != nil {
		price, ok = s.Price.cents()
	}
	switch {
	case s.NameEn == "" || s.NameZh == "":
		return invalid("sku.nameEn, sku.nameZh", "")
	case utf8.RuneCountInString(s.Number) > 50:
		return invalid("sku.skuNumber", "more than 50 characters")
	case !ok || price < 1:
		return invalid("sku.price", "")
	case whole(s.Weight) < 1:
		return invalid("sku.weight", s.Weight.String())
	case len(s.Origin) != 2:
		return invalid("sku.origin", s.Origin)
	}
	if p.forward {
		if e := checkFDC(s.FDCSkus); e != nil {
			return e
		}
	}
	if s.IsLiBattery {
		return s.battery(p)
	}
	return nil
}

// checkFDC holds for goods from a forward deployment centre.
func checkFDC(list []fdcSku) *apiError {
	seen := map[string]bool{}
	for _, f := range list {
		switch {
		case f.SkuID == "" || f.Quantity < 1:
			return new(fault(355015))
		case len(f.SkuID) > 50:
			return new(fault(355017))
		case seen[f.SkuID]:
			return new(fault(355016))
		}
		seen[f.SkuID] = true
	}
	switch {
	case len(list) == 0:
		return new(fault(355013))
	case len(list) > maxFDC:
		return new(fault(355014))
	}
	return nil
}

// battery checks goods with a lithium battery. The words of liBatteryType are unconfirmed, so
// any is taken but one for batteries alone, which nobody carries; 2 is that in the older
// interface. Without a certificate the package can be created, but not confirmed.
func (s *sku) battery(p *parcel) *apiError {
	kind := strings.ToUpper(s.LiBatteryType)
	alone := kind == "2" || strings.Contains(kind, "PURE") || strings.Contains(kind, "ONLY") || strings.Contains(kind, "ALONE")
	switch {
	case kind == "":
		return invalid("sku.liBatteryType", "")
	case alone || !p.service.batteries:
		return new(fault(355024))
	case s.Qualification == "":
		p.uncertified = true
		return nil
	}
	q, ok := findQualification(s.Qualification)
	switch {
	case !ok:
		return new(fault(355020))
	case q.suspended:
		return new(fault(355021))
	case q.expired:
		return new(fault(355022))
	}
	return nil
}

// checkAgent: goods into the Union need a representative there, the package's own or one
// that the seller has set for the country.
func (p *parcel) checkAgent(*Carrier) *apiError {
	if p.agent != nil && (p.agent.Name == "" || p.agent.Address == "") {
		return new(fault(355063))
	}
	if p.agent == nil && needsAgent(p.info.ShipTo.CountryCode) {
		return new(fault(355063))
	}
	return nil
}

func (p *parcel) checkSpecial(*Carrier) *apiError {
	s := p.info.Special
	if s == nil {
		return nil
	}
	switch {
	case s.PackagingType == "PAK" && p.grams > maxPAK, s.PackagingType == "PACKAGE" && p.grams > maxParcel:
		return new(fault(355018))
	case s.PackagingType != "" && s.PackagingType != "PAK" && s.PackagingType != "PACKAGE":
		return invalid("packagingType", s.PackagingType)
	case s.SignatureType != "" && !slices.Contains([]string{"ISR", "DSR", "ASR"}, s.SignatureType):
		return invalid("signatureType", s.SignatureType)
	}
	return nil
}
