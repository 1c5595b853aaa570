package purchase

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// maxBillLines is how many lines one invoice may have at once.
const maxBillLines = 10_000

// readBillCSV reads the lines of an invoice. The columns may stand in any order, and others
// beside them are left alone.
func readBillCSV(text string) ([]BillLine, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return nil, errors.New("has no header")
	}
	at := map[string]int{}
	for _, name := range []string{"carrier_id", "tracking_number", "client_reference", "amount", "currency"} {
		at[name] = slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
	}
	if at["amount"] < 0 || at["currency"] < 0 {
		return nil, errors.New("needs the columns amount and currency")
	}
	var out []BillLine
	for n := 2; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || len(out) == maxBillLines {
			return nil, fmt.Errorf("row %d cannot be read, or is more than %d lines", n, maxBillLines)
		}
		get := func(name string) string {
			if at[name] < 0 {
				return ""
			}
			return strings.TrimSpace(row[at[name]])
		}
		amount, err := normalize.ParseMoney(get("amount"), get("currency"))
		if err != nil {
			return nil, fmt.Errorf("row %d: the amount is not one of its currency", n)
		}
		out = append(out, BillLine{CarrierID: get("carrier_id"), TrackingNumber: get("tracking_number"), ClientReference: get("client_reference"), Amount: amount})
	}
}
