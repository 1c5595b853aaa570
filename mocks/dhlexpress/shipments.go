package dhlexpress

import (
	"net/http"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// shipment is one sale, and what tracking and documents need of it.
type shipment struct {
	awb          string
	plates       []string // licence plates, one per piece
	references   []reference
	product      product
	description  string
	lane         lane
	pieces       pieces
	at           time.Time // planned
	delivery     time.Time
	bookedAt     time.Time
	charged      int64 // cents
	paper        paper
	images       []documentImage // uploaded by the customer
	confirmation string          // of a pickup
}

// createShipment sells, or only checks when validateDataOnly asks for that. Nothing is known
// of a customer's earlier shipments: the same request twice is two sales.
func (c *Carrier) createShipment(w http.ResponseWriter, r *http.Request) {
	var in shipmentRequest
	if !read(w, r, shipmentSchema, http.StatusUnprocessableEntity, &in) {
		return
	}
	now := time.Now()
	o, no := accept(in, now, r.URL.Query().Get("strictValidation") == "true")
	if no != nil {
		fail(w, r, no.status, no.title, no.problems...)
		return
	}
	if r.URL.Query().Get("validateDataOnly") == "true" {
		// Unconfirmed: the specification shows a dry run only with problems.
		writeJSON(w, http.StatusCreated, shipmentAnswer{URL: self(r), Warnings: []string{"validateDataOnly: no shipment was created"}})
		return
	}
	s := c.newShipment(o, now)
	documents, err := s.documents(in)
	if err != nil {
		broken(w, r, c.desk.Serial(10))
		return
	}
	if err := c.sell(s); err != nil {
		broken(w, r, c.desk.Serial(10))
		return
	}
	writeJSON(w, http.StatusCreated, o.answer(s, documents, r))
}

// newShipment numbers an order: nothing is sold yet.
func (c *Carrier) newShipment(o order, now time.Time) *shipment {
	by, _ := o.inquiry.delivery(o.product)
	s := &shipment{awb: waybill("4" + c.desk.Serial(8)), product: o.product, description: o.in.Content.Description,
		lane: o.inquiry.lane, pieces: o.inquiry.pieces, at: o.inquiry.at, delivery: by, bookedAt: now,
		charged: total(o.lines), images: o.in.DocumentImages, references: o.in.CustomerReferences}
	for _, p := range o.in.Content.Packages {
		s.plates = append(s.plates, "JD0146"+c.desk.Serial(14))
		s.references = append(s.references, p.CustomerReferences...)
	}
	if o.in.Pickup.IsRequested {
		s.confirmation = c.confirmation(now)
	}
	s.paper = newPaper(o.in, s)
	return s
}

// waybill appends DHL's check digit: the serial modulo 7. The numbers that the test
// environment can track (9356579890, 4818240420, …) all keep to it.
func waybill(serial string) string {
	n, _ := strconv.ParseUint(serial, 10, 64)
	return serial + strconv.FormatUint(n%7, 10)
}

// sell writes the parcel and then the sale: a parcel without a sale harms nobody.
func (c *Carrier) sell(s *shipment) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	seller, ours := s.twoReferences()
	err := c.desk.AddParcel(mocks.Parcel{
		Number: s.awb, Aliases: s.plates, CarrierID: s.awb, Reference: seller, BookedAt: s.bookedAt,
		From: mocks.Place{City: s.lane.from.CityName, PostalCode: s.lane.from.PostalCode, Country: s.lane.from.CountryCode},
		To:   mocks.Place{City: s.lane.to.CityName, PostalCode: s.lane.to.PostalCode, Country: s.lane.to.CountryCode},
	})
	if err != nil {
		return err
	}
	err = c.desk.Purchase(mocks.Purchase{Reference: seller, ClientReference: ours, CarrierID: s.awb, TrackingNumber: s.awb,
		Charged: mocks.Money{Amount: decimal(s.charged).amount(), Currency: billing}})
	if err != nil {
		return err
	}
	c.shipments[s.awb] = s
	for _, plate := range s.plates {
		c.byPiece[plate] = s
	}
	seen := map[string]bool{}
	for _, ref := range s.references {
		if !seen[ref.Value] {
			seen[ref.Value] = true
			c.byReference[ref.Value] = append(c.byReference[ref.Value], s)
		}
	}
	if s.confirmation != "" {
		c.pickups[s.confirmation] = &pickup{number: s.confirmation, at: s.at}
	}
	return nil
}

// twoReferences are what the ledger knows a sale by: the first customer reference is the
// client's own, the second, where there is one, the seller's order.
func (s *shipment) twoReferences() (seller, client string) {
	for _, r := range s.references {
		switch {
		case client == "" && (r.TypeCode == "" || r.TypeCode == "CU"):
			client = r.Value
		case seller == "":
			seller = r.Value
		}
	}
	if client == "" {
		client = seller
	}
	if seller == "" {
		seller = client
	}
	return seller, client
}

// find is a shipment that searches see by now.
func (c *Carrier) find(awb string) (*shipment, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shipments[awb]
	return s, s != nil && c.desk.Visible(s.bookedAt)
}

// self is the address of a request, as its caller sees it.
func self(r *http.Request) string { return host(r) + r.URL.RequestURI() }

func host(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + "/dhl_express" + root
}
