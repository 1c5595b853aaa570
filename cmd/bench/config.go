package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/mocks"
)

// settings are those of our adapter for a carrier, from what the carrier gave its customer.
func settings(p mocks.PublishedAccount) (map[string]any, error) {
	switch p.Carrier {
	case "yanwen":
		return map[string]any{
			"base_url": p.URLs["order"], "track_url": p.URLs["tracking"], "user_id": p.Credentials["user_id"],
			"api_token": p.Credentials["api_token"], "services": p.Settings["channels"], "city_id": p.Settings["city_id"],
		}, nil
	case "dhl_express":
		return map[string]any{
			"base_url": p.URLs["api"], "username": p.Credentials["username"], "password": p.Credentials["password"],
			"account_number": p.Settings["account_number"],
		}, nil
	case "cainiao":
		return map[string]any{
			"sync_url": p.URLs["sync"], "rest_url": p.URLs["rest"], "app_key": p.Credentials["app_key"],
			"app_secret": p.Credentials["app_secret"], "access_token": p.Credentials["access_token"],
		}, nil
	}
	return nil, fmt.Errorf("no settings are known for the carrier %s", p.Carrier)
}

// quoted are the services with a live quote, where a carrier has others too.
var quoted = map[string][]string{"cainiao": {"standard", "premium", "saver"}}

// unlimited lets the load through: budgets are not what is measured.
var unlimited = map[string]any{"requests_per_second": 1_000_000, "burst": 1_000_000, "concurrent": 256}

// writeConfig makes the gateway's configuration: real accounts whose carriers are the five.
func writeConfig(dir string, published []mocks.PublishedAccount) (string, error) {
	var list []map[string]any
	for i, p := range published {
		s, err := settings(p)
		if err != nil {
			return "", err
		}
		a := map[string]any{"name": fmt.Sprintf("%s %d", p.Carrier, i+1), "adapter": p.Carrier, "limits": unlimited, "settings": s,
			"default": i < 3}
		if services := quoted[p.Carrier]; services != nil {
			a["services"] = services
		}
		list = append(list, a)
	}
	b, err := yaml.Marshal(map[string]any{"data": filepath.Join(dir, "data"), "accounts": list})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "crossdock.yaml")
	return path, os.WriteFile(path, b, 0o600)
}
