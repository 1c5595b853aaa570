package cainiao

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxBag is how many parcels one handover takes.
const maxBag = 1000

// bagPapers are the papers of a bag and their types.
var bagPapers = []struct {
	kind normalize.DocumentType
	code string
}{{normalize.DocumentLabel, "1"}, {normalize.DocumentManifest, "512"}}

// bagTypes are the ways of handing a bag over.
var bagTypes = map[string]string{pickup: "cainiao_pickup", courier: "self_post", dropOff: "self_send"}

// dataBagOrder and dataBagContent are the keys under which a manifest keeps the handover's ids.
const (
	dataBagOrder   = "handover_order_id"
	dataBagContent = "handover_content_id"
)

// Manifest hands AliExpress parcels over in one bag and fetches its waybill and its manifest.
// A parcel can be in one bag only.
//
// Whole grams, rounded up. A paper that cannot be had is left out: the handover itself is made
// and is not to be repeated.
// Source: metadata of cainiao.global.handover.commit and handover.pdf.get, read 2026-11-21.
func (a *Adapter) Manifest(ctx context.Context, req normalize.ManifestRequest) (normalize.Manifest, error) {
	business, err := a.bagParams(req)
	if err != nil {
		return normalize.Manifest{}, err
	}
	var made bag
	reply, err := a.iop.handover(ctx, methodHandover, business, &made)
	if err != nil {
		return normalize.Manifest{}, err
	}
	if made.ContentID == "" || made.Code == "" {
		return normalize.Manifest{}, a.iop.bad(adapters.OpManifest, reply, "the answer names no bag")
	}
	out := normalize.Manifest{CarrierReference: string(made.ContentID), TrackingNumber: made.Code,
		CarrierData: map[string]string{dataBagContent: string(made.ContentID), dataBagOrder: string(made.OrderID)}}
	for _, paper := range bagPapers {
		if pdf, ok := a.bagPaper(ctx, string(made.ContentID), paper.code); ok {
			out.Documents = append(out.Documents, normalize.Document{Type: paper.kind, Format: "pdf", Data: pdf})
		}
	}
	return out, nil
}

func (a *Adapter) bagPaper(ctx context.Context, id, kind string) ([]byte, bool) {
	user, err := jsonText(bagUser{a.config.TopUserKey})
	if err != nil {
		return nil, false
	}
	var body string
	in := map[string]string{"handover_content_id": id, "type": kind, "client": a.config.Client, "user_info": user}
	if _, err := a.iop.handover(ctx, methodBagPaper, in, &body); err != nil {
		return nil, false
	}
	return readPDF(body)
}

// handover calls a method of the handover and reads its data.
func (i *iop) handover(ctx context.Context, method string, business map[string]string, data any) (rest.Reply, error) {
	const op = adapters.OpManifest
	var out handoverAnswer
	reply, err := i.call(ctx, op, method, business, &out)
	switch {
	case err != nil:
		return reply, err
	case out.Result == nil || out.Result.Success == "":
		return reply, i.bad(op, reply, "the answer holds no result")
	case !out.Result.Success.yes():
		return reply, i.refuse(op, reply, string(out.Result.Code), out.Result.Msg)
	case len(out.Result.Data) == 0 || rest.DecodeJSON(out.Result.Data, data) != nil:
		return reply, i.bad(op, reply, "the answer's data is not of the documented form")
	}
	return reply, nil
}

