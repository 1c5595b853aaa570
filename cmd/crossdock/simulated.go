package main

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/mocks"
	simulations "github.com/crossdock-hub/crossdock/mocks/all"
)

// simulated are the carriers of the sandbox.
func simulated() []mocks.Maker { return simulations.Makers() }

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
	"amazon_fba": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.BaseURL, "token_url": p.URLs["token"], "client_id": p.Credentials["client_id"],
			"client_secret": p.Credentials["client_secret"], "refresh_token": p.Credentials["refresh_token"],
		}
	},
	"cainiao": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"sync_url": p.URLs["sync"], "rest_url": p.URLs["rest"], "link_url": p.URLs["link"],
			"app_key": p.Credentials["app_key"], "app_secret": p.Credentials["app_secret"],
			"access_token": p.Credentials["access_token"], "refresh_token": p.Credentials["refresh_token"],
			"logistic_provider_id": p.Credentials["logistic_provider_id"], "link_secret": p.Credentials["link_secret"],
			"partner_code": p.Settings["partner_code"], "from_code": p.Settings["from_code"], "services": p.Settings["services"],
			"sender_address_id": p.Settings["sender_address_id"], "pickup_address_id": p.Settings["pickup_address_id"],
			"refund_address_id": p.Settings["refund_address_id"], "domestic_logistics_company_id": p.Settings["domestic_logistics_company_id"],
		}
	},
	"speedpak": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.URLs["api"], "token_url": p.URLs["token"],
			"client_id": p.Credentials["client_id"], "client_secret": p.Credentials["client_secret"], "refresh_token": p.Credentials["refresh_token"],
			"service_names": p.Settings["services"], "ship_from_address_id": p.Settings["ship_from_address_id"], "consign_preference_id": p.Settings["consign_preference_id"],
		}
	},
	"sf": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.URLs["service"], "partner_id": p.Credentials["partner_id"], "checkword": p.Credentials["checkword"],
		}
	},
	"dhl_unified": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.URLs["track"], "push_url": p.URLs["push"], "api_key": p.Credentials["api_key"], "service": p.Settings["service"],
			"hook_header": p.Credentials["hook_header"], "hook_token": p.Credentials["hook_token"],
		}
	},
	"wishpost": func(p mocks.PublishedAccount) map[string]any {
		return map[string]any{
			"base_url": p.BaseURL, "client_id": p.Credentials["client_id"], "client_secret": p.Credentials["client_secret"],
			"refresh_token": p.Credentials["refresh_token"], "services": p.Settings["services"],
			"warehouse_code": p.Settings["warehouse_code"], "cancel_reason_code": p.Settings["cancel_reason_code"],
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
