package cainiao

// linkOrder is the message of cnge.order.create.
type linkOrder struct {
	OutOrderID string       `json:"outOrderId"`
	Locale     string       `json:"locale"`
	Sync       bool         `json:"syncGetTrackingNumber"`
	Trade      linkTrade    `json:"tradeOrderParam"`
	Solution   linkSolution `json:"solutionParam"`
	Source     *linkPort    `json:"sourceHandoverParam,omitempty"`
	Packages   []linkParcel `json:"packageParams"`
	Sender     linkParty    `json:"senderParam"`
	Receiver   linkParty    `json:"receiverParam"`
	Returner   *linkParty   `json:"returnerParam,omitempty"`
}

type (
	linkTrade struct {
		ID      string `json:"tradeOrderId"`
		PayTime int64  `json:"payTime,omitempty"` // seconds since the epoch
	}
	linkSolution struct {
		Code        string           `json:"solutionCode"`
		Import      *linkTax         `json:"importCustomsParam,omitempty"`
		Customs     *linkNeed        `json:"cainiaoCustomsParam,omitempty"`
		Unreachable *linkUnreachable `json:"unreachableReturnParam,omitempty"`
	}
	linkTax struct {
		Number string `json:"taxNumber"`
	}
	// linkNeed is a service that is wanted or not, as the text true or false.
	linkNeed struct {
		Need string `json:"whetherNeed"`
	}
	linkUnreachable struct {
		Need     string `json:"whetherNeed"`
		Strategy string `json:"unreachableStrategy,omitempty"`
	}
	// linkPort is where the parcel is handed over. PORT is the only type that is known.
	linkPort struct {
		Type string `json:"type"`
		Code string `json:"code"` // IATA
	}
	linkParcel struct {
		Length int64      `json:"length"` // cm
		Width  int64      `json:"width"`
		Height int64      `json:"height"`
		Weight int64      `json:"weight"` // g
		Items  []linkItem `json:"itemParams"`
	}
	linkItem struct {
		ItemID   string `json:"itemId,omitempty"`
		SKU      string `json:"sku,omitempty"`
		Quantity int    `json:"quantity"`
		English  string `json:"englishName"`
		Chinese  string `json:"chineseName,omitempty"`
		Price    int64  `json:"unitPrice"` // minor units
		Currency string `json:"unitPriceCurrency"`
		Weight   int64  `json:"weight"` // g
		HSCode   string `json:"hscode,omitempty"`
		Type     string `json:"itemType"`
		URL      string `json:"itemUrl,omitempty"`
	}
	linkParty struct {
		Name      string `json:"name"`
		Mobile    string `json:"mobilePhone"`
		Telephone string `json:"telephone"`
		Email     string `json:"email,omitempty"`
		ZipCode   string `json:"zipCode,omitempty"`
		Country   string `json:"countryCode"`
		State     string `json:"state,omitempty"`
		City      string `json:"city"`
		District  string `json:"district,omitempty"`
		Street    string `json:"street,omitempty"` // printed before detailAddress
		Detail    string `json:"detailAddress"`
	}
)

// linkCreated is the data of cnge.order.create's answer.
type linkCreated struct {
	OrderCode string `json:"orderCode"` // LP…
	Number    string `json:"trackingNumber"`
	Lane      string `json:"laneCode"`
}

// Messages about an order.
type (
	linkCancel struct {
		OrderCode string `json:"orderCode"`
		Locale    string `json:"locale"`
	}
	linkWaybill struct {
		OrderCode string `json:"orderCode"`
		Locale    string `json:"locale"`
		Type      string `json:"waybillType"`
		SelfDrawn bool   `json:"needSelfDrawLabels"`
	}
	linkTracking struct {
		OrderCode string `json:"orderCode"`
		Locale    string `json:"locale"`
		Official  bool   `json:"onlyOfficialNode"`
	}
)

// linkPaper is the data of cnge.waybill.get's answer.
type linkPaper struct {
	PDF    string `json:"waybillPdfData"` // Base64
	Number string `json:"trackingNumber"`
	Lane   string `json:"laneCode"`
}

// linkTraces is the data of cnge.track.get's answer, and with the two numbers what a push is
// assumed to hold.
type linkTraces struct {
	OrderCode string      `json:"orderCode"`
	Number    string      `json:"trackingNumber"`
	Success   flag        `json:"success"`
	List      []linkTrace `json:"traceDetailList"`
}

type linkTrace struct {
	Time   string `json:"time"`
	Zone   text   `json:"timeZone"`
	Action string `json:"actionCode"`
	Desc   string `json:"desc"`
}
