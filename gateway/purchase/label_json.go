package purchase

import "encoding/json"

// The contract shows these fields of a label, so they are always there: null where there is
// nothing to say.

// MarshalJSON writes what is empty as null.
func (l Label) MarshalJSON() ([]byte, error) {
	type plain Label
	return json.Marshal(struct {
		plain
		Reference              *string `json:"reference"`
		TrackingNumber         *string `json:"tracking_number"`
		LastMileTrackingNumber *string `json:"last_mile_tracking_number"`
		CarrierReference       *string `json:"carrier_reference"`
		CostSource             *string `json:"cost_source"`
		Tracker                *string `json:"tracker"`
	}{plain(l), orNull(l.Reference), orNull(l.TrackingNumber), orNull(l.LastMileTrackingNumber),
		orNull(l.CarrierReference), orNull(l.CostSource), orNull(l.Tracker)})
}

// MarshalJSON writes what is empty as null.
func (a Attempt) MarshalJSON() ([]byte, error) {
	type plain Attempt
	return json.Marshal(struct {
		plain
		Phase       *string `json:"phase"`
		Outcome     *string `json:"outcome"`
		CarrierCode *string `json:"carrier_code"`
	}{plain(a), orNull(a.Phase), orNull(a.Outcome), orNull(a.CarrierCode)})
}

// MarshalJSON writes what is empty as null.
func (d Document) MarshalJSON() ([]byte, error) {
	type plain Document
	return json.Marshal(struct {
		plain
		Size *string `json:"size"`
	}{plain(d), orNull(d.Size)})
}

// MarshalJSON writes what is empty as null.
func (h HistoryLine) MarshalJSON() ([]byte, error) {
	type plain HistoryLine
	return json.Marshal(struct {
		plain
		Detail *string `json:"detail"`
	}{plain(h), orNull(h.Detail)})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
