package calendar

import (
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cy"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/is"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lu"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mt"
	"github.com/rickar/cal/v2/mx"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/rs"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/th"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"

	"github.com/crossdock-hub/crossdock/normalize"
)

// rules are the holidays that follow from the year alone, those of the whole country.
// Australia and Switzerland have hardly any of those: there the biggest place stands for
// all, which errs towards the later day.
var rules = map[string][]*cal.Holiday{
	"AR": ar.Holidays, "AT": at.Holidays, "AU": au.HolidaysNSW, "BE": be.Holidays, "BG": bg.Holidays, "BR": br.Holidays,
	"CA": ca.Holidays, "CH": ch.HolidaysZH, "CY": cy.Holidays, "CZ": cz.Holidays, "DE": de.Holidays, "DK": dk.Holidays,
	"EE": ee.Holidays, "ES": es.Holidays, "FI": fi.Holidays, "FR": fr.Holidays, "GB": gb.Holidays, "GR": gr.Holidays,
	"HR": hr.Holidays, "HU": hu.Holidays, "IE": ie.Holidays, "IS": is.Holidays, "IT": it.Holidays, "JP": jp.Holidays,
	"LT": lt.Holidays, "LU": lu.Holidays, "LV": lv.Holidays, "MT": mt.Holidays, "MX": mx.Holidays, "NL": nl.Holidays,
	"NO": no.Holidays, "NZ": nz.Holidays, "PL": pl.Holidays, "PT": pt.Holidays, "RO": ro.Holidays, "RS": rs.Holidays,
	"RU": ru.Holidays, "SE": se.Holidays, "SI": si.Holidays, "SK": sk.Holidays, "TH": th.Holidays, "UA": ua.Holidays,
	"US": us.Holidays, "ZA": za.Holidays,
}

// restDays are the weekends that are not Saturday and Sunday.
var restDays = map[string][]time.Weekday{
	"AE": {time.Saturday, time.Sunday}, // since 2022, Friday afternoon aside
	"AF": {time.Thursday, time.Friday}, "BD": {time.Friday, time.Saturday}, "BH": {time.Friday, time.Saturday},
	"BN": {time.Friday, time.Sunday}, "DJ": {time.Friday}, "DZ": {time.Friday, time.Saturday}, "EG": {time.Friday, time.Saturday},
	"IL": {time.Friday, time.Saturday}, "IQ": {time.Friday, time.Saturday}, "IR": {time.Friday}, "JO": {time.Friday, time.Saturday},
	"KW": {time.Friday, time.Saturday}, "LY": {time.Friday, time.Saturday}, "MV": {time.Friday, time.Saturday}, "NP": {time.Saturday},
	"OM": {time.Friday, time.Saturday}, "PS": {time.Friday, time.Saturday}, "QA": {time.Friday, time.Saturday}, "SA": {time.Friday, time.Saturday},
	"SD": {time.Friday, time.Saturday}, "SY": {time.Friday, time.Saturday}, "YE": {time.Friday, time.Saturday},
}

func isWeekend(country string, day time.Weekday) bool {
	rest, ok := restDays[country]
	if !ok {
		return day == time.Saturday || day == time.Sunday
	}
	for _, r := range rest {
		if r == day {
			return true
		}
	}
	return false
}

type yearKey struct {
	country string
	year    int
}

// holidays are the days off by rule of one year, with the days on which they are made up
// for. The years that are kept are bounded: counts end ten years from a date, and dates
// that are centuries away are not kept.
func (c *Calendars) holidays(country string, year int) map[normalize.Date]bool {
	list := rules[country]
	if len(list) == 0 {
		return nil
	}
	key := yearKey{country, year}
	if days, ok := c.byRule.Load(key); ok {
		return days.(map[normalize.Date]bool)
	}
	calculating.Lock()
	defer calculating.Unlock()
	days := map[normalize.Date]bool{}
	for _, h := range list {
		for _, y := range []int{year, year + 1} { // New Year's Day may be made up for in December
			for _, t := range both(h.Calc(y)) {
				if t.Year() == year {
					days[normalize.DateOf(t)] = true
				}
			}
		}
	}
	if year >= 1990 && year < 2100 {
		c.byRule.Store(key, days)
	}
	return days
}

// calculating guards the library's holidays: some, such as Japan's, write to what they share
// while they calculate.
var calculating sync.Mutex

func both(actual, observed time.Time) []time.Time { return []time.Time{actual, observed} }
