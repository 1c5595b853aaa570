package responsibility

import (
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// causeWords are words of carriers' scans that name a cause.
type causeWords struct {
	cause  Cause
	words  []string // lower case
	source string
}

// substatusCauses are the refinements that name a cause by themselves.
var substatusCauses = map[normalize.Substatus]Cause{
	normalize.SubstatusDocumentsMissing: CauseDocuments,
	normalize.SubstatusDutiesDue:        CauseDuties,
	normalize.SubstatusProhibited:       CauseProhibited,
	normalize.SubstatusLost:             CauseLoss,
	normalize.SubstatusDestroyed:        CauseLoss,
	normalize.SubstatusDamaged:          CauseDamage,
	normalize.SubstatusDelayed:          CauseDelay,
	normalize.SubstatusMissorted:        CauseDelay,
	normalize.SubstatusAddressIssue:     CauseAddress,
	normalize.SubstatusRefused:          CauseRefusal,
	normalize.SubstatusRecipientAbsent:  CauseAbsence,
	normalize.SubstatusUnclaimed:        CauseAbsence,
	normalize.SubstatusForceMajeure:     CauseForce,
}

// CauseOf tells why a scan says that the parcel does not go on: by our substatus, else, where
// customs hold it, by the carrier's words.
func (b *Book) CauseOf(e normalize.TrackingEvent) Cause {
	if c, ok := substatusCauses[e.Substatus]; ok {
		return c
	}
	if e.Substatus != normalize.SubstatusCustomsHeld {
		return CauseUntold
	}
	text := strings.Join(strings.Fields(strings.ToLower(e.Text)), " ")
	for _, w := range b.words {
		for _, word := range w.words {
			if strings.Contains(text, word) {
				return w.cause
			}
		}
	}
	return CauseUntold
}

// customsCause tells whether it is one for which customs hold a parcel.
func customsCause(c Cause) bool {
	switch c {
	case CauseDeclaration, CauseDocuments, CauseDuties, CauseProhibited:
		return true
	}
	return false
}
