package yanwen

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Product ids of the sandbox account.
const (
	tracked  = "481"
	ordinary = "484"
	special  = "485"
)

// product is one service with its tariff.
type product struct {
	ID       string `json:"id"`
	NameCh   string `json:"nameCh"`
	NameEn   string `json:"nameEn"`
	battery  bool   // takes goods with batteries
	maxGrams int64
	overCode string // the legacy code of "weight above"
	fees     [zones]fee
}

// fee is the price of one zone. A zone without one is not served.
type fee struct {
	item, perKilo    int64 // fen per parcel and per kilogram
	minDays, maxDays int
}

var products = []product{
	{tracked, "燕文专线追踪-普货", "Yanwen Tracked - General", false, 2000, "V313", [zones]fee{
		asia: {1500, 4800, 5, 9}, europe: {1900, 6900, 8, 14}, oceans: {2400, 9300, 8, 15}, far: {2600, 11800, 12, 22}}},
	{ordinary, "燕文航空经济小包-普货", "Yanwen Ordinary - General", false, 2000, "V313", [zones]fee{
		asia: {300, 5600, 10, 20}, europe: {400, 7700, 15, 30}, oceans: {550, 9900, 15, 35}}},
	{special, "燕文专线追踪-特货", "Yanwen Special - Battery", true, 3000, "V318", [zones]fee{
		asia: {1900, 5700, 6, 10}, europe: {2300, 8200, 9, 16}, oceans: {2900, 10800, 9, 17}, far: {3200, 13500, 14, 25}}},
}

func findProduct(id text) (product, *refusal) {
	for _, p := range products {
		if p.ID == string(id) {
			return p, nil
		}
	}
	return product{}, &refusal{"V101", "产品编号错误"}
}

// Sizes that small parcels keep to, in cm.
const (
	maxSide = 60
	maxSum  = 90
)

// price is what a product costs in fen, rounded up once, or why it cannot be had.
func (p product) price(zone int, grams, length, width, height int64) (item, freight int64, no *refusal) {
	f := p.fees[zone]
	switch {
	case f.perKilo == 0:
		return 0, 0, &refusal{"V108", "该产品不通达目的国"}
	case grams < 1:
		return 0, 0, &refusal{"V307", "重量格式错误"}
	case grams > p.maxGrams:
		return 0, 0, &refusal{p.overCode, "重量超过" + strconv.FormatInt(p.maxGrams, 10) + "克"}
	case max(length, width, height) > maxSide || length+width+height > maxSum:
		return 0, 0, &refusal{codeSize, "尺寸超限：单边不超过60厘米，三边之和不超过90厘米"}
	}
	return f.item, (grams*f.perKilo + 999) / 1000, nil
}

// yuan writes fen as a decimal with two digits.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

type calcRequest struct {
	CityID      text  `json:"cityId"`
	CountryID   text  `json:"countryId"`
	Weight      int64 `json:"weight"` // g
	GoodsType   text  `json:"goodsType"`
	ProductType text  `json:"productType"`
	Length      int64 `json:"length"`
	Width       int64 `json:"width"`
	Height      int64 `json:"height"` // cm
	PostCode    text  `json:"postCode"`
}

// calcAnswer is unconfirmed: no source shows the answer of calc.list. It has what the
// carrier's own price page shows.
type calcAnswer struct {
	ChannelID       string      `json:"channelId"`
	ChannelNameCh   string      `json:"channelNameCh"`
	ChannelNameEn   string      `json:"channelNameEn"`
	Currency        string      `json:"currency"`
	ChargeWeight    int64       `json:"chargeWeight"` // g
	FreightFee      json.Number `json:"freightFee"`
	RegistrationFee json.Number `json:"registrationFee"`
	TotalFee        json.Number `json:"totalFee"`
	MinDays         int         `json:"minDays"`
	MaxDays         int         `json:"maxDays"`
}

// calcList prices every product that can carry the parcel; if none can, it says why the last
// one (the largest) cannot.
func (*Carrier) calcList(body []byte) (any, *refusal) {
	var in calcRequest
	if no := decode(body, &in); no != nil {
		return nil, no
	}
	if !findCity(string(in.CityID)) {
		return nil, &refusal{codeCity, "始发城市错误"}
	}
	to, no := findCountry(in.CountryID)
	if no != nil {
		return nil, no
	}
	out := []calcAnswer{}
	for _, p := range products {
		var item, freight int64
		item, freight, no = p.price(to.zone, in.Weight, in.Length, in.Width, in.Height)
		if no != nil {
			continue
		}
		f := p.fees[to.zone]
		out = append(out, calcAnswer{p.ID, p.NameCh, p.NameEn, "CNY", in.Weight, json.Number(yuan(freight)),
			json.Number(yuan(item)), json.Number(yuan(item + freight)), f.minDays, f.maxDays})
	}
	if len(out) == 0 {
		return nil, no
	}
	return out, nil
}
