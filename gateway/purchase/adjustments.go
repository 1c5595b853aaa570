package purchase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Adjustments is an invoice of a carrier: what it charged for each label.
type Adjustments struct {
	Account string     `json:"account" minLength:"1" maxLength:"60" doc:"The carrier account that was billed"`
	Invoice string     `json:"invoice" minLength:"1" maxLength:"100" doc:"The carrier's number of the invoice; importing it again changes nothing"`
	From    *time.Time `json:"from,omitempty" doc:"With until: labels of this time that no invoice names are listed as unbilled"`
	Until   *time.Time `json:"until,omitempty" doc:"Exclusive"`
	Lines   []BillLine `json:"lines,omitempty" maxItems:"10000"`
	CSV     string     `json:"csv,omitempty" maxLength:"1000000" doc:"Instead of lines: carrier_id,tracking_number,client_reference,amount,currency with that header"`
}

// BillLine is one line of an invoice. It is found by any of its three names.
type BillLine struct {
	CarrierID       string          `json:"carrier_id,omitempty" maxLength:"100"`
	TrackingNumber  string          `json:"tracking_number,omitempty" maxLength:"100"`
	ClientReference string          `json:"client_reference,omitempty" maxLength:"100"`
	Amount          normalize.Money `json:"amount"`
}

// Adjusted is what an invoice came to.
type Adjusted struct {
	Account  string        `json:"account"`
	Invoice  string        `json:"invoice"`
	Lines    int           `json:"lines"`
	Matched  int           `json:"matched" doc:"Lines that belong to exactly one label"`
	Adjusted int           `json:"adjusted" doc:"Labels whose cost was another; each is a label.adjusted"`
	Settled  int           `json:"settled" doc:"Purchases whose fate was open and that a line proves"`
	Orphans  []BillProblem `json:"orphans" doc:"Lines without a label here"`
	Disputes []BillProblem `json:"disputes" doc:"Lines that should not be paid unseen"`
	Unbilled []string      `json:"unbilled" doc:"Labels of the time asked for that no invoice names"`
}

// BillProblem is a line that a person has to look at.
type BillProblem struct {
	Line int `json:"line" doc:"From 1"`
	BillLine
	Reason string `json:"reason" enum:"unknown,orphan,conflict,other_label,extra_label,voided,not_sent,given_up,billed_twice,billed_before"`
	Label  string `json:"label" null:"true"`
}

// The reasons of problems.
const (
	billUnknown    = "unknown"     // nobody here has it, and it does not carry a reference of ours
	billOrphan     = "orphan"      // it carries one; a label that needs attention was made of it
	billConflict   = "conflict"    // its names belong to two labels
	billOtherLabel = "other_label" // the reference is ours, the label another than was bought
	billExtraLabel = "extra_label" // a label that was bought twice
	billVoided     = "voided"
	billNotSent    = "not_sent" // of a purchase that is still under way
	billGivenUp    = "given_up" // of a purchase that had ended as not bought; its label is an orphan, which needs attention
	billTwiceHere  = "billed_twice"
	billBefore     = "billed_before" // by another invoice
	maxUnbilled    = 1000
)

// Adjust holds a carrier's invoice against what was bought: every line belongs to exactly one
// label, and every label of the time to one line.
func (s *Service) Adjust(ctx context.Context, tenant string, in Adjustments) (Adjusted, error) {
	a, lines, err := s.readBill(tenant, in)
	if err != nil {
		return Adjusted{}, err
	}
	out := Adjusted{Account: a.ID, Invoice: in.Invoice, Lines: len(lines), Orphans: []BillProblem{}, Disputes: []BillProblem{}, Unbilled: []string{}}
	seen := map[string]bool{}
	for i, line := range lines {
		b, err := s.billLine(ctx, a, in.Invoice, line, seen)
		if errors.Is(err, store.ErrConflict) {
			return Adjusted{}, gateway.RefuseField(gateway.CodeStateConflict, fmt.Sprintf("/lines/%d", i),
				"its label is being worked on at this moment; import the invoice again")
		}
		if err != nil {
			return Adjusted{}, fmt.Errorf("line %d: %w", i+1, err)
		}
		out.count(b)
		problem := BillProblem{Line: i + 1, BillLine: line, Reason: b.reason, Label: b.label}
		switch b.reason {
		case "":
		case billUnknown, billOrphan:
			out.Orphans = append(out.Orphans, problem)
		default:
			out.Disputes = append(out.Disputes, problem)
		}
	}
	if in.From != nil && in.Until != nil {
		out.Unbilled, err = s.unbilled(ctx, a, *in.From, *in.Until)
	}
	if n := len(out.Orphans) + len(out.Disputes); n > 0 {
		s.Logger.Error("an invoice has lines that a person must look at", "carrier", a.Adapter, "account", a.ID, "op", "adjust", "lines", n)
	}
	return out, err
}

func (o *Adjusted) count(b billed) {
	if b.matched {
		o.Matched++
	}
	if b.adjusted {
		o.Adjusted++
	}
	if b.settled {
		o.Settled++
	}
}

