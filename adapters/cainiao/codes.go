package cainiao

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// solutions are the codes behind our services unless the account says otherwise. Which of
// them an order may have, its quote says.
// Source: AliExpress IOP SDK and public clients of both doors, read 2026-11-21.
var solutions = map[string]string{
	standard: "CAINIAO_STANDARD", premium: "CAINIAO_PREMIUM", saver: "CAINIAO_ECONOMY",
	globalStandard: "CN_GLO_STD", globalExpress: "CN_GLO_EXP", globalSaver: "CN_GLO_SAV",
}

// batterySolutions are those for goods with batteries. AliExpress has the same code for both.
var batterySolutions = map[string]string{
	globalStandard: "CN_GLO_STD_BAT", globalExpress: "CN_GLO_EXP_BAT", globalSaver: "CN_GLO_SAV_BAT",
}

// noError is the error_code of a createorder that went well.
const noError = "1"

// iopRefusals are the platform's own codes, in lower case since their spelling is unconfirmed:
// numbers of the older protocol and words of the newer.
// Source: AliExpress's table of global errors in public clients, read 2026-11-21.
var iopRefusals = map[string]normalize.Kind{
	"7": normalize.KindRateLimited, "apicalllimit": normalize.KindRateLimited,

	"9": normalize.KindUnavailable, "10": normalize.KindUnavailable,
	"serviceunavailable": normalize.KindUnavailable, "servicetimeout": normalize.KindUnavailable,

	"11": normalize.KindAuthFailed, "12": normalize.KindAuthFailed, // permissions of app or seller
	"24": normalize.KindAuthFailed, "25": normalize.KindAuthFailed, // signature
	"26": normalize.KindAuthFailed, "27": normalize.KindAuthFailed, // session
	"28": normalize.KindAuthFailed, "29": normalize.KindAuthFailed, // app key
	"30": normalize.KindAuthFailed, "31": normalize.KindAuthFailed, // timestamp: a clock that is wrong
	"incompletesignature": normalize.KindAuthFailed, "invalidappkey": normalize.KindAuthFailed,
	"unsupportedsignmethod": normalize.KindAuthFailed,
	"invalidtimestamp":      normalize.KindAuthFailed, "illegaltimestamp": normalize.KindAuthFailed,
	"illegalaccesstoken": normalize.KindAuthFailed, "expiredaccesstoken": normalize.KindAuthFailed,
	"illegalrefreshtoken": normalize.KindAuthFailed, // unconfirmed

	"21": normalize.KindUnsupported, "22": normalize.KindUnsupported, "invalidapipath": normalize.KindUnsupported,

	"40": normalize.KindInvalidRequest, "41": normalize.KindInvalidRequest,
	"missingparameter": normalize.KindInvalidRequest,
}

// tokenCodes are those of a token that must be renewed.
var tokenCodes = map[string]bool{"26": true, "27": true, "illegalaccesstoken": true, "expiredaccesstoken": true}

func (e iopError) refusesToken() bool { return tokenCodes[strings.ToLower(string(e.Code))] }

// kind reads a refusal. Code 15 only says that the business refused, and sub_code how: isv. is
// ours to mend, isp. is theirs. A code that nobody documents leaves a purchase open.
func (e iopError) kind(r rest.Reply, commits bool) normalize.Kind {
	kind, known := iopRefusals[strings.ToLower(string(e.Code))]
	sub := strings.ToLower(e.SubCode)
	switch {
	case r.Status >= http.StatusInternalServerError:
		return normalize.KindUnavailable
	case known:
		return kind
	case strings.HasPrefix(sub, "isp.") || e.Type == "ISP" || e.Type == "SYSTEM":
		return normalize.KindUnavailable
	case strings.HasPrefix(sub, "isv.invalid-parameter") || strings.HasPrefix(sub, "isv.missing-parameter"):
		return normalize.KindInvalidRequest
	case strings.HasPrefix(sub, "isv."):
		return normalize.KindRejected
	case !commits && r.OK():
		return normalize.KindRejected
	}
	return rest.Fallback(r.Status, commits)
}

// linkRefusals are LINK's codes. S02 stands in the access guide; the others are the classic
// list of the house, whose retry marks they keep. S13 is the business's no.
// Source: Cainiao LINK access guide and its list in public clients, read 2026-11-21.
var linkRefusals = map[string]normalize.Kind{
	"S01": normalize.KindInvalidRequest, // JSON or XML
	"S02": normalize.KindAuthFailed,     // digest
	"S03": normalize.KindAuthFailed,     // provider
	"S04": normalize.KindUnsupported,    // msg_type
	"S05": normalize.KindInvalidRequest, // content
	"S06": normalize.KindUnavailable,    // network
	"S07": normalize.KindUnavailable,    // system
	"S08": normalize.KindUnavailable,    // HTTP status behind the gateway
	"S09": normalize.KindUnavailable,    // empty reply behind the gateway
	"S10": normalize.KindUnsupported,    // gateway's configuration
	"S11": normalize.KindUnsupported,
	"S12": normalize.KindInvalidRequest, // parameters
	"S13": normalize.KindRejected,
}

// trouble are words of a refusal that tell of a system instead of the order: after them it is
// open whether something was bought.
var trouble = regexp.MustCompile(`(?i)system|time.?out|exception|busy|internal|系统|超时|异常|繁忙`)

// closed is the status of an AliExpress order that nobody used; the others are opaque.
const closed = "closed"

// countryNames are those that AliExpress writes in its own way.
// Source: public clients of createwarehouseorder, read 2026-11-21; GB as UK was seen in one.
var countryNames = map[string]string{"RS": "SRB", "ME": "MNE", "GG": "GGY", "GB": "UK"}

// aliexpressCountry is a country as AliExpress writes it.
func aliexpressCountry(iso string) string { return either(countryNames[iso], iso) }
