package dhlexpress

import (
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// union are the countries between which goods need no customs declaration: the members of the
// EU and Monaco, which is in its customs territory. Territories with a code of their own
// (Guadeloupe GP, Réunion RE, Åland AX …) are outside its tax territory and are declared.
// Source: Regulation (EU) 952/2013, article 4; Directive 2006/112/EC, article 6.
var union = map[string]bool{
	"AT": true, "BE": true, "BG": true, "CY": true, "CZ": true, "DE": true, "DK": true,
	"EE": true, "ES": true, "FI": true, "FR": true, "GR": true, "HR": true, "HU": true,
	"IE": true, "IT": true, "LT": true, "LU": true, "LV": true, "MC": true, "MT": true,
	"NL": true, "PL": true, "PT": true, "RO": true, "SE": true, "SI": true, "SK": true,
}

// apart are the postal codes, by their first digits, of places in the union that are outside
// its customs or tax territory, so that even their own country's parcels are declared.
// Source: Regulation (EU) 952/2013, article 4; Directive 2006/112/EC, article 6; the posts'
// tables of postal codes.
var apart = map[string][]string{
	"DE": {"27498", "78266"},                  // Heligoland, Büsingen
	"ES": {"35", "38", "51", "52"},            // Canary Islands (Las Palmas, Santa Cruz), Ceuta, Melilla
	"FI": {"22"},                              // Åland
	"FR": {"971", "972", "973", "974", "976"}, // Guadeloupe, Martinique, Guyane, Réunion, Mayotte
	"GR": {"63086", "63087"},                  // Mount Athos
	"IT": {"23030", "23041", "22061"},         // Livigno, Campione d'Italia
}

func inUnion(country string) bool { return union[country] }

// unionGoods tells whether a parcel stays within the union's customs and tax territory.
func unionGoods(from, to normalize.Address) bool {
	return inUnion(from.Country) && inUnion(to.Country) && !setApart(from) && !setApart(to)
}

func setApart(a normalize.Address) bool {
	postal := strings.TrimPrefix(strings.ToUpper(strings.ReplaceAll(a.PostalCode, " ", "")), a.Country+"-")
	for _, prefix := range apart[a.Country] {
		if strings.HasPrefix(postal, prefix) {
			return true
		}
	}
	return false
}
