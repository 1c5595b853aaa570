package guards

import (
	"fmt"
	"math"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// KindOverloaded is the kind of a refusal for lack of places: the gateway's own doing, and
// never a carrier's failure. Every refusal is NotSent, so that nothing was bought.
const KindOverloaded normalize.Kind = "overloaded"

// refuse makes the error of a call that was not admitted.
func refuse(call Call, kind normalize.Kind, after time.Duration, cause error, format string, args ...any) *normalize.Error {
	return &normalize.Error{Kind: kind, Carrier: call.Carrier, Op: string(call.Op), NotSent: true, Err: cause,
		RetryAfter: max(after, time.Millisecond), Message: fmt.Sprintf(format, args...)}
}

func checkRate(perSecond float64) error {
	if math.IsNaN(perSecond) || perSecond <= 0 || perSecond > 1e6 {
		return fmt.Errorf("%v requests per second is outside 0 to 1,000,000", perSecond)
	}
	return nil
}
