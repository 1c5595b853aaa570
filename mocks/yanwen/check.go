package yanwen

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Codes of refusals. The Open API's own numbers are unknown; V and D codes are those of the
// carrier's legacy table, which public clients list. Of V402 to V407 only the family
// (receiver) is known, so which field has which is inferred. The five-digit ones are ours, for
// refusals that the table does not name.
const (
	codeNotFound  = "10404"
	codeNotCancel = "10409"
	codeBattery   = "10410"
	codeSize      = "10411"
	codeCity      = "10412"
	codeTooMany   = "10413"
	codeMissing   = "10414"
	codeTax       = "10415"
)

var (
	orderNumber = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	amount      = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,4})?$`)
	usZip       = regexp.MustCompile(`^[0-9]{5}(-?[0-9]{4})?$`)
	iossNumber  = regexp.MustCompile(`^IM[0-9]{10}$`)
	currencies  = []string{"USD", "EUR", "GBP", "CNY", "AUD", "CAD"}
	withStates  = []string{"US", "CA", "AU", "BR", "MX"}
)

// check is all that can be said of an order without knowing the others. It fills in product
// and country and returns the price in fen.
func (o *order) check() (fen int64, no *refusal) {
	in := o.request
	if no := in.checkHead(); no != nil {
		return 0, no
	}
	if o.product, no = findProduct(in.ChannelID); no != nil {
		return 0, no
	}
	if o.to, no = findCountry(in.ReceiverInfo.Country); no != nil {
		return 0, no
	}
	if no := in.ReceiverInfo.check(o.to.Code); no != nil {
		return 0, no
	}
	p := in.ParcelInfo
	if no := p.check(); no != nil {
		return 0, no
	}
	if *p.HasBattery == 1 && !o.product.battery {
		return 0, &refusal{codeBattery, "该产品不接受带电货物"}
	}
	item, freight, no := o.product.price(o.to.zone, p.TotalWeight, p.Length, p.Width, p.Height)
	return item + freight, no
}

func (in createRequest) checkHead() *refusal {
	switch {
	case in.OrderNumber == "" || in.OrderSource == "" || in.ChannelID == "":
		return &refusal{codeMissing, "channelId、orderSource、orderNumber不能为空"}
	case len(in.OrderNumber) > 50:
		return &refusal{"V117", "订单号长度超过50"}
	case !orderNumber.MatchString(in.OrderNumber):
		return &refusal{"V125", "订单号含有非法字符"}
	case in.CompanyCode != "" && !findWarehouse(string(in.CompanyCode)):
		return &refusal{codeMissing, "交货仓编码错误"}
	}
	if in.DateOfReceipt != "" {
		if _, err := time.Parse(time.DateOnly, in.DateOfReceipt); err != nil {
			return &refusal{codeMissing, "dateOfReceipt格式错误"}
		}
	}
	return nil
}

func (p person) check(country string) *refusal {
	switch {
	case blank(p.Name):
		return &refusal{"V401", "收件人姓名不能为空"}
	case blank(p.Address):
		return &refusal{"V408", "收件人地址不能为空"}
	case blank(p.Phone):
		return &refusal{"V415", "收件人电话不能为空"}
	case blank(p.City):
		return &refusal{"V405", "收件人城市不能为空"}
	case blank(p.State) && slices.Contains(withStates, country):
		return &refusal{"V404", "收件人州不能为空"}
	case blank(p.ZipCode):
		return &refusal{"V406", "收件人邮编不能为空"}
	case country == "US" && !usZip.MatchString(p.ZipCode):
		return &refusal{"V409", "美国邮编格式错误"}
	case utf8.RuneCountInString(p.Name) > 50:
		return &refusal{"V434", "收件人姓名超过50个字符"}
	case utf8.RuneCountInString(p.Address) > 200:
		return &refusal{"V435", "收件人地址超过200个字符"}
	}
	return nil
}

func (p parcelInfo) check() *refusal {
	switch {
	case p.HasBattery == nil || *p.HasBattery < 0 || *p.HasBattery > 1:
		return &refusal{codeMissing, "hasBattery必须为0或1"}
	case !slices.Contains(currencies, p.Currency):
		return &refusal{"V305", "申报币种错误"}
	case len(p.ProductList) == 0:
		return &refusal{codeMissing, "productList不能为空"}
	case len(p.ProductList) > 5:
		return &refusal{codeTooMany, "申报品名不能超过5组"}
	case p.TotalPrice != "" && !positive(p.TotalPrice):
		return &refusal{"V306", "申报价值格式错误"}
	case p.TotalWeight < 1:
		return &refusal{"V307", "重量格式错误"}
	case p.IOSS != "" && !iossNumber.MatchString(p.IOSS):
		return &refusal{codeTax, "IOSS格式错误"}
	}
	pieces := 0
	for _, g := range p.ProductList {
		switch {
		case blank(g.GoodsNameCh) || blank(g.GoodsNameEn):
			return &refusal{codeMissing, "中英文品名不能为空"}
		case !positive(g.Price) || !positive(g.PriceExport):
			return &refusal{"V306", "申报价值格式错误"}
		case g.Weight < 1:
			return &refusal{"V307", "重量格式错误"}
		case g.Quantity < 1 || g.Quantity > 9999:
			return &refusal{"V308", "数量格式错误"}
		}
		pieces += g.Quantity
	}
	if pieces != p.TotalQuantity {
		return &refusal{"V308", "totalQuantity与明细数量不一致"}
	}
	return nil
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// positive tells whether a number is a plain decimal above zero.
func positive(n json.Number) bool {
	return amount.MatchString(string(n)) && strings.Trim(string(n), "0.") != ""
}
