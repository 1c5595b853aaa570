package normalize

import "time"

// Shipment is what is to be carried: from whom, to whom, in which parcels, with which
// goods, on what terms. Its JSON form is the common part of a rate and a label request.
type Shipment struct {
	Platform       string `json:"platform,omitempty" maxLength:"40" doc:"Marketplace of the order, lower case: ebay, aliexpress, wish, amazon, temu …"`
	OperatingModel string `json:"operating_model,omitempty" enum:"fully_managed,semi_managed,self_operated"`
	Order          *Order `json:"order,omitempty"`

	Origin            Address  `json:"origin"`
	Destination       Address  `json:"destination"`
	ReturnAddress     *Address `json:"return_address,omitempty"`
	Importer          *Address `json:"importer,omitempty"`
	ResponsiblePerson *Address `json:"responsible_person,omitempty" doc:"The EU's, for product safety"`

	Parcels  []Parcel `json:"parcels" minItems:"1" maxItems:"99"`
	Items    []Item   `json:"items" minItems:"1" maxItems:"999"`
	Incoterm Incoterm `json:"incoterm" enum:"DAP,DDP,DDU,EXW,FCA,CPT,CIP,DPU,FAS,FOB,CFR,CIF"`
	TaxIDs   []TaxID  `json:"tax_ids,omitempty" maxItems:"20"`
	Customs  *Customs `json:"customs,omitempty"`

	Insurance            Money          `json:"insurance,omitzero" doc:"The cover wanted, also where a carrier calls it declared value"`
	CashOnDelivery       Money          `json:"cash_on_delivery,omitzero"`
	Signature            string         `json:"signature,omitempty" enum:"none,standard,indirect,direct,adult"`
	NonDeliveryOption    string         `json:"non_delivery_option,omitempty" enum:"return,abandon,ask"`
	Notify               []string       `json:"notify,omitempty" maxItems:"4" enum:"email,sms"`
	DeliveryInstructions string         `json:"delivery_instructions,omitempty" maxLength:"500"`
	Note                 string         `json:"note,omitempty" maxLength:"500"`
	Handover             *Handover      `json:"handover,omitempty"`
	ShipDate             Date           `json:"ship_date,omitempty" format:"date" doc:"Today at the origin when absent"`
	Options              map[string]any `json:"options,omitempty" maxProperties:"50" doc:"What one carrier alone knows, as its requirements declare it"`
}

// Order is the marketplace's order that the shipment fulfils.
type Order struct {
	ID              string    `json:"id,omitempty" maxLength:"100" doc:"The order's id on its platform"`
	Value           Money     `json:"value,omitzero" doc:"What the goods were sold for"`
	PlacedAt        time.Time `json:"placed_at,omitzero"`
	PaidAt          time.Time `json:"paid_at,omitzero"`
	Store           string    `json:"store,omitempty" maxLength:"100" doc:"The seller's shop on the platform, where it has several"`
	HotSelling      bool      `json:"hot_selling,omitempty"`
	BuyerID         string    `json:"buyer_id,omitempty" maxLength:"100"`
	ShippingCharged Money     `json:"shipping_charged,omitzero" doc:"What the buyer paid for carriage"`
}

// Address is a place and who is there. Name, line1, city and country are required unless
// PlatformAddressID stands for them.
type Address struct {
	Name        string `json:"name,omitempty" maxLength:"255"`
	Company     string `json:"company,omitempty" maxLength:"255"`
	Phone       string `json:"phone,omitempty" maxLength:"40"`
	Email       string `json:"email,omitempty" maxLength:"255"`
	Line1       string `json:"line1,omitempty" maxLength:"300"`
	Line2       string `json:"line2,omitempty" maxLength:"300"`
	Line3       string `json:"line3,omitempty" maxLength:"300"`
	HouseNumber string `json:"house_number,omitempty" maxLength:"40" doc:"Only where it is not in line1"`
	District    string `json:"district,omitempty" maxLength:"120"`
	City        string `json:"city,omitempty" maxLength:"120"`
	State       string `json:"state,omitempty" maxLength:"120"`
	PostalCode  string `json:"postal_code,omitempty" maxLength:"32"`
	Country     string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2"`
	AddressCode string `json:"address_code,omitempty" maxLength:"40" doc:"A country's own short address (Saudi Arabia)"`
	Residential bool   `json:"residential,omitempty"`

	PlatformAddressID string        `json:"platform_address_id,omitempty" maxLength:"100" doc:"The platform's id of an address that it holds or seals"`
	Local             *LocalAddress `json:"local,omitempty" doc:"The same words in the place's own script"`
	ServicePoint      *ServicePoint `json:"service_point,omitempty" doc:"Destination only"`
}

// LocalAddress is an address in the place's own script, 深圳市 beside Shenzhen.
type LocalAddress struct {
	Name     string `json:"name,omitempty" maxLength:"255"`
	Company  string `json:"company,omitempty" maxLength:"255"`
	Line1    string `json:"line1,omitempty" maxLength:"300"`
	Line2    string `json:"line2,omitempty" maxLength:"300"`
	Line3    string `json:"line3,omitempty" maxLength:"300"`
	District string `json:"district,omitempty" maxLength:"120"`
	City     string `json:"city,omitempty" maxLength:"120"`
	State    string `json:"state,omitempty" maxLength:"120"`
}

