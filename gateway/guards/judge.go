package guards

import (
	"context"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// circumstances are what the error of a call does not say by itself.
type circumstances struct {
	ran        time.Duration
	callerGone bool // the caller cancelled
	callerCut  bool // the caller's deadline ended the call, before the carrier's time was up
	patience   time.Duration
}

// judge reads the column "breaker counts" of the error kinds: what the outcome says about
// the base URL and operation, and what about the account's credentials. A refusal that the
// carrier documents is a success: it works.
func judge(err error, c circumstances) (line, account verdict) {
	if err == nil {
		return success, success
	}
	switch normalize.KindOf(err) {
	case normalize.KindInvalidRequest, normalize.KindNotServiceable, normalize.KindProhibitedGoods,
		normalize.KindNotFound, normalize.KindDuplicate, normalize.KindInsufficientFunds, normalize.KindRejected:
		return success, success
	case normalize.KindUnsupported, normalize.KindCircuitOpen, normalize.KindRateLimited, KindOverloaded:
		return excluded, excluded
	case normalize.KindAuthFailed:
		return excluded, failure
	}
	if c.excuses(err) {
		return excluded, excluded
	}
	return failure, excluded
}

// excuses tells whether the caller's leaving explains the failure. Nothing excuses a
// failure that the carrier answered.
func (c circumstances) excuses(err error) bool {
	if e, ok := errors.AsType[*normalize.Error](err); ok && e.Status != 0 {
		return false
	}
	return c.callerGone || errors.Is(err, context.Canceled) || c.callerCut && c.ran < c.patience
}
