package amazonfba

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// item is an amount of one SKU, as the seller says it.
type item struct {
	MSKU       string `json:"msku"`
	Quantity   int64  `json:"quantity"`
	LabelOwner string `json:"labelOwner"`
	PrepOwner  string `json:"prepOwner"`
	Expiration string `json:"expiration,omitempty"`
	Lot        string `json:"manufacturingLotCode,omitempty"`
}

// kind is what makes two amounts the same goods.
func (i item) kind() [3]string { return [3]string{i.MSKU, i.Expiration, i.Lot} }

// planInput is the body of createInboundPlan.
type planInput struct {
	Name    string   `json:"name"`
	Markets []string `json:"destinationMarketplaces"`
	Source  address  `json:"sourceAddress"`
	Items   []item   `json:"items"`
}

// address is one of the seller's or of a warehouse.
type address struct {
	Name                string `json:"name"`
	CompanyName         string `json:"companyName,omitempty"`
	AddressLine1        string `json:"addressLine1"`
	AddressLine2        string `json:"addressLine2,omitempty"`
	City                string `json:"city"`
	DistrictOrCounty    string `json:"districtOrCounty,omitempty"`
	StateOrProvinceCode string `json:"stateOrProvinceCode,omitempty"`
	CountryCode         string `json:"countryCode"`
	PostalCode          string `json:"postalCode"`
	PhoneNumber         string `json:"phoneNumber,omitempty"`
	Email               string `json:"email,omitempty"`
}

var (
	countryShape = regexp.MustCompile(`^[A-Z]{2}$`)
	dateShape    = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
)

// within tells whether a text has so many characters.
func within(text string, least, most int) bool {
	n := utf8.RuneCountInString(text)
	return n >= least && n <= most
}

func (a address) check() *problem {
	for _, f := range []struct {
		name, text  string
		least, most int
	}{
		{"name", a.Name, 1, 50}, {"addressLine1", a.AddressLine1, 1, 180}, {"city", a.City, 1, 30}, {"postalCode", a.PostalCode, 1, 32},
		{"phoneNumber", a.PhoneNumber, 1, 20}, {"addressLine2", a.AddressLine2, 0, 60}, {"companyName", a.CompanyName, 0, 50},
		{"districtOrCounty", a.DistrictOrCounty, 0, 50}, {"stateOrProvinceCode", a.StateOrProvinceCode, 0, 64}, {"email", a.Email, 0, 1024},
	} {
		if !within(f.text, f.least, f.most) {
			return bad("The address field " + f.name + " must have " + strconv.Itoa(f.least) + " to " + strconv.Itoa(f.most) + " characters.")
		}
	}
	if !countryShape.MatchString(a.CountryCode) {
		return bad("The address field countryCode must be two capital letters.")
	}
	return nil
}

var owners = []string{"AMAZON", "SELLER", "NONE"}

func (b planInput) check() *problem {
	if len(b.Markets) != 1 {
		return bad("destinationMarketplaces must have exactly one marketplace.")
	}
	if _, ok := markets[b.Markets[0]]; !ok {
		return bad("The marketplace " + b.Markets[0] + " is not valid.")
	}
	if !within(b.Name, 0, 40) {
		return bad("The name must have at most 40 characters.")
	}
	if no := b.Source.check(); no != nil {
		return no
	}
	if len(b.Items) < 1 || len(b.Items) > 2000 {
		return bad("items must have 1 to 2000 items.")
	}
	seen := map[[3]string]bool{}
	for _, i := range b.Items {
		if no := i.check(); no != nil {
			return no
		}
		if seen[i.kind()] {
			return bad("The MSKU " + i.MSKU + " is given twice.")
		}
		seen[i.kind()] = true
		// Amazon ended its label and prep services there on 2026-01-01.
		if markets[b.Markets[0]].country == "US" && (i.LabelOwner == "AMAZON" || i.PrepOwner == "AMAZON") {
			return bad("AMAZON is not a valid labelOwner or prepOwner in this marketplace.")
		}
	}
	return nil
}

func (i item) check() *problem {
	switch {
	case !within(i.MSKU, 1, 255):
		return bad("The msku must have 1 to 255 characters.")
	case i.Quantity < 1 || i.Quantity > 500_000:
		return bad("The quantity must be between 1 and 500000.")
	case !slices.Contains(owners, i.LabelOwner) || !slices.Contains(owners, i.PrepOwner):
		return bad("labelOwner and prepOwner must be AMAZON, SELLER or NONE.")
	case i.Expiration != "" && !dateShape.MatchString(i.Expiration):
		return bad("The expiration must be YYYY-MM-DD.")
	case !within(i.Lot, 0, 256):
		return bad("The manufacturingLotCode must have at most 256 characters.")
	}
	return nil
}

// shelfLife is how far ahead an expiration must be; the true number depends on the goods.
const shelfLife = 105 * 24 * time.Hour

// checkItems is what the operation finds out about the goods.
func (c *Carrier) checkItems(items []item, now time.Time) (problems []opProblem) {
	for _, i := range items {
		if strings.Contains(i.MSKU, "NOSUCH") {
			problems = append(problems, failure("FBA_INB_0049", "There's an input error with the resource '"+i.MSKU+"'."))
			continue
		}
		if c.prepOf(i.MSKU).Category == "UNKNOWN" {
			problems = append(problems, failure("FBA_INB_0182", "Prep classification is missing for the resource '"+i.MSKU+"'."))
		}
		if at, err := time.Parse(time.DateOnly, i.Expiration); err == nil && at.Before(now.Add(shelfLife)) {
			problems = append(problems, failure("FBA_INB_0181", "The expiration of the resource '"+i.MSKU+"' is too close."))
		}
	}
	return problems
}
