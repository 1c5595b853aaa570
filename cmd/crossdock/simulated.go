package main

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/mocks"
	"github.com/crossdock-hub/crossdock/mocks/dhlexpress"
	"github.com/crossdock-hub/crossdock/mocks/yanwen"
)

// simulated are the carriers of the sandbox.
func simulated() []mocks.Maker {
	return []mocks.Maker{yanwen.New, dhlexpress.New}
}

// settingsOf turns what a simulator publishes into the settings of our adapter for it. The
// simulators know nothing of our names, and the adapters nothing of the simulators.
var settingsOf = map[string]func(p mocks.PublishedAccount) map[string]any{
	"yanwen": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.URLs["order"], "track_url": p.URLs["tracking"],
			"user_id": p.Credentials["user_id"], "api_token": p.Credentials["api_token"], "track_account": p.Credentials["track_account"],
			"services": p.Settings["channels"], "company_code": p.Settings["company_code"], "city_id": p.Settings["city_id"],
		}
	},
	"dhl_express": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.URLs["api"],
			"username": p.Credentials["username"], "password": p.Credentials["password"], "account_number": p.Settings["account_number"],
		}
	},
}

func sandboxSettings(p mocks.PublishedAccount) ([]byte, error) {
	make, ok := settingsOf[p.Carrier]
	if !ok {
		return nil, fmt.Errorf("the sandbox has a carrier %s that this build cannot use", p.Carrier)
	}
	return yaml.Marshal(make(p))
}
