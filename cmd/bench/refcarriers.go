package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// loose is a value that Yanwen sends as a string or as a number.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	*l = loose(strings.Trim(string(b), `"`))
	return nil
}

// askYanwen signs with MD5 over the values and the exact body.
func askYanwen(p mocks.PublishedAccount, account string) asker {
	user, token, city := p.Credentials["user_id"], p.Credentials["api_token"], fmt.Sprint(p.Settings["city_id"])
	services := serviceNames(p.Settings["channels"])
	return func(ctx context.Context, hc *http.Client, o *order) ([]offer, error) {
		g, err := grams(o.Parcels[0].Weight.Value, o.Parcels[0].Weight.Unit)
		if err != nil {
			return nil, err
		}
		d := o.Parcels[0].Dimensions
		body, err := json.Marshal(struct {
			CityID    string      `json:"cityId"`
			CountryID string      `json:"countryId"`
			Weight    int64       `json:"weight"`
			Length    json.Number `json:"length"`
			Width     json.Number `json:"width"`
			Height    json.Number `json:"height"`
			PostCode  string      `json:"postCode"`
		}{city, o.Destination.Country, g, json.Number(d.Length), json.Number(d.Width), json.Number(d.Height), o.Destination.PostalCode})
		if err != nil {
			return nil, err
		}
		at := strconv.FormatInt(time.Now().UnixMilli(), 10)
		sum := md5.Sum([]byte(token + user + string(body) + "jsoncalc.list" + at + "V1.0" + token))
		q := url.Values{"user_id": {user}, "method": {"calc.list"}, "format": {"json"}, "timestamp": {at},
			"sign": {hex.EncodeToString(sum[:])}, "version": {"V1.0"}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URLs["order"]+"?"+q.Encode(), bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json;charset=UTF-8")
		return yanwenOffers(hc, req, account, services)
	}
}

func yanwenOffers(hc *http.Client, req *http.Request, account string, services map[string]string) ([]offer, error) {
	var out struct {
		Success bool  `json:"success"`
		Code    loose `json:"code"`
		Data    []struct {
			ChannelID       loose  `json:"channelId"`
			Name            string `json:"channelNameEn"`
			Currency        string `json:"currency"`
			ChargeWeight    loose  `json:"chargeWeight"`
			FreightFee      loose  `json:"freightFee"`
			RegistrationFee loose  `json:"registrationFee"`
			TotalFee        loose  `json:"totalFee"`
			MinDays         loose  `json:"minDays"`
			MaxDays         loose  `json:"maxDays"`
		} `json:"data"`
	}
	if err := exchangeJSON(hc, req, &out); err != nil {
		return nil, err
	}
	if !out.Success || out.Code != "0" {
		return nil, fmt.Errorf("yanwen refuses: %s", out.Code)
	}
	var list []offer
	for _, v := range out.Data {
		name, ours := services[string(v.ChannelID)]
		if !ours {
			continue
		}
		o := offer{Channel: "yanwen." + name, Carrier: "Yanwen Express", Service: v.Name, Account: account,
			CarrierTotal:     moneyText{string(v.TotalFee), v.Currency},
			ChargeableWeight: &weightText{string(v.ChargeWeight), "g"}}
		o.Charges = []line{{Type: "freight", Name: "freightFee", CarrierAmount: moneyText{string(v.FreightFee), v.Currency}}}
		if v.RegistrationFee != "" && v.RegistrationFee != "0.00" {
			o.Charges = append(o.Charges, line{Type: "registration", Name: "registrationFee", CarrierAmount: moneyText{string(v.RegistrationFee), v.Currency}})
		}
		o.Transit.DaysMin, _ = strconv.Atoi(string(v.MinDays)) // 0 says nothing
		o.Transit.DaysMax, _ = strconv.Atoi(string(v.MaxDays))
		list = append(list, o)
	}
	return list, nil
}

// serviceNames turns {"tracked": "481"} round.
func serviceNames(setting any) map[string]string {
	out := map[string]string{}
	m, _ := setting.(map[string]any) // as it came out of JSON
	for name, id := range m {
		out[fmt.Sprint(id)] = name
	}
	return out
}

// askCainiao signs with HMAC-SHA256 over all parameters, sorted.
func askCainiao(p mocks.PublishedAccount, account string) asker {
	services := serviceNames(p.Settings["services"])
	return func(ctx context.Context, hc *http.Client, o *order) ([]offer, error) {
		g, err := grams(o.Parcels[0].Weight.Value, o.Parcels[0].Weight.Unit)
		if err != nil {
			return nil, err
		}
		d := o.Parcels[0].Dimensions
		in, err := json.Marshal(struct {
			OrderID json.Number `json:"order_id"`
			Locale  string      `json:"locale"`
			Weight  string      `json:"goods_weight"`
			Length  json.Number `json:"goods_length"`
			Width   json.Number `json:"goods_width"`
			Height  json.Number `json:"goods_height"`
		}{json.Number(o.Order.ID), "en_US", kilogramText(g), json.Number(d.Length), json.Number(d.Width), json.Number(d.Height)})
		if err != nil {
			return nil, err
		}
		all := map[string]string{"method": "aliexpress.logistics.service.query", "session": p.Credentials["access_token"], "v": "2.0",
			"format": "json", "simplify": "true", "app_key": p.Credentials["app_key"], "sign_method": "sha256",
			"timestamp": strconv.FormatInt(time.Now().UnixMilli(), 10), "interface_request": string(in)}
		mac := hmac.New(sha256.New, []byte(p.Credentials["app_secret"]))
		q := url.Values{}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			mac.Write([]byte(name + all[name]))
			if name != "interface_request" {
				q.Set(name, all[name])
			}
		}
		q.Set("sign", strings.ToUpper(hex.EncodeToString(mac.Sum(nil))))
		form := url.Values{"interface_request": {string(in)}}.Encode()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URLs["sync"]+"?"+q.Encode(), strings.NewReader(form))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
		return cainiaoOffers(hc, req, account, services)
	}
}

