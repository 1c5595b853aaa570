package amazonfba

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Limits of a plan. Source: the model's CreateInboundPlanRequest, ItemInput and AddressInput.
const (
	maxName     = 40
	maxItems    = 2000
	maxSKU      = 255
	maxQuantity = 500_000
	maxLot      = 256
)

// CheckPlan holds a plan against the limits of the model.
func (a *Adapter) CheckPlan(req adapters.InboundPlanRequest) error {
	_, err := a.planBody(req)
	return err
}

// CreatePlan opens a plan. Its operation fails where an item is not known or nobody said how it
// must be prepared; the plan is errored then.
// Source: createInboundPlan.
func (a *Adapter) CreatePlan(ctx context.Context, req adapters.InboundPlanRequest) (adapters.InboundStarted, error) {
	body, err := a.planBody(req)
	if err != nil {
		return adapters.InboundStarted{}, err
	}
	var out started
	if err := a.client.do(ctx, call{method: http.MethodPost, path: path("inboundPlans"), in: body, commits: true}, &out); err != nil {
		return adapters.InboundStarted{}, err
	}
	if !out.valid() || out.Plan == "" {
		return adapters.InboundStarted{}, a.client.bad("the answer names no plan")
	}
	return adapters.InboundStarted{PlanID: out.Plan, Operation: out.Operation}, nil
}

// Started reads what a committing call began from its kept reply.
func (a *Adapter) Started(e normalize.Evidence) (adapters.InboundStarted, bool) {
	var out started
	if e.Status != http.StatusAccepted || rest.DecodeJSON(e.Body, &out) != nil || !out.valid() {
		return adapters.InboundStarted{}, false
	}
	return adapters.InboundStarted{PlanID: out.Plan, Operation: out.Operation}, true
}

func (a *Adapter) planBody(req adapters.InboundPlanRequest) (planBody, error) {
	m, err := a.market(req.Marketplace)
	if err != nil {
		return planBody{}, err
	}
	if n := utf8.RuneCountInString(req.Name); n < 1 || n > maxName {
		return planBody{}, normalize.Invalid("/name", "must have 1 to %d characters", maxName)
	}
	from, err := sourceOf(req.Source)
	if err != nil {
		return planBody{}, err
	}
	if n := len(req.Items); n < 1 || n > maxItems {
		return planBody{}, normalize.Invalid("/items", "must have 1 to %d lines", maxItems)
	}
	body := planBody{Name: req.Name, Marketplaces: []string{m.id}, Source: from}
	for i, it := range req.Items {
		if err := checkItem(it, req.Marketplace, fmt.Sprintf("/items/%d", i)); err != nil {
			return planBody{}, err
		}
		body.Items = append(body.Items, itemOf(it))
	}
	return body, nil
}

func itemOf(it adapters.InboundItem) item {
	return item{MSKU: it.SKU, Quantity: it.Quantity, LabelOwner: owners[it.LabelOwner], PrepOwner: owners[it.PrepOwner],
		Expiration: string(it.ExpiresOn), Lot: it.Lot}
}

func (i item) normal() adapters.InboundItem {
	out := adapters.InboundItem{SKU: i.MSKU, Quantity: i.Quantity, ExpiresOn: normalize.Date(i.Expiration), Lot: i.Lot, PlatformSKU: i.FNSKU}
	for word, theirs := range owners {
		if i.LabelOwner == theirs {
			out.LabelOwner = word
		}
	}
	return out
}

func checkItem(it adapters.InboundItem, country, at string) error {
	switch {
	case !within(it.SKU, 1, maxSKU):
		return normalize.Invalid(at+"/sku", "must have 1 to %d characters", maxSKU)
	case it.Quantity < 1 || it.Quantity > maxQuantity:
		return normalize.Invalid(at+"/quantity", "must be from 1 to %d", maxQuantity)
	case owners[it.LabelOwner] == "":
		return normalize.Invalid(at+"/label_owner", "must be seller, platform or none")
	case owners[it.PrepOwner] == "":
		return normalize.Invalid(at+"/prep_owner", "must be seller, platform or none")
	// Amazon ended its own labelling and preparing there on 2026-01-01.
	case country == "US" && it.LabelOwner == "platform":
		return normalize.Invalid(at+"/label_owner", "Amazon labels nothing in the US any more")
	case country == "US" && it.PrepOwner == "platform":
		return normalize.Invalid(at+"/prep_owner", "Amazon prepares nothing in the US any more")
	case !within(it.Lot, 0, maxLot):
		return normalize.Invalid(at+"/lot", "must have at most %d characters", maxLot)
	}
	return nil
}

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most
}

