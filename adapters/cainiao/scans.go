package cainiao

import (
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// meaning is what a scan's code says.
type meaning struct {
	status    normalize.Status
	substatus normalize.Substatus
	leg       normalize.Leg
}

func (m meaning) split() (normalize.Status, normalize.Substatus, normalize.Leg) {
	return m.status, m.substatus, m.leg
}

// statusSource is where actions and families come from.
const statusSource = "AliExpress IOP SDK, querytrackingresult, field action_code, and the table of a public client"

// actions are the codes that both doors share. The finer words beside a status are ours.
// Source: statusSource, read 2026-11-21.
var actions = map[string]meaning{
	"CONSIGN":           {normalize.StatusRegistered, "", normalize.LegFirstMile},
	"OM_CONSIGN":        {normalize.StatusRegistered, "", normalize.LegFirstMile},
	"GTMS_ASN":          {normalize.StatusRegistered, "", normalize.LegFirstMile},
	"GWMS_ACCEPT":       {normalize.StatusRegistered, "", normalize.LegFirstMile},
	"GWMS_PICK":         {normalize.StatusRegistered, "", normalize.LegFirstMile},
	"GWMS_PACKAGE":      {normalize.StatusRegistered, "", normalize.LegFirstMile},
	"PRE_READY_TO_SHIP": {normalize.StatusRegistered, "", normalize.LegFirstMile},

	"PU_PICKUP_SUCCESS":  {normalize.StatusPickedUp, "", normalize.LegFirstMile},
	"PU_SIGN_IN_SUCCESS": {normalize.StatusPickedUp, "", normalize.LegFirstMile},
	"GOT":                {normalize.StatusPickedUp, "", normalize.LegFirstMile},
	"SC_SIGN_IN_SUCCESS": {normalize.StatusPickedUp, "", normalize.LegFirstMile},

	"SC_INBOUND_SUCCESS":  {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"SC_OUTBOUND_SUCCESS": {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"SC_HO_OUT_SUCCESS":   {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"CW_INBOUND":          {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"CW_OUTBOUND":         {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"GWMS_OUTBOUND":       {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"GWMS_HANDOVER":       {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"TD_TRANS_ARRIVE":     {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"TD_TRANS_DEPART":     {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"DEPARTURE":           {normalize.StatusInTransit, "", normalize.LegFirstMile},
	"ARRIVAL":             {normalize.StatusInTransit, "", normalize.LegFirstMile},

	"LH_HO_IN_SUCCESS":  {normalize.StatusInTransit, "", normalize.LegLineHaul},
	"LH_HO_AIRLINE":     {normalize.StatusInTransit, "", normalize.LegLineHaul},
	"LH_DEPART":         {normalize.StatusInTransit, normalize.SubstatusExportDeparted, normalize.LegLineHaul},
	"LH_ARRIVE":         {normalize.StatusInTransit, normalize.SubstatusArrivedDestination, normalize.LegLineHaul},
	"LH_HO_OUT_SUCCESS": {normalize.StatusInTransit, "", normalize.LegLineHaul},
	"COMMON_INTRANSIT":  {normalize.StatusInTransit, "", normalize.LegLineHaul},

	"CC_EX_START":       {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegExportCustoms},
	"CC_EX_SUCCESS":     {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegExportCustoms},
	"CC_TRANS_START":    {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegLineHaul},
	"CC_TRANS_SUCCESS":  {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegLineHaul},
	"CC_HO_IN_SUCCESS":  {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms},
	"CC_IM_START":       {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms},
	"CC_IM_PROCESS":     {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms},
	"CC_IM_SUCCESS":     {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms},
	"CC_HO_OUT_SUCCESS": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms},
	// China's own customs, on whichever side of the way it lies.
	"CUS_DECLARE": {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, ""},
	"CUS_TAX":     {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, ""},
	"CUS_SUCCESS": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, ""},
	"CIQ_SUCCESS": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, ""},

	"GTMS_ACCEPT":      {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile},
	"GTMS_SC_ARRIVE":   {normalize.StatusInTransit, "", normalize.LegLastMile},
	"GTMS_SC_DEPART":   {normalize.StatusInTransit, "", normalize.LegLastMile},
	"GTMS_DO_ARRIVE":   {normalize.StatusInTransit, "", normalize.LegLastMile},
	"GTMS_STATION_IN":  {normalize.StatusInTransit, "", normalize.LegLastMile},
	"GTMS_STATION_OUT": {normalize.StatusInTransit, "", normalize.LegLastMile},
	"GTMS_RELABEL":     {normalize.StatusInTransit, "", normalize.LegLastMile}, // a new number

	"GTMS_DO_DEPART":     {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
	"GTMS_DELIVERING":    {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
	"GTMS_RE_DELIVERING": {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
	"SENT_SCAN":          {normalize.StatusOutForDelivery, "", normalize.LegLastMile},

	"GTMS_WAIT_SELF_PICK": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
	"GTMS_STA_SIGNED":     {normalize.StatusAvailableForPickup, "", normalize.LegLastMile}, // the station signed, not the buyer
	"GSTA_INFORM_BUYER":   {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
	"GSTA_INBOUND":        {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
	"GSTAHUB_INBOUND":     {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},

	"GTMS_SIGNED":     {normalize.StatusDelivered, "", normalize.LegLastMile},
	"GSTA_SIGN":       {normalize.StatusDelivered, "", normalize.LegLastMile},
	"GSTA_BUYER_SIGN": {normalize.StatusDelivered, "", normalize.LegLastMile},
	"STA_SIGN":        {normalize.StatusDelivered, "", normalize.LegLastMile},
	"SIGNED":          {normalize.StatusDelivered, "", normalize.LegLastMile},

	"GTMS_DEL_FAILURE":      {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"GTMS_SIGN_FAILURE":     {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"GTMS_STA_SIGN_FAILURE": {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"GSTA_SIGN_FAIL":        {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"FAILED":                {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},

	"REJECT":         {normalize.StatusException, normalize.SubstatusRefused, normalize.LegLastMile},
	"GWMS_REJECT":    {normalize.StatusException, "", normalize.LegFirstMile},
	"GWMS_EXCEPTION": {normalize.StatusException, "", normalize.LegFirstMile},
	"GTMS_FAILURE":   {normalize.StatusException, "", normalize.LegLastMile},
	"CUS_FAILURE":    {normalize.StatusException, normalize.SubstatusCustomsHeld, ""},
	"CC_EX_FAILURE":  {normalize.StatusException, normalize.SubstatusCustomsHeld, normalize.LegExportCustoms},
	"CC_IM_FAILURE":  {normalize.StatusException, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms},
	"EXCEPTION":      {normalize.StatusException, "", ""},

	"RT_INBOUND":    {normalize.StatusReturning, "", normalize.LegReturn},
	"RT_OUTBOUND":   {normalize.StatusReturning, "", normalize.LegReturn},
	"RT_HO_OUT":     {normalize.StatusReturning, "", normalize.LegReturn},
	"RT_TMS_ACCEPT": {normalize.StatusReturning, "", normalize.LegReturn},
	"RETURNED":      {normalize.StatusReturned, "", normalize.LegReturn},
	"RT_DESTROY":    {normalize.StatusException, normalize.SubstatusDestroyed, normalize.LegReturn},
	"RT_WH_DESTROY": {normalize.StatusException, normalize.SubstatusDestroyed, normalize.LegReturn},

	"GWMS_CANCEL": {normalize.StatusCancelled, "", normalize.LegFirstMile},
	// The buyer changes where the parcel goes, which says nothing of where it is.
	"GTMS_STA_WAIT_CUST_CHANGE_ADDRESS": {normalize.StatusInTransit, "", normalize.LegLastMile},
}

// families are patterns of the same list, in the order in which they hold.
var families = []struct {
	prefix, suffix string
	status         normalize.Status
}{
	{"", "_FAILURE", normalize.StatusException},
	{"", "_FAIL", normalize.StatusException},
	{"RT_WH_", "", normalize.StatusReturning},
	{"RT_TRANSWH_", "", normalize.StatusReturning},
	{"GTMS_STA_", "_TO_DOOR", normalize.StatusInTransit},
	{"GTMS_STA_", "_CHANGE", normalize.StatusInTransit},
	{"", "_OTHER", normalize.StatusInTransit},
}

// legs of the codes of a system, for what the table does not hold.
var legs = []struct {
	prefix string
	leg    normalize.Leg
}{
	{"PU_", normalize.LegFirstMile}, {"SC_", normalize.LegFirstMile}, {"CW_", normalize.LegFirstMile},
	{"GWMS_", normalize.LegFirstMile}, {"TD_", normalize.LegFirstMile}, {"OM_", normalize.LegFirstMile},
	{"LH_", normalize.LegLineHaul}, {"CC_EX_", normalize.LegExportCustoms}, {"CC_TRANS_", normalize.LegLineHaul},
	{"CC_IM_", normalize.LegImportCustoms}, {"GTMS_", normalize.LegLastMile}, {"GSTA", normalize.LegLastMile},
	{"RT_", normalize.LegReturn},
}

// meaningOf reads a code, never the words beside it. One code is printed with a full-width
// underscore in the documentation. A code of no family is unmapped.
func meaningOf(action string) meaning {
	action = strings.ToUpper(strings.TrimSpace(strings.ReplaceAll(action, "＿", "_")))
	if m, ok := actions[action]; ok {
		return m
	}
	m := meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}
	for _, l := range legs {
		if strings.HasPrefix(action, l.prefix) {
			m.leg = l.leg
			break
		}
	}
	for _, f := range families {
		if strings.HasPrefix(action, f.prefix) && strings.HasSuffix(action, f.suffix) && len(action) > len(f.prefix)+len(f.suffix) {
			return meaning{f.status, "", m.leg}
		}
	}
	return m
}
