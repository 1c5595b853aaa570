package mocks

import (
	"cmp"
	"fmt"
	"net/http"
	"time"
)

// Desk is where one carrier keeps its books: it writes sales into the shared ledger and
// parcels into the shared list, and reads the sandbox's settings. Its methods are safe for
// many goroutines. It is ready once the carrier's Maker has returned.
type Desk struct {
	sandbox *Sandbox
	books   *books
	code    string
	account Account
}

// Purchase writes a sale into the ledger: state live, now, under the carrier's code and its
// account, unless the sale names another (a carrier with two doors). It fails when the ledger is full; the carrier must then not have sold.
func (d *Desk) Purchase(p Purchase) error {
	p.Carrier, p.Account = d.code, cmp.Or(p.Account, d.account.ID)
	p.Operation, p.State, p.At = "purchase", Live, time.Now()
	return d.books.ledger.add(p)
}

// Void marks a live sale as voided. It is false when there is none with this carrier id.
func (d *Desk) Void(carrierID string) bool { return d.books.ledger.void(d.code, carrierID) }

// Number tells the ledger a tracking number that came after the purchase.
func (d *Desk) Number(carrierID, trackingNumber string) bool {
	return d.books.ledger.number(d.code, carrierID, trackingNumber)
}

// AddParcel makes a parcel trackable and scannable under its number and its aliases.
func (d *Desk) AddParcel(p Parcel) error {
	p.Carrier, p.Account = d.code, d.account.ID
	if p.BookedAt.IsZero() {
		p.BookedAt = time.Now()
	}
	return d.books.parcels.add(p)
}

// Parcel returns the parcel of a number or alias with its scans in the order of their time.
func (d *Desk) Parcel(number string) (Parcel, bool) { return d.books.parcels.get(d.code, number) }

// Visible tells whether a search finds by now what was committed at this time.
func (d *Desk) Visible(committed time.Time) bool {
	return time.Since(committed) >= d.sandbox.opts.SearchLag
}

// Forgotten tells whether a carrier that keeps its parcels this long knows no more of a scan.
func (d *Desk) Forgotten(scanned time.Time, kept time.Duration) bool {
	return !d.sandbox.opts.Remember && time.Since(scanned) >= kept
}

// LateNumbers is how long after a purchase its late numbers and documents are there.
func (d *Desk) LateNumbers() time.Duration { return d.sandbox.opts.LateNumbers }

// Serial returns the next number of the sandbox with this many digits (1 to 18). It goes on
// over resets; the last digits of two numbers differ unless 10^digits lie between them.
func (d *Desk) Serial(digits int) string {
	limit := uint64(1)
	for range digits {
		limit *= 10
	}
	return fmt.Sprintf("%0*d", digits, d.sandbox.serial.Add(1)%limit)
}

// Post sends messages to a customer's address, each once the one before it was answered with
// 200: at once, and again after 1, 2, 4 … 30 s for two minutes. It does not wait for that. It
// is false when the sandbox has too much to do.
func (d *Desk) Post(url string, messages ...Message) bool {
	ctx := d.books.ctx
	return d.sandbox.start(func() {
		for _, m := range messages {
			try := func() bool {
				status, _, err := post(ctx, d.sandbox.client, url, m)
				return err == nil && status == http.StatusOK
			}
			if !try() && !again(ctx, try) {
				return
			}
		}
	})
}
