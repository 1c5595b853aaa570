package normalize

// Incoterm says who bears carriage, risk and duties: DAP, DDP and their kin.
type Incoterm string

// The two terms every channel knows.
const (
	DAP Incoterm = "DAP"
	DDP Incoterm = "DDP"
)

// TaxID is a registration that customs or a tax office wants to see.
type TaxID struct {
	Type    string `json:"type" enum:"ioss,voec,vat,gst,arn,eori,ein,cpf,cnpj,pccc,tin,national_id,passport,csp,mid"`
	Country string `json:"country,omitempty" maxLength:"2"`
	Number  string `json:"number" minLength:"1" maxLength:"50"`
	Party   string `json:"party,omitempty" enum:"shipper,consignee,importer,platform,manufacturer"`
}

// personalIDs are those that belong to a person; without a party they are the consignee's.
var personalIDs = map[string]bool{"cpf": true, "pccc": true, "national_id": true, "passport": true}

// EffectiveParty is Party, or its default: the consignee for a person's id, else the shipper.
func (t TaxID) EffectiveParty() string {
	switch {
	case t.Party != "":
		return t.Party
	case personalIDs[t.Type]:
		return "consignee"
	default:
		return "shipper"
	}
}

// Customs is what the declaration says beyond the items.
type Customs struct {
	Purpose           string   `json:"purpose,omitempty" enum:"sale,gift,sample,document,return,repair,personal,other" doc:"sale when absent"`
	Note              string   `json:"note,omitempty" maxLength:"300"`
	Invoice           *Invoice `json:"invoice,omitempty"`
	LicenseNumber     string   `json:"license_number,omitempty" maxLength:"60"`
	CertificateNumber string   `json:"certificate_number,omitempty" maxLength:"60"`
	ExportFiling      string   `json:"export_filing,omitempty" maxLength:"60" doc:"ITN or the exemption of an export from the US"`
	TaxCollected      Money    `json:"tax_collected,omitzero" doc:"What the platform already took from the buyer"`
}

// Invoice names the commercial invoice; without it the number is the reference and the
// date the ship date.
type Invoice struct {
	Number string `json:"number,omitempty" maxLength:"35"`
	Date   Date   `json:"date,omitempty" format:"date"`
}

// CustomsPurpose is the declared purpose, sale when nothing was said.
func (s Shipment) CustomsPurpose() string {
	if s.Customs == nil || s.Customs.Purpose == "" {
		return "sale"
	}
	return s.Customs.Purpose
}
