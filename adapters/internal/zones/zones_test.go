package zones

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Every zone of the table is one that this program can load.
func TestNames(t *testing.T) {
	t.Parallel()
	for country, name := range names {
		if _, err := time.LoadLocation(name); err != nil || !normalize.ValidCountry(country) {
			t.Errorf("%s %s: %v", country, name, err)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	if zone, ok := Of("JP"); !ok || zone.String() != "Asia/Tokyo" {
		t.Errorf("Japan: got %v, %v", zone, ok)
	}
	if zone, ok := Of("YP"); ok || zone != time.UTC {
		t.Errorf("no country: got %v, %v", zone, ok)
	}
}
