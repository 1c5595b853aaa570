package speedpak

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// apiError is one of eBay's errors.
type apiError struct {
	ErrorID     int         `json:"errorId"`
	Domain      string      `json:"domain"`
	Subdomain   string      `json:"subdomain,omitempty"`
	Category    string      `json:"category"`
	Message     string      `json:"message"`
	LongMessage string      `json:"longMessage"`
	Parameters  []parameter `json:"parameters,omitempty"`
}

type parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// General errors of eBay's REST interfaces, outside of the eDIS table.
const (
	errNoToken  = 1002
	errBadToken = 1001
	errScope    = 1100
	errQuota    = 2001
	errNotFound = 2002
	errRequest  = 2004
)

var generalErrors = map[int]apiError{
	errNoToken:  {errNoToken, "OAuth", "", "REQUEST", "Missing access token", "Access token is missing in the Authorization HTTP request header.", nil},
	errBadToken: {errBadToken, "OAuth", "", "REQUEST", "Invalid access token", "Invalid access token. Check the value of the Authorization HTTP request header.", nil},
	errScope:    {errScope, "ACCESS", "", "REQUEST", "Access denied", "Insufficient permissions to fulfill the request.", nil},
	errQuota:    {errQuota, "ACCESS", "", "REQUEST", "Too many requests.", "The request limit has been reached for the resource.", nil},
	errNotFound: {errNotFound, "ACCESS", "", "REQUEST", "Resource not found", "The requested resource was not found.", nil},
	errRequest:  {errRequest, "ACCESS", "", "REQUEST", "Invalid request", "The request has errors. For help, see the documentation for this API.", nil},
}

func general(id int) apiError { return generalErrors[id] }

// invalid is a request of which a field is absent or wrong. eDIS has no id of its own for
// most fields: unconfirmed.
func invalid(field, value string) *apiError {
	e := general(errRequest)
	e.Parameters = []parameter{{"field", field}, {"value", value}}
	return &e
}

