package speedpak

import (
	"net/http"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The values of packageStatus. All are unconfirmed: the specification only links to a list.
const (
	created   = "CREATED"
	confirmed = "CONFIRMED"
	cancelled = "CANCELLED"
	inTransit = "IN_TRANSIT"
	delivered = "DELIVERED"
	returned  = "RETURNED"
)

// parcel is one package, from draft to delivery. What check fills never changes afterwards;
// the rest is guarded by the carrier's lock.
type parcel struct {
	info         packageInfo
	agent        *agent
	service      service
	from         address
	forward      bool // from a forward deployment centre
	uncertified  bool // a battery without a certificate
	grams        int64
	size         [3]int64 // cm
	chargedGrams int64
	chargeMode   string
	cost         int64 // cents

	id, number, lastMile string
	createdAt            time.Time
	status               string // created, confirmed or cancelled; scans say the rest
	confirmedAt          time.Time
	clones               int
}

// createPackage makes a free draft with a number, a label and an estimate.
func (c *Carrier) createPackage(w http.ResponseWriter, r *http.Request) {
	var in createRequest
	if !read(w, r, &in) {
		return
	}
	if in.PackageInfo == nil {
		deny(w, invalid("packageInfo", ""))
		return
	}
	p := &parcel{info: in.PackageInfo.packageInfo, agent: in.PackageInfo.Agent}
	e := p.check(c)
	if e == nil {
		e = c.draft(p)
	}
	if e != nil {
		deny(w, e)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]createResult{"createPackageResult": p.result()})
}

// draft numbers and keeps a checked package, if its lines are free and the wallet could pay.
func (c *Carrier) draft(p *parcel) *apiError {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, it := range p.info.Items {
		if c.taken(it.OrderLineItem) >= max(p.info.MaxQuantityLimit, 1) {
			return new(fault(355005, it.OrderLineItem))
		}
	}
	if c.wallet < p.cost {
		return new(fault(355031))
	}
	serial := c.desk.Serial(12)
	p.id, p.createdAt, p.status = "PKG"+serial, time.Now(), created
	p.number = p.service.prefix + "1" + serial + p.info.ShipTo.CountryCode + "01010001D0N"
	p.lastMile = "LM" + c.desk.Serial(12)
	c.packages[p.id], c.byNumber[p.number] = p, p
	for _, line := range p.lines() {
		c.byLine[line] = append(c.byLine[line], p)
	}
	return nil
}

// lines are the package's order lines, each once.
func (p *parcel) lines() []string {
	var out []string
	seen := map[string]bool{}
	for _, it := range p.info.Items {
		if !seen[it.OrderLineItem] {
			seen[it.OrderLineItem] = true
			out = append(out, it.OrderLineItem)
		}
	}
	return out
}

// taken counts the packages that hold a line.
func (c *Carrier) taken(line string) int64 {
	var n int64
	for _, p := range c.byLine[line] {
		if p.status != cancelled {
			n++
		}
	}
	return n
}

func (p *parcel) result() createResult {
	return createResult{PackageID: p.id, TrackingNumber: p.number, EstimateCost: new(dollars(p.cost))}
}

// getPackage tells all of one package. The numbers of a cancelled one are gone.
func (c *Carrier) getPackage(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	p := c.packages[r.PathValue("id")]
	c.mu.Unlock()
	if p == nil {
		deny(w, new(fault(355004, r.PathValue("id"))))
		return
	}
	writeJSON(w, http.StatusOK, map[string]packageDetail{"packageDetail": c.detail(p)})
}

func (c *Carrier) detail(p *parcel) packageDetail {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := packageDetail{packageInfo: p.info, Agent: p.agent, PackageID: p.id, PackageStatus: c.statusOf(p)}
	if p.status != cancelled {
		out.TrackingNumber = p.number
	}
	if p.status == confirmed {
		out.PaymentCost = new(dollars(p.cost))
		if time.Since(p.confirmedAt) >= c.desk.LateNumbers() {
			out.LastMile = p.lastMile
		}
	}
	return out
}

// statusOf reads a package's state, and that of its journey once it was sold.
func (c *Carrier) statusOf(p *parcel) string {
	if p.status != confirmed {
		return p.status
	}
	booked, _ := c.desk.Parcel(p.number)
	if len(booked.Scans) == 0 {
		return confirmed
	}
	switch last := booked.Scans[len(booked.Scans)-1].Code; last {
	case delivered, returned:
		return last
	case orderReceived:
		return confirmed
	}
	return inTransit
}

// findByLine lists the packages of an order line that searches see by now, cancelled ones
// too; none is an empty list.
func (c *Carrier) findByLine(w http.ResponseWriter, r *http.Request) {
	line := r.PathValue("id")
	if !lineForm.MatchString(line) {
		deny(w, new(fault(355062, line)))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []itemPackage{}
	for _, p := range c.byLine[line] {
		if !c.desk.Visible(p.createdAt) {
			continue
		}
		found := itemPackage{PackageID: p.id, PackageStatus: c.statusOf(p)}
		if p.status != cancelled {
			found.TrackingNumber = p.number
		}
		out = append(out, found)
	}
	writeJSON(w, http.StatusOK, map[string][]itemPackage{"itemPackages": out})
}

// purchase is the ledger's entry of a confirmed package: ours is in the comment where the
// caller put it there, else the order line stands in.
func (p *parcel) purchase() mocks.Purchase {
	first := p.info.Items[0]
	out := mocks.Purchase{Reference: first.OrderID, ClientReference: p.info.Comment, CarrierID: p.id, TrackingNumber: p.number,
		Charged: mocks.Money{Amount: dollars(p.cost).Value, Currency: walletCurrency}}
	if out.ClientReference == "" {
		out.ClientReference = first.OrderLineItem
	}
	if out.Reference == "" {
		out.Reference = first.OrderLineItem
	}
	return out
}