// ServicePoint is where the consignee fetches the parcel.
type ServicePoint struct {
	ID   string `json:"id" minLength:"1" maxLength:"100"`
	Kind string `json:"kind,omitempty" enum:"shop,post_office,locker"`
}

// Parcel is one physical piece; Weight is gross.
type Parcel struct {
	Weight     Weight       `json:"weight"`
	Dimensions Dimensions   `json:"dimensions,omitzero"`
	Packaging  string       `json:"packaging,omitempty" maxLength:"60" doc:"own, letter, pak, tube, box, pallet, or a carrier's own as <adapter>.<code>"`
	Items      []ParcelItem `json:"items,omitempty" maxItems:"999" doc:"What lies in this parcel, from two parcels on"`
}

// ParcelItem is a share of an item that lies in a parcel; Item is the index in Items.
type ParcelItem struct {
	Item     int `json:"item" minimum:"0"`
	Quantity int `json:"quantity" minimum:"1" maximum:"100000"`
}

// Item is one line of goods. UnitValue is what import customs is told of one unit,
// Weight is net and of one unit.
type Item struct {
	SKU              string `json:"sku,omitempty" maxLength:"100"`
	Description      string `json:"description" minLength:"1" maxLength:"300"`
	LocalDescription string `json:"local_description,omitempty" maxLength:"300"`
	Quantity         int    `json:"quantity" minimum:"1" maximum:"100000"`
	UnitValue        Money  `json:"unit_value"`
	Weight           Weight `json:"weight,omitzero"`
	HSCode           string `json:"hs_code,omitempty" maxLength:"12" doc:"6 to 10 digits"`
	OriginCountry    string `json:"origin_country" minLength:"2" maxLength:"2"`

	Goods     []string `json:"goods,omitempty" maxItems:"11" enum:"general,battery_contained,battery_packed,battery_only,liquid,powder,magnetic,cosmetic,food,branded,fragile"`
	LineID    string   `json:"line_id,omitempty" maxLength:"100" doc:"The platform's id of the order line"`
	ListingID string   `json:"listing_id,omitempty" maxLength:"100"`
	VariantID string   `json:"variant_id,omitempty" maxLength:"100"`

	URL          string   `json:"url,omitempty" maxLength:"2000"`
	Unit         string   `json:"unit,omitempty" maxLength:"40"`
	Brand        string   `json:"brand,omitempty" maxLength:"100"`
	Material     string   `json:"material,omitempty" maxLength:"100"`
	Usage        string   `json:"usage,omitempty" maxLength:"200"`
	ExportValue  Money    `json:"export_value,omitzero" doc:"What export customs is told, where it differs"`
	ExportHSCode string   `json:"export_hs_code,omitempty" maxLength:"12"`
	UNNumber     string   `json:"un_number,omitempty" maxLength:"6"`
	Battery      *Battery `json:"battery,omitempty"`
}

// Battery completes Goods where a battery is on board.
type Battery struct {
	Chemistry   string `json:"chemistry,omitempty" enum:"lithium_ion,lithium_metal,other"`
	WattHours   string `json:"watt_hours,omitempty" maxLength:"12"`
	Certificate string `json:"certificate,omitempty" maxLength:"100" doc:"The test report's id at the carrier"`
}

// Handover says how the carrier gets the parcels.
type Handover struct {
	Method       string    `json:"method,omitempty" enum:"pickup,drop_off,courier"`
	Point        string    `json:"point,omitempty" maxLength:"100"`
	Address      *Address  `json:"address,omitempty"`
	ReadyFrom    time.Time `json:"ready_from,omitzero"`
	ReadyUntil   time.Time `json:"ready_until,omitzero"`
	Instructions string    `json:"instructions,omitempty" maxLength:"300"`
	Courier      *Courier  `json:"courier,omitempty"`
}

// Courier is the domestic carrier of the first leg.
type Courier struct {
	Name           string `json:"name,omitempty" maxLength:"100"`
	TrackingNumber string `json:"tracking_number,omitempty" maxLength:"100"`
}

// TotalWeight is the gross weight of all parcels.
func (s Shipment) TotalWeight() Weight {
	var w Weight
	for _, p := range s.Parcels {
		w += p.Weight
	}
	return w
}

// ItemsValue is what the goods are declared for: the sum of UnitValue times Quantity. It
// fails where the items are in two currencies.
func (s Shipment) ItemsValue() (Money, error) {
	var total Money
	for _, it := range s.Items {
		line, err := it.UnitValue.Times(int64(it.Quantity))
		if err != nil {
			return Money{}, err
		}
		if total, err = total.Add(line); err != nil {
			return Money{}, err
		}
	}
	return total, nil
}

// HasGoods tells whether any item is of one of the kinds.
func (s Shipment) HasGoods(kinds ...string) bool {
	for _, it := range s.Items {
		for _, g := range it.Goods {
			for _, k := range kinds {
				if g == k {
					return true
				}
			}
		}
	}
	return false
}

// TaxID returns the first number of a type, "" where there is none.
func (s Shipment) TaxID(kind string) string {
	for _, t := range s.TaxIDs {
		if t.Type == kind {
			return t.Number
		}
	}
	return ""
}

// Lane is the pair of countries, "CN-DE".
func (s Shipment) Lane() string { return s.Origin.Country + "-" + s.Destination.Country }

// OrderID is the order's id on its platform, "" where none was said.
func (s Shipment) OrderID() string {
	if s.Order == nil {
		return ""
	}
	return s.Order.ID
}