// sourceOf is where the stock comes from. A company does not stand in for a missing name.
func sourceOf(a normalize.Address) (address, error) {
	out := address{Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: strings.TrimSpace(a.Line2 + " " + a.Line3),
		District: a.District, City: a.City, State: a.State, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone, Email: a.Email}
	for _, f := range []struct {
		pointer, text string
		least, most   int
	}{
		{"name", out.Name, 1, 50}, {"company", out.Company, 0, 50}, {"line1", out.Line1, 1, 180}, {"line2", out.Line2, 0, 60},
		{"district", out.District, 0, 50}, {"city", out.City, 1, 30}, {"state", out.State, 0, 64},
		{"postal_code", out.PostalCode, 1, 32}, {"phone", out.Phone, 1, 20}, {"email", out.Email, 0, 1024},
	} {
		if !within(f.text, f.least, f.most) {
			return out, normalize.Invalid("/source/"+f.pointer, "must have %d to %d characters", f.least, f.most)
		}
	}
	if !normalize.ValidCountry(out.Country) {
		return out, normalize.Invalid("/source/country", "is not an ISO 3166-1 alpha-2 code")
	}
	return out, nil
}

func (p planSummary) normal() adapters.InboundPlanInfo {
	return adapters.InboundPlanInfo{ID: p.ID, Name: p.Name, Status: planWords[p.Status], CreatedAt: p.Created.Time}
}

// FindPlans reads the plans from the newest back to since. More than twenty pages of thirty are
// not read: then nothing is said of what lies behind.
// Source: listInboundPlans.
func (a *Adapter) FindPlans(ctx context.Context, name string, since time.Time) ([]adapters.InboundPlanInfo, bool, error) {
	var out []adapters.InboundPlanInfo
	complete, pages := false, 0
	query := url.Values{"sortBy": {"CREATION_TIME"}, "sortOrder": {"DESC"}}
	err := eachPage[plansPage](ctx, a.client, path("inboundPlans"), query, "30", func(p plansPage) bool {
		pages++
		complete = p.next() == ""
		for _, plan := range p.Plans {
			if plan.Created.Before(since) {
				complete = true
				continue
			}
			if plan.Name == name {
				out = append(out, plan.normal())
			}
		}
		return !complete && pages < maxPages
	})
	return out, complete && err == nil, err
}

// GetPlan reads a plan's state.
// Source: getInboundPlan.
func (a *Adapter) GetPlan(ctx context.Context, planID string) (adapters.InboundPlanInfo, error) {
	var out planSummary
	if err := a.client.get(ctx, path("inboundPlans", planID), nil, &out); err != nil {
		return adapters.InboundPlanInfo{}, err
	}
	if out.ID != planID {
		return adapters.InboundPlanInfo{}, a.client.bad("the answer is of another plan")
	}
	return out.normal(), nil
}

// CancelPlan voids a plan, and with it the transport that can still be voided.
// Source: cancelInboundPlan.
func (a *Adapter) CancelPlan(ctx context.Context, planID string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPut, path: path("inboundPlans", planID, "cancellation")})
}

// named finds the goods that a problem is about: "… the resource 'DEMO-SKU-1' …".
var named = regexp.MustCompile(`resource '([^']{1,255})'`)

// GetOperation asks how far a piece of work is.
// Source: getInboundOperationStatus.
func (a *Adapter) GetOperation(ctx context.Context, operation string) (adapters.InboundOperation, error) {
	var out operationReply
	if err := a.client.get(ctx, path("operations", operation), nil, &out); err != nil {
		return adapters.InboundOperation{}, err
	}
	status, ok := operationWords[out.Status]
	if !ok {
		return adapters.InboundOperation{}, a.client.bad("the answer tells no known state of the operation")
	}
	op := adapters.InboundOperation{Status: status}
	for _, p := range out.Problems {
		one := adapters.InboundProblem{Code: a.client.rest.Excerpt(p.Code), Message: a.client.rest.Excerpt(either(p.Message, p.Details)),
			Severity: either(severities[p.Severity], "error"), NeedsPrep: p.Code == codePrepMissing}
		if m := named.FindStringSubmatch(p.Message); m != nil {
			one.SKU = m[1]
		}
		op.Problems = append(op.Problems, one)
	}
	return op, nil
}
