package amazonfba

type shipmentReply struct {
	ID           string `json:"shipmentId"`
	Confirmation string `json:"shipmentConfirmationId"`
	Name         string `json:"name"`
	Status       string `json:"status"`
	Destination  struct {
		Address   address `json:"address"`
		Warehouse string  `json:"warehouseId"`
	} `json:"destination"`
	Transport string `json:"selectedTransportationOptionId"`
	Window    *struct {
		ID string `json:"deliveryWindowOptionId"`
	} `json:"selectedDeliveryWindow"`
	Tracking *trackingDetails `json:"trackingDetails"`
}

type trackingDetails struct {
	Parcels *parcelNumbers  `json:"spdTrackingDetail,omitempty"`
	Freight *freightNumbers `json:"ltlTrackingDetail,omitempty"`
}

type parcelNumbers struct {
	Items []parcelNumber `json:"spdTrackingItems"`
}

type parcelNumber struct {
	Box        string `json:"boxId"`
	Number     string `json:"trackingId"`
	Validation string `json:"trackingNumberValidationStatus,omitempty"` // told only
}

type freightNumbers struct {
	BillOfLading string   `json:"billOfLadingNumber,omitempty"`
	FreightBills []string `json:"freightBillNumber"`
}

type trackingBody struct {
	Details trackingDetails `json:"trackingDetails"`
}

type contact struct {
	Name  string `json:"name"`
	Phone string `json:"phoneNumber"`
	Email string `json:"email,omitempty"`
}

type pallet struct {
	Quantity     int    `json:"quantity"`
	Dimensions   *sides `json:"dimensions,omitempty"`
	Weight       *mass  `json:"weight,omitempty"`
	Stackability string `json:"stackability,omitempty"`
}

type freight struct {
	Value *money `json:"declaredValue,omitempty"`
	Class string `json:"freightClass,omitempty"`
}

type readyWindow struct {
	Start string `json:"start"`
}

type transportConfig struct {
	Shipment string      `json:"shipmentId"`
	Ready    readyWindow `json:"readyToShipWindow"`
	Contact  *contact    `json:"contactInformation,omitempty"`
	Pallets  []pallet    `json:"pallets,omitempty"`
	Freight  *freight    `json:"freightInformation,omitempty"`
}

type transportBody struct {
	Placement string            `json:"placementOptionId"`
	Configs   []transportConfig `json:"shipmentTransportationConfigurations"`
}

type transportOption struct {
	ID       string `json:"transportationOptionId"`
	Shipment string `json:"shipmentId"`
	Solution string `json:"shippingSolution"`
	Mode     string `json:"shippingMode"`
	Carrier  struct {
		Code string `json:"alphaCode"`
		Name string `json:"name"`
	} `json:"carrier"`
	Preconditions []string `json:"preconditions"`
	Quote         *struct {
		Cost       money   `json:"cost"`
		Expiration instant `json:"expiration"`
		Voidable   instant `json:"voidableUntil"`
	} `json:"quote"`
}

type transportPage struct {
	Options []transportOption `json:"transportationOptions"`
	Page    pagination        `json:"pagination"`
}

func (p transportPage) rows() []transportOption { return p.Options }
func (p transportPage) next() string            { return p.Page.Next }

type selection struct {
	Shipment string   `json:"shipmentId"`
	Option   string   `json:"transportationOptionId"`
	Contact  *contact `json:"contactInformation,omitempty"`
}

type selectionsBody struct {
	Selections []selection `json:"transportationSelections"`
}

type windowOption struct {
	ID           string  `json:"deliveryWindowOptionId"`
	Start        instant `json:"startDate"`
	End          instant `json:"endDate"`
	Availability string  `json:"availabilityType"`
	Valid        instant `json:"validUntil"`
}

type windowPage struct {
	Options []windowOption `json:"deliveryWindowOptions"`
	Page    pagination     `json:"pagination"`
}

func (p windowPage) rows() []windowOption { return p.Options }
func (p windowPage) next() string         { return p.Page.Next }

type labelRun struct {
	MSKU     string `json:"msku"`
	Quantity int    `json:"quantity"`
}

type itemLabelsBody struct {
	Marketplace string     `json:"marketplaceId"`
	Type        string     `json:"labelType"`
	Page        string     `json:"pageType"`
	Locale      string     `json:"localeCode"`
	Runs        []labelRun `json:"mskuQuantities"`
}

type itemLabelsReply struct {
	Downloads []struct {
		URI string `json:"uri"`
	} `json:"documentDownloads"`
}

// The v0 helpers wrap their answers and write names with capitals.
type linkReply struct {
	Payload struct {
		URL string `json:"DownloadURL"`
	} `json:"payload"`
}

type receivedShipments struct {
	Payload *struct {
		Shipments []struct {
			ID     string `json:"ShipmentId"`
			Status string `json:"ShipmentStatus"`
		} `json:"ShipmentData"`
	} `json:"payload"`
}

type receivedItems struct {
	Payload *struct {
		Items []struct {
			SKU      string `json:"SellerSKU"`
			FNSKU    string `json:"FulfillmentNetworkSKU"`
			Shipped  int    `json:"QuantityShipped"`
			Received int    `json:"QuantityReceived"`
		} `json:"ItemData"`
		Next string `json:"NextToken"`
	} `json:"payload"`
}
