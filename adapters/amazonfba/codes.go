package amazonfba

import (
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// regions are the production hosts.
// Source: the Selling Partner API endpoints table.
var regions = map[string]string{
	"na": "https://sellingpartnerapi-na.amazon.com",
	"eu": "https://sellingpartnerapi-eu.amazon.com",
	"fe": "https://sellingpartnerapi-fe.amazon.com",
}

// codeUnauthorized is the code of a token that ran out, was revoked or is none.
const codeUnauthorized = "Unauthorized"

// kinds are what a status means where Amazon's own list of errors comes with it.
// Source: the responses in the model, read 2026-11-21.
var kinds = map[int]normalize.Kind{
	http.StatusBadRequest:            normalize.KindInvalidRequest,
	http.StatusForbidden:             normalize.KindAuthFailed, // or a role that the application lacks
	http.StatusNotFound:              normalize.KindNotFound,
	http.StatusRequestEntityTooLarge: normalize.KindInvalidRequest,
	http.StatusUnsupportedMediaType:  normalize.KindInvalidRequest,
	http.StatusTooManyRequests:       normalize.KindRateLimited,
	http.StatusInternalServerError:   normalize.KindUnavailable,
	http.StatusServiceUnavailable:    normalize.KindUnavailable,
}

// codePrepMissing is an operation's problem: nobody has said yet how the goods must be prepared.
// Source: public clients; there is no official list of these codes.
const codePrepMissing = "FBA_INB_0182"

// marketplace is a country's shop: Amazon's id of it, its region, and what item labels look like.
type marketplace struct {
	id, region, locale, itemPage string
}

// marketplaces by country. Source: the Selling Partner API's table of marketplace ids.
var marketplaces = map[string]marketplace{
	"US": {"ATVPDKIKX0DER", "na", "en_US", letter30}, "CA": {"A2EUQ1WTGCTBG2", "na", "en_CA", letter30},
	"MX": {"A1AM78C64UM0Y8", "na", "es_MX", letter30}, "BR": {"A2Q3Y263D00KWC", "na", "pt_BR", a421},
	"GB": {"A1F83G8C2ARO7P", "eu", "en_GB", a421}, "DE": {"A1PA6795UKMFR9", "eu", "de_DE", a421},
	"FR": {"A13V1IB3VIYZZH", "eu", "fr_FR", a421}, "IT": {"APJ6JRA9NG5V4", "eu", "it_IT", a421},
	"ES": {"A1RKKUPIHCS9HS", "eu", "es_ES", a421}, "NL": {"A1805IZSGTT6HS", "eu", "nl_NL", a421},
	"SE": {"A2NODRKZP88ZB9", "eu", "sv_SE", a421}, "PL": {"A1C3SOZRARQ6R3", "eu", "pl_PL", a421},
	"BE": {"AMEN7PMS3EDWL", "eu", "fr_BE", a421}, "TR": {"A33AVAJ2PDY3EV", "eu", "tr_TR", a421},
	"AE": {"A2VIGQ35RCS4UG", "eu", "en_AE", a421}, "SA": {"A17E79C6D8DWNP", "eu", "ar_SA", a421},
	"EG": {"ARBP9OOSHTCHU", "eu", "ar_EG", a421}, "IN": {"A21TJRUUN4KGV", "eu", "en_IN", a421},
	"JP": {"A1VC38T7YXB528", "fe", "ja_JP", a421}, "AU": {"A39IBJ37TRP1C6", "fe", "en_AU", a421},
	"SG": {"A19VAU5U5O7RUS", "fe", "en_SG", a421},
}

// Sheets of item labels.
const (
	letter30 = "Letter_30"
	a421     = "A4_21"
)

// market resolves a country. One of another region is not behind this account.
func (a *Adapter) market(country string) (marketplace, error) {
	m, ok := marketplaces[country]
	switch {
	case !ok:
		return m, normalize.Invalid("/marketplace", "is no country with an Amazon marketplace")
	case a.region != "" && a.region != m.region:
		return m, normalize.Invalid("/marketplace", "is in region %s, the account in %s", m.region, a.region)
	}
	return m, nil
}

// owners are who labels or prepares an item.
var owners = map[string]string{"seller": "SELLER", "platform": "AMAZON", "none": "NONE"}

// contents are how a box tells what is in it.
var contents = map[string]string{"": "BOX_CONTENT_PROVIDED", "listed": "BOX_CONTENT_PROVIDED", "barcode_2d": "BARCODE_2D", "manual": "MANUAL_PROCESS"}

var contentWords = map[string]string{"BOX_CONTENT_PROVIDED": "listed", "BARCODE_2D": "barcode_2d", "MANUAL_PROCESS": "manual"}

var operationWords = map[string]string{
	"IN_PROGRESS": adapters.OperationInProgress, "SUCCESS": adapters.OperationSuccess, "FAILED": adapters.OperationFailed,
}

var optionWords = map[string]string{
	"OFFERED": adapters.OptionOffered, "ACCEPTED": adapters.OptionAccepted, "EXPIRED": adapters.OptionExpired,
}

var planWords = map[string]string{
	"ACTIVE": adapters.PlanActive, "VOIDED": adapters.PlanVoided, "SHIPPED": adapters.PlanShipped, "ERRORED": adapters.PlanErrored,
}

// shipmentWords are the states of a shipment in both generations of the API; v0's ERROR says
// nothing more, and is unknown.
var shipmentWords = map[string]string{
	"UNCONFIRMED": adapters.InboundUnconfirmed, "WORKING": adapters.InboundWorking, "READY_TO_SHIP": adapters.InboundReadyToShip,
	"SHIPPED": adapters.InboundShipped, "IN_TRANSIT": adapters.InboundInTransit, "DELIVERED": adapters.InboundDelivered,
	"CHECKED_IN": adapters.InboundCheckedIn, "RECEIVING": adapters.InboundReceiving, "CLOSED": adapters.InboundClosed,
	"CANCELLED": adapters.InboundCancelled, "DELETED": adapters.InboundDeleted, "ABANDONED": adapters.InboundAbandoned,
	"MIXED": adapters.InboundMixed,
}

// shipmentWord is ours for a shipment's state.
func shipmentWord(raw string) string { return either(shipmentWords[raw], adapters.InboundUnknown) }

var modes = map[string]string{
	"GROUND_SMALL_PARCEL": "small_parcel", "FREIGHT_LTL": "ltl", "FREIGHT_FTL_PALLET": "ftl", "FREIGHT_FTL_NONPALLET": "ftl",
	"OCEAN_LCL": "ocean_lcl", "OCEAN_FCL": "ocean_fcl", "AIR_SMALL_PARCEL": "air", "AIR_SMALL_PARCEL_EXPRESS": "air",
}

// Solutions of a transport option; what must come before one is confirmed.
const (
	solutionPartnered = "AMAZON_PARTNERED_CARRIER"
	needsWindow       = "CONFIRMED_DELIVERY_WINDOW"
)

var preconditions = map[string]string{needsWindow: adapters.RequiresDeliveryWindow}

var validations = map[string]string{"VALIDATED": "validated", "NOT_VALIDATED": "not_validated", "NOT_SUPPORTED": "not_supported"}

var availabilities = map[string]string{"AVAILABLE": "available", "BLOCKED": "blocked", "CONGESTED": "congested", "DISCOUNTED": "discounted"}

var severities = map[string]string{"WARNING": "warning", "ERROR": "error"}
