package cainiao

import (
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// partiesOf are the addresses of an order. The seller's own are ids of addresses stored at
// AliExpress, by the request's word or the account's, else written out; the receiver is always
// written out, as far as the platform shows it.
func (a *Adapter) partiesOf(s normalize.Shipment) (parties, error) {
	sender, err := a.senderOf(s)
	if err != nil {
		return parties{}, err
	}
	out := parties{Sender: sender, Receiver: receiverOf(s.Destination)}
	if out.Pickup, err = a.pickupOf(s, sender); err != nil {
		return parties{}, err
	}
	if out.Refund, err = a.refundOf(s, sender); err != nil {
		return parties{}, err
	}
	return out, nil
}

func (a *Adapter) senderOf(s normalize.Shipment) (party, error) {
	switch {
	case s.Origin.PlatformAddressID != "":
		return storedParty(s.Origin.PlatformAddressID, "/origin/platform_address_id")
	case a.config.SenderAddressID != 0:
		return party{AddressID: idOf(a.config.SenderAddressID)}, nil
	}
	return written(s.Origin, false, "sender"), nil
}

// pickupOf is where the parcel is collected: the handover's own address, the account's, else
// the sender's. The point of a handover is the warehouse's code in it, whose effect is
// unconfirmed; since nothing counts beside the id of a stored address, the address is written
// out then.
func (a *Adapter) pickupOf(s normalize.Shipment, sender party) (*party, error) {
	h := s.Handover
	switch {
	case h != nil && h.Point != "":
		from := s.Origin
		if h.Address != nil {
			from = *h.Address
		}
		if from.Line1 == "" {
			return nil, normalize.NotServiceable("/handover/point", "a warehouse can be chosen for an address that is written out only")
		}
		out := written(from, true, "pickup")
		out.Warehouse = h.Point
		return &out, nil
	case h != nil && h.Address != nil:
		out, err := oursOf(*h.Address, "/handover/address/platform_address_id", "pickup")
		return &out, err
	case a.config.PickupAddressID != 0:
		return &party{AddressID: idOf(a.config.PickupAddressID)}, nil
	case a.method(h) == pickup:
		return sender.as("pickup"), nil
	}
	return nil, nil
}

// refundOf is where a parcel goes that cannot be delivered: the request's address, the
// account's, else the sender's.
func (a *Adapter) refundOf(s normalize.Shipment, sender party) (*party, error) {
	switch {
	case s.ReturnAddress != nil:
		out, err := oursOf(*s.ReturnAddress, "/return_address/platform_address_id", "refund")
		return &out, err
	case a.config.RefundAddressID != 0:
		return &party{AddressID: idOf(a.config.RefundAddressID)}, nil
	case a.nonDelivery(s) == "return":
		return sender.as("refund"), nil
	}
	return nil, nil
}

// oursOf is an address of the seller in China, in its own script where that was given.
func oursOf(v normalize.Address, pointer, role string) (party, error) {
	if v.PlatformAddressID != "" {
		return storedParty(v.PlatformAddressID, pointer)
	}
	return written(v, true, role), nil
}

// as is an address in another role; a stored one has none.
func (p party) as(role string) *party {
	if p.Member != "" {
		p.Member = role
	}
	return &p
}

func storedParty(id, pointer string) (party, error) {
	if !digits(id) {
		return party{}, normalize.Invalid(pointer, "must be the number of an address stored at AliExpress")
	}
	return party{AddressID: number(id)}, nil
}

func idOf(id int64) number { return number(strconv.FormatInt(id, 10)) }

func receiverOf(v normalize.Address) party { return written(v, false, "receiver") }

// written is an address in full. One phone serves for both that AliExpress asks for.
func written(v normalize.Address, local bool, role string) party {
	if local {
		v = inOwnScript(v)
	}
	return party{
		Name: v.Name, Country: aliexpressCountry(v.Country), Province: v.State, City: v.City, County: v.District,
		Street: street(v), PostCode: v.PostalCode, Phone: v.Phone, Mobile: v.Phone, Email: v.Email, Member: role,
	}
}

// inOwnScript is an address with its local words in the place of the Latin ones.
func inOwnScript(v normalize.Address) normalize.Address {
	l := v.Local
	if l == nil || l.Line1 == "" {
		return v
	}
	v.Line1, v.Line2, v.Line3 = l.Line1, l.Line2, l.Line3
	v.Name, v.City, v.State, v.District = either(l.Name, v.Name), either(l.City, v.City), either(l.State, v.State), either(l.District, v.District)
	return v
}

// street is all lines of an address in one, with the house number where it is not in them.
func street(v normalize.Address) string {
	return strings.Join(strings.Fields(strings.Join([]string{v.Line1, v.HouseNumber, v.Line2, v.Line3}, " ")), " ")
}

// digits tells whether a text is an id of AliExpress's, which travels as a bare JSON number: up
// to 19 digits, of which the first is no 0.
func digits(s string) bool {
	return s != "" && len(s) <= 19 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}