// bagParams are the parameters of handover.commit.
func (a *Adapter) bagParams(req normalize.ManifestRequest) (map[string]string, error) {
	codes, err := a.bagCodes(req.Labels)
	if err != nil {
		return nil, err
	}
	method := a.method(req.Handover)
	p := map[string]string{"type": bagTypes[method], "client": a.config.Client}
	var from, back *bagContact
	if from, err = a.bagFrom(req.Handover); err != nil {
		return nil, err
	}
	if back, err = a.bagBack(req.ReturnAddress); err != nil {
		return nil, err
	}
	texts := map[string]any{"order_code_list": codes, "user_info": bagUser{a.config.TopUserKey}, "pickup_info": from}
	if back != nil {
		texts["return_info"] = back
	}
	for name, v := range texts {
		if p[name], err = jsonText(v); err != nil {
			return nil, err
		}
	}
	if req.Weight > 0 {
		p["weight"], p["weight_unit"] = strconv.FormatInt(req.Weight.Ceil(normalize.Gram), 10), "g"
	}
	if method == courier {
		name, id, tracking := a.courierOf(req.Handover)
		if tracking == "" || name == "" && id == "" {
			return nil, needs(adapters.OpManifest, "/handover/courier", "a bag that a courier brings needs its name and number")
		}
		p["domestic_logistics_company"], p["domestic_logistics_company_id"], p["domestic_tracking_no"] = name, id, tracking
	}
	return p, nil
}

// bagCodes are the LP numbers of the parcels in a bag.
func (a *Adapter) bagCodes(labels []normalize.ShipmentRef) ([]string, error) {
	if len(labels) == 0 || len(labels) > maxBag {
		return nil, normalize.Invalid("/labels", "a bag holds 1 to %d parcels", maxBag)
	}
	var codes []string
	for i, ref := range labels {
		at := "/labels/" + strconv.Itoa(i)
		aliexpress, err := a.door(either(ref.Service, standard))
		switch {
		case err != nil:
			return nil, err
		case !aliexpress:
			return nil, normalize.NotServiceable(at, "only parcels of AliExpress orders are handed over in a bag")
		case !lpShape.MatchString(ref.CarrierReference):
			return nil, needs(adapters.OpManifest, at, "the LP number of the order is required")
		}
		codes = append(codes, ref.CarrierReference)
	}
	return codes, nil
}

// bagFrom is where the bag comes from: the handover's address, else the account's.
func (a *Adapter) bagFrom(h *normalize.Handover) (*bagContact, error) {
	id := a.config.PickupAddressID
	if id == 0 {
		id = a.config.SenderAddressID
	}
	switch {
	case h != nil && h.Address != nil:
		return bagContactOf(*h.Address, "/handover/address")
	case id != 0:
		return &bagContact{AddressID: idOf(id)}, nil
	}
	return nil, needs(adapters.OpManifest, "/handover/address", "is required, or a pickup_address_id of the account")
}

// bagBack is where the bag goes back to, nil where nobody said.
func (a *Adapter) bagBack(v *normalize.Address) (*bagContact, error) {
	switch {
	case v != nil:
		return bagContactOf(*v, "/return_address")
	case a.config.RefundAddressID != 0:
		return &bagContact{AddressID: idOf(a.config.RefundAddressID)}, nil
	}
	return nil, nil
}

// mobileShape is a mobile number in China. A number of another form is sent as the phone,
// which AliExpress knows in its other addresses; that it does here is unconfirmed.
var mobileShape = regexp.MustCompile(`^1[3-9]\d{9}$`)

// bagContactOf is an address in China, in its own script: the name must have Chinese characters.
func bagContactOf(v normalize.Address, pointer string) (*bagContact, error) {
	if v.PlatformAddressID != "" {
		p, err := storedParty(v.PlatformAddressID, pointer+"/platform_address_id")
		return &bagContact{AddressID: p.AddressID}, err
	}
	v = inOwnScript(v)
	if !strings.ContainsFunc(v.Name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return nil, normalize.Invalid(pointer+"/local/name", "a bag needs the name in Chinese")
	}
	out := &bagContact{Name: v.Name, Email: v.Email, Address: &bagAddress{
		Country: v.Country, Province: v.State, City: v.City, District: either(v.District, v.City),
		Street: v.Line1, Detail: street(v), ZipCode: v.PostalCode,
	}}
	mobile := strings.TrimPrefix(strings.NewReplacer(" ", "", "-", "").Replace(v.Phone), "+86")
	if mobileShape.MatchString(mobile) {
		out.Mobile = mobile
	} else {
		out.Phone = v.Phone
	}
	return out, nil
}