func cainiaoOffers(hc *http.Client, req *http.Request, account string, services map[string]string) ([]offer, error) {
	var out struct {
		Response struct {
			Success bool `json:"is_success"`
			List    []struct {
				ID         string `json:"logistics_service_id"`
				Name       string `json:"logistics_service_name"`
				Timeliness string `json:"logistics_timeliness"`
				Trial      string `json:"trial_result"`
				Discounted string `json:"discount_trial_result"`
				Fees       []struct {
					Name   string `json:"name"`
					Amount string `json:"amount"`
				} `json:"other_fees"`
			} `json:"result_list"`
		} `json:"result_response"`
	}
	if err := exchangeJSON(hc, req, &out); err != nil {
		return nil, err
	}
	if !out.Response.Success {
		return nil, fmt.Errorf("aliexpress refuses")
	}
	var list []offer
	for _, v := range out.Response.List {
		name, ours := services[v.ID]
		if !ours {
			continue
		}
		currency, freight, _ := strings.Cut(v.Trial, " ")
		total, err := minorUnits(freight)
		if err != nil {
			return nil, err
		}
		o := offer{Channel: "cainiao." + name, Carrier: "Cainiao", Service: v.Name, Account: account,
			Charges: []line{{Type: "freight", Name: "trial_result", CarrierAmount: moneyText{freight, currency}}}}
		if _, less, ok := strings.Cut(v.Discounted, " "); ok {
			n, err := minorUnits(less)
			if err != nil {
				return nil, err
			}
			o.Charges = append(o.Charges, line{Type: "discount", Name: "discount_trial_result", CarrierAmount: amountOf(n-total, currency)})
			total = n
		}
		for _, f := range v.Fees {
			n, err := minorUnits(f.Amount)
			if err != nil {
				return nil, err
			}
			kind := "other"
			if strings.Contains(strings.ToUpper(f.Name), "FUEL") {
				kind = "fuel"
			}
			o.Charges = append(o.Charges, line{Type: kind, Name: f.Name, CarrierAmount: moneyText{f.Amount, currency}})
			total += n
		}
		o.CarrierTotal = amountOf(total, currency)
		if _, err := fmt.Sscanf(v.Timeliness, "%d-%d days", &o.Transit.DaysMin, &o.Transit.DaysMax); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

func newReferenceID() string { return rand.Text() }
