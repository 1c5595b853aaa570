package sf

import (
	"cmp"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Indexes of a remark's texts.
const (
	zh = iota
	en
	hant
)

// remarks of the op codes. The list of codes is behind a login; these are from public code,
// and all but 50, 80 and 8000 are unconfirmed.
var remarks = map[string][3]string{
	"50":   {"顺丰速运 已收取快件", "Shipment picked up", "順豐速運 已收取快件"},
	"54":   {"顺丰速运 已收取快件", "Shipment picked up", "順豐速運 已收取快件"},
	"30":   {"快件已发车", "Shipment is sorted and departs", "快件已發車"},
	"36":   {"快件在途", "Shipment has departed", "快件在途"},
	"31":   {"快件到达", "Shipment has arrived", "快件到達"},
	"407":  {"快件正在转运", "Shipment in transit", "快件正在轉運"},
	"607":  {"快件运输中", "Shipment in transit", "快件運輸中"},
	"123":  {"快件到达目的地网点", "Arrived at destination outlet", "快件到達目的地網點"},
	"130":  {"快件到达目的地", "Arrived at destination", "快件到達目的地"},
	"44":   {"正在派送途中，请您准备签收", "Out for delivery", "正在派送途中，請您準備簽收"},
	"204":  {"快件交给快递员，正在派送途中", "Out for delivery", "快件交給快遞員，正在派送途中"},
	"33":   {"派送不成功，待再次派送", "Delivery attempt failed", "派送不成功，待再次派送"},
	"70":   {"快件异常，正在处理", "Exception, being handled", "快件異常，正在處理"},
	"80":   {"已签收，感谢使用顺丰", "Delivered", "已簽收，感謝使用順豐"},
	"8000": {"签收已完成", "Sign-off completed", "簽收已完成"},
	"99":   {"应客户要求，快件正在退回", "Return initiated", "應客戶要求，快件正在退回"},
	"631":  {"快件已退回", "Returned", "快件已退回"},
	"648":  {"快件已退回寄件人", "Returned to sender", "快件已退回寄件人"},
	"125":  {"快件已存放至丰巢柜", "Placed in a parcel locker", "快件已存放至豐巢櫃"},
	"657":  {"快件已送达代收点", "Handed to an agent", "快件已送達代收點"},
	"922":  {"签回单号", "Number of the signed return slip", "簽回單號"},
}

func remarkOf(code string, language int) string {
	return cmp.Or(remarks[code][language], [3]string{"快件状态更新", "Shipment information updated", "快件狀態更新"}[language])
}

// reasons come with the codes of a problem.
var reasons = map[string][2]string{"33": {"14", "收方客户不在"}, "70": {"32", "快件查验中"}}

// cities in Chinese.
var cities = map[string]string{"Shenzhen": "深圳市", "Dongguan": "东莞市", "Guangzhou": "广州市", "Beijing": "北京市", "Shanghai": "上海市",
	"Hangzhou": "杭州市", "Hong Kong": "香港", "Macau": "澳门", "Taipei": "台北市"}

// served are the places that this sheet of the platform delivers to.
var served = map[string]string{"CN": "Beijing", "HK": "Hong Kong", "MO": "Macau", "TW": "Taipei"}

// Journey is the way of a parcel within China and to Hong Kong, Macau and Taiwan: two days. A
// parcel to elsewhere is taken for one to Beijing, and one that customs holds for one to Hong Kong.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	home, country, city := cmp.Or(p.From.City, "Shenzhen"), p.To.Country, p.To.City
	if served[country] == "" {
		country, city = "CN", ""
	}
	if kind == mocks.JourneyCustomsHold && country == "CN" {
		country, city = "HK", ""
	}
	city = cmp.Or(city, served[country])
	const hour = time.Hour
	out := []mocks.Step{
		{Code: "50", City: home, Country: "CN"},
		{Code: "30", After: 2 * hour, City: home, Country: "CN"},
		{Code: "31", After: 3 * hour, City: "Dongguan", Country: "CN", Night: true},
		{Code: "36", After: 2 * hour, City: "Dongguan", Country: "CN", Night: true},
	}
	if kind == mocks.JourneyLost { // a problem, and nothing after it
		return append(out, mocks.Step{Code: "70", After: 60 * hour, City: "Dongguan", Country: "CN"})
	}
	out = append(out, mocks.Step{Code: "130", After: 9 * hour, City: city, Country: country, Night: true})
	if kind == mocks.JourneyCustomsHold {
		return append(out, mocks.Step{Code: "70", After: 3 * hour, City: city, Country: country})
	}
	out = append(out, mocks.Step{Code: "123", After: 4 * hour, City: city, Country: country},
		mocks.Step{Code: "204", After: hour, City: city, Country: country})
	if kind == mocks.JourneyReturned {
		return append(out, mocks.Step{Code: "33", After: 3 * hour, City: city, Country: country},
			mocks.Step{Code: "99", After: 20 * hour, City: city, Country: country},
			mocks.Step{Code: "648", After: 50 * hour, City: home, Country: "CN"})
	}
	return append(out, mocks.Step{Code: "80", After: 2 * hour, City: city, Country: country},
		mocks.Step{Code: "8000", After: 20 * time.Minute, City: city, Country: country})
}
