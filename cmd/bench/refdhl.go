package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

type dhlPlace struct {
	PostalCode  string `json:"postalCode"`
	CityName    string `json:"cityName"`
	CountryCode string `json:"countryCode"`
}

type dhlRequest struct {
	CustomerDetails struct {
		Shipper  dhlPlace `json:"shipperDetails"`
		Receiver dhlPlace `json:"receiverDetails"`
	} `json:"customerDetails"`
	Accounts           []map[string]string `json:"accounts"`
	ValueAddedServices []map[string]string `json:"valueAddedServices,omitempty"`
	Planned            string              `json:"plannedShippingDateAndTime"`
	Unit               string              `json:"unitOfMeasurement"`
	Declarable         bool                `json:"isCustomsDeclarable"`
	MonetaryAmount     []dhlAmount         `json:"monetaryAmount"`
	Estimated          struct {
		Requested bool   `json:"isRequested"`
		TypeCode  string `json:"typeCode"`
	} `json:"estimatedDeliveryDate"`
	NextBusinessDay bool        `json:"nextBusinessDay"`
	Packages        []dhlParcel `json:"packages"`
}

type dhlAmount struct {
	TypeCode string      `json:"typeCode"`
	Value    json.Number `json:"value"`
	Currency string      `json:"currency"`
}

type dhlParcel struct {
	Weight     json.Number            `json:"weight"`
	Dimensions map[string]json.Number `json:"dimensions"`
}

type dhlReply struct {
	Products []struct {
		Name   string `json:"productName"`
		Code   string `json:"productCode"`
		Weight struct {
			Volumetric json.Number `json:"volumetric"`
			Provided   json.Number `json:"provided"`
		} `json:"weight"`
		TotalPrice []struct {
			CurrencyType string      `json:"currencyType"`
			Currency     string      `json:"priceCurrency"`
			Price        json.Number `json:"price"`
		} `json:"totalPrice"`
		Detailed []struct {
			CurrencyType string `json:"currencyType"`
			Breakdown    []struct {
				Name  string      `json:"name"`
				Code  string      `json:"serviceCode"`
				Price json.Number `json:"price"`
			} `json:"breakdown"`
		} `json:"detailedPriceBreakdown"`
		Delivery struct {
			Days json.Number `json:"totalTransitDays"`
		} `json:"deliveryCapabilities"`
	} `json:"products"`
}

// dhlProducts are the services of goods that are declared.
var dhlProducts = map[string]string{"P": "worldwide", "Y": "express_1200", "H": "economy"}

var dhlCharges = map[string]string{"FF": "fuel", "CR": "peak", "DD": "handling"}

// askDHL authorises by name and password.
func askDHL(p mocks.PublishedAccount, account string) asker {
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.Credentials["username"]+":"+p.Credentials["password"]))
	number := fmt.Sprint(p.Settings["account_number"])
	zone := time.FixedZone("CST", 8*3600)
	return func(ctx context.Context, hc *http.Client, o *order) ([]offer, error) {
		in, err := dhlRates(o, number, time.Now().In(zone))
		if err != nil {
			return nil, err
		}
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URLs["api"]+"/rates", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		for name, value := range map[string]string{"Authorization": auth, "Accept": "application/json", "Content-Type": "application/json",
			"Message-Reference": newReferenceID(), "X-Version": "3.1.0"} {
			req.Header.Set(name, value)
		}
		var out dhlReply
		if err := exchangeJSON(hc, req, &out); err != nil {
			return nil, err
		}
		return dhlOffers(out, account)
	}
}

func dhlRates(o *order, number string, now time.Time) (dhlRequest, error) {
	g, err := grams(o.Parcels[0].Weight.Value, o.Parcels[0].Weight.Unit)
	if err != nil {
		return dhlRequest{}, err
	}
	day := now.AddDate(0, 0, 1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	var value int64
	for _, it := range o.Items {
		n, err := minorUnits(it.UnitValue.Amount)
		if err != nil {
			return dhlRequest{}, err
		}
		value += n * it.Quantity
	}
	d := o.Parcels[0].Dimensions
	in := dhlRequest{
		Accounts: []map[string]string{{"typeCode": "shipper", "number": number}},
		Planned:  time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, now.Location()).Format("2006-01-02T15:04:05GMT-07:00"),
		Unit:     "metric", Declarable: true, NextBusinessDay: true,
		MonetaryAmount: []dhlAmount{{"declaredValue", json.Number(amountOf(value, "").Amount), o.Items[0].UnitValue.Currency}},
		Packages: []dhlParcel{{json.Number(kilogramText(g)),
			map[string]json.Number{"length": json.Number(d.Length), "width": json.Number(d.Width), "height": json.Number(d.Height)}}},
	}
	in.CustomerDetails.Shipper = placeOf(o.Origin)
	in.CustomerDetails.Receiver = placeOf(o.Destination)
	in.Estimated.Requested, in.Estimated.TypeCode = true, "QDDC"
	if o.Incoterm == "DDP" {
		in.ValueAddedServices = []map[string]string{{"serviceCode": "DD"}}
	}
	return in, nil
}

func placeOf(a refAddress) dhlPlace { return dhlPlace{a.PostalCode, a.City, a.Country} }

func dhlOffers(out dhlReply, account string) ([]offer, error) {
	var list []offer
	for _, p := range out.Products {
		service, ours := dhlProducts[p.Code]
		if !ours {
			continue
		}
		o := offer{Channel: "dhl_express." + service, Carrier: "DHL Express", Service: p.Name, Account: account, DimDivisor: 5000,
			ChargeableWeight: &weightText{heavier(p.Weight.Volumetric, p.Weight.Provided), "kg"}}
		for _, t := range p.TotalPrice {
			if t.CurrencyType == "BILLC" {
				n, err := minorUnits(t.Price.String())
				if err != nil {
					return nil, err
				}
				o.CarrierTotal = amountOf(n, t.Currency)
			}
		}
		for _, b := range p.Detailed {
			if b.CurrencyType != "BILLC" {
				continue
			}
			for i, l := range b.Breakdown {
				n, err := minorUnits(l.Price.String())
				if err != nil || n == 0 {
					continue // only on offer
				}
				kind := dhlCharges[l.Code]
				switch {
				case i == 0:
					kind = "freight"
				case kind == "":
					kind = "other"
				}
				o.Charges = append(o.Charges, line{Type: kind, Name: l.Name, CarrierAmount: amountOf(n, o.CarrierTotal.Currency)})
			}
		}
		days, err := strconv.Atoi(p.Delivery.Days.String())
		if err != nil {
			return nil, err
		}
		o.Transit.DaysMin, o.Transit.DaysMax = days, days
		list = append(list, o)
	}
	return list, nil
}

// heavier is the larger of two weights in kilograms.
func heavier(a, b json.Number) string {
	x, errX := grams(a.String(), "kg")
	y, errY := grams(b.String(), "kg")
	if errX == nil && (errY != nil || x > y) {
		return a.String()
	}
	return b.String()
}