// readBill checks an invoice before anything is written.
func (s *Service) readBill(tenant string, in Adjustments) (*accounts.Account, []BillLine, error) {
	a, ok := s.Registry.Get(tenant, in.Account)
	if !ok {
		return nil, nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/account", "is not a carrier account of yours")
	}
	if s.Passes == nil {
		return nil, nil, gateway.Refuse(gateway.CodeUnsupported, "this gateway keeps no invoices")
	}
	lines := in.Lines
	if in.CSV != "" {
		if len(lines) > 0 {
			return nil, nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/csv", "cannot stand beside lines")
		}
		var err error
		if lines, err = readBillCSV(in.CSV); err != nil {
			return nil, nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/csv", err.Error())
		}
	}
	var errs normalize.FieldErrors
	for i, l := range lines {
		at := fmt.Sprintf("/lines/%d", i)
		switch {
		case l.CarrierID == "" && l.TrackingNumber == "" && l.ClientReference == "":
			errs = append(errs, normalize.FieldError{Pointer: at + "/carrier_id", Detail: "is required, or a tracking number or client reference"})
		case l.Amount.Currency == "" || l.Amount.Minor < 0:
			errs = append(errs, normalize.FieldError{Pointer: at + "/amount", Detail: "must be an amount of 0 or more; credits are no adjustments"})
		}
	}
	if len(lines) == 0 {
		errs = append(errs, normalize.FieldError{Pointer: "/lines", Detail: "is required, or csv"})
	}
	if (in.From == nil) != (in.Until == nil) || in.From != nil && !in.From.Before(*in.Until) {
		errs = append(errs, normalize.FieldError{Pointer: "/until", Detail: "must stand beside from, and be later"})
	}
	if len(errs) > 0 {
		return nil, nil, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs[:min(len(errs), 20)]}
	}
	return a, lines, nil
}

// billed is what one line came to.
type billed struct {
	label                      string
	reason                     string
	matched, adjusted, settled bool
}

// billLine finds the one label of a line and writes down what was charged for it.
func (s *Service) billLine(ctx context.Context, a *accounts.Account, invoice string, line BillLine, seen map[string]bool) (billed, error) {
	l := normalize.Listed{ClientReference: line.ClientReference, CarrierReference: line.CarrierID, TrackingNumber: line.TrackingNumber}
	p, problem, err := s.billedPurchase(ctx, a, l)
	if err != nil || problem != "" {
		return billed{label: p.ID, reason: problem}, err
	}
	if seen[p.ID] {
		return billed{label: p.ID, reason: billTwiceHere}, nil
	}
	seen[p.ID] = true
	out := billed{label: p.ID, matched: true}
	switch p.State {
	case store.PurchaseReady, store.PurchaseSending:
		return billed{label: p.ID, reason: billNotSent}, nil
	case store.PurchaseUnknown, store.PurchaseReconciling, store.PurchaseParked:
		if !isSold(p) {
			if p, err = s.proven(ctx, a, p, l); err != nil {
				return out, err
			}
			out.settled = true
		}
	case store.PurchaseDeclined, store.PurchaseFailed:
		out.reason = billGivenUp
		if p, err = s.orphanOf(ctx, a, p, l.Label(), "the carrier bills it", false); err != nil {
			return out, err
		}
		out.label = p.ID
	case store.PurchaseVoided:
		out.reason = billVoided
	}
	if d := detailsOf(p); d.Billed != nil && d.BilledBy != byCharges && (d.BilledBy != invoiceName(invoice) || *d.Billed != line.Amount) {
		return billed{label: p.ID, reason: billBefore}, nil
	}
	_, out.adjusted, err = s.bill(ctx, p, line.Amount, invoiceName(invoice))
	return out, err
}

func invoiceName(invoice string) string { return "invoice " + invoice }

// billedPurchase finds the purchase that a line names, or why it names none or more than one.
func (s *Service) billedPurchase(ctx context.Context, a *accounts.Account, l normalize.Listed) (store.Purchase, string, error) {
	tenant := store.Tenant(a.Tenant)
	byRef, refErr := s.Store.PurchaseByClientReference(ctx, tenant, l.ClientReference)
	if refErr == nil && byRef.Account != a.ID {
		refErr = store.ErrNotFound
	}
	byLabel, labelErr := s.Passes.PurchaseByLabel(ctx, tenant, a.ID, l.CarrierReference, l.TrackingNumber)
	for _, err := range []error{refErr, labelErr} {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.Purchase{}, "", err
		}
	}
	label := l.Label()
	orphan := detailsOf(byLabel).Orphan
	switch {
	case refErr == nil && labelErr == nil && orphan != nil && orphan.Of == byRef.ID:
		return byLabel, "", nil
	case refErr == nil && labelErr == nil && byRef.ID != byLabel.ID:
		return byRef, billConflict, nil
	case labelErr == nil && slices.ContainsFunc(detailsOf(byLabel).Extras, func(e extra) bool { return e.is(label) }):
		return byLabel, billExtraLabel, nil
	case labelErr == nil:
		return byLabel, "", nil
	case refErr == nil && isSold(byRef) && (l.CarrierReference != "" || l.TrackingNumber != ""):
		return byRef, billOtherLabel, nil
	case refErr == nil:
		return byRef, "", nil
	case ids.IsClientReference(s.Store.Meta().Prefix, l.ClientReference):
		p, err := s.orphan(ctx, a, l)
		return p, billOrphan, err
	}
	return store.Purchase{}, billUnknown, nil
}

// unbilled are the labels of an account and a time that no invoice names.
func (s *Service) unbilled(ctx context.Context, a *accounts.Account, from, until time.Time) ([]string, error) {
	out := []string{}
	f := store.AccountFilter{From: from, Until: until, States: []store.PurchaseState{store.PurchaseSettled, store.PurchaseBought, store.PurchaseVoidRefused}}
	page := store.Page{Limit: maxUnbilled}
	for len(out) < maxUnbilled {
		list, err := s.Passes.PurchasesOfAccount(ctx, store.Tenant(a.Tenant), a.ID, f, page)
		if err != nil {
			return out, err
		}
		for _, p := range list.Items {
			if detailsOf(p).Billed == nil {
				out = append(out, p.ID)
			}
		}
		if page.Cursor = list.Next; page.Cursor == "" {
			break
		}
	}
	slices.Sort(out)
	return out[:min(len(out), maxUnbilled)], nil
}