// messages are the eDIS errors. Source: OpenAPI 1.1.0, x-response-codes. Braces are filled
// with the value at hand.
var messages = map[int]string{
	355000: "There was a problem with an eBay internal system or process. Contact eBay developer support for assistance.",
	355002: "Length of street can not be greater than 50. Please revise it.",
	355003: "Our current system setting is not allowing you to add packages via API. Please change your settings to 'ship via API' and try again.",
	355004: "The specified tracking number {} is not recognized. Please check and try again.",
	355005: "OrderLineItem {} has already been assigned to another package, so cannot be added to this one.",
	355008: "OrderLineItem is not matched to your ebayID. Please check.",
	355009: "Order not synced to system yet. Please wait and retry.",
	355011: "Order has not been paid. Please check.",
	355012: "ServiceId does not exist. Please check the document.",
	355013: "The fdcSkus array cannot be empty. Please include this array and add at least one sku and associated quantity for that sku.",
	355014: "You have exceeded the maximum amount of skus allowed under the fdcSkus array.",
	355015: "Each sku under fdcSkus array requires skuId and quantity. Please revise them.",
	355016: "The skus array has one or more duplicate skuId values. Please remove duplicate skus.",
	355017: "Length of skuId can not be greater than 50. Please revise it.",
	355018: "The SPECIAL_GOODS_WITH_NO_BATTERY enum value is only allowed when miniPackage is specified as the packagingType value.",
	355019: "User T&C update. Please sign the updated version of the Letter of Commitment for Lithium Battery items.",
	355020: "Your elecQualificationId does not exist. Please check your qualification list.",
	355021: "The status of elecQualificationId is not avaliable. Please check.",
	355022: "Your elecQualificationId is expired. Please update a new one.",
	355023: "LiBatteryType is not matched to battery qualification.",
	355024: "No available shipping service found. Please revise package information and retry.",
	355025: "ServiceId not available. Please revise it and retry.",
	355026: "Package is now under processing. Please retry later.",
	355030: "The seller's balance could not be accessed to to pay for the package. Please contact logistics customer service for help.",
	355031: "Account balance is not enough to pay for the package. Please add sufficient funds to balance and try again.",
	355036: "Package processing. Please try again later.",
	355037: "Invalid packageId {}. Please verify and try again.",
	355038: "The package cannot be confirmed due to its current status. Please check the status and try again.",
	355039: "The package cannot be confirmed due to missing or invalid battery qualification. Please update battery qualification and try again.",
	355040: "The package cannot be confirmed due to missing or invalid tracking number. Please add tracking number for package and try again.",
	355041: "Package processing. Please try again later.",
	355042: "The package cannot be cancelled due to its current status. Please check status and try again.",
	355044: "Cancel failed on logistic service provider side. Please contact logistic customer service for help.",
	355045: "Current package status does not support re-ship function. Please check.",
	355046: "This package have exceeded the limit of re-ship times.",
	355049: "Connection failed with logistic service provider system. Please wait and retry.",
	355050: "Invalid value for type. Please check the document.",
	355051: "pickupTime is missing. Please check.",
	355053: "Connection failed with backend service. Please wait and retry.",
	355055: "Missing package address. Please check.",
	355056: "Missing request period. Please check.",
	355057: "Missing address ID of dropoff site. Please check.",
	355058: "Shipping preference name already exists. Please add a new name.",
	355060: "Complaint submission is declined on logistic service provider side. Please contact customer service for help.",
	355062: "Invalid orderLineItemId {}. Please verify and try again.",
	355063: "AgentName or agentAddress is missing. Please revise them.",
	355064: "The package cannot be deleted due to its current status. Please check the status and try again.",
	355066: "Concurrent actions on same orderLineItem. Please wait and retry.",
	355067: "The field tracking_numbers is required.",
	355068: "The specified tracking number {} is not recognized. Please check and try again.",
	355069: "The date format of the trans_begin_time field is incorrect.",
	355070: "The date format of the trans_end_time field is incorrect.",
	355071: "The specified tracking number {} does not belong to the seller, so cannot be retrieved.",
	355072: "Invalid input value for countrycode. Please revise it.",
	355073: "Invalid input value for province. Please revise it.",
	355074: "Invalid input value for city. Please revise it.",
	355075: "Invalid input value for district. Please revise it.",
	355076: "Invalid input value of pagination parameters. Please revise them.",
	355077: "Invalid input value for page setting parameters. Please revise it.",
	355078: "Missing consign preference ID. Please check.",
	355079: "Missing tracking numbers. Please check.",
	355080: "Please choose packages with same consign preference option.",
	355081: "Total weight exceeded. Please check.",
	355082: "No permission to access requested data.",
	355083: "Missing or invalid bundle_id value.",
	355400: "The access token provided in the Authorization header is not for an eBay user account that is currently allowed to call this API.",
}

// fault is an eDIS error, about a value where its message names one.
func fault(id int, value ...string) apiError {
	e := apiError{ErrorID: id, Domain: "API_EDIS", Subdomain: "API_EDIS", Category: "REQUEST", Message: messages[id]}
	if len(value) > 0 {
		e.Message = strings.ReplaceAll(e.Message, "{}", value[0])
		e.Parameters = []parameter{{"value", value[0]}}
	}
	if status(id) == http.StatusInternalServerError {
		e.Category = "APPLICATION"
	}
	e.LongMessage = e.Message
	return e
}

// status is the HTTP status of an eDIS error.
func status(id int) int {
	switch id {
	case 355000, 355049, 355066:
		return http.StatusInternalServerError
	case 355400:
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

func refuse(w http.ResponseWriter, status int, e apiError) {
	writeJSON(w, status, map[string][]apiError{"errors": {e}})
}

// deny refuses with the status that belongs to the error.
func deny(w http.ResponseWriter, e *apiError) { refuse(w, status(e.ErrorID), *e) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a caller who left is not our fault
}

// read decodes a body, or refuses. Fields that eDIS does not know are passed over.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	err := d.Decode(v)
	if err == nil {
		_, err = d.Token()
	}
	if err != io.EOF {
		deny(w, invalid("body", "not one JSON object of the documented types"))
		return false
	}
	return true
}
