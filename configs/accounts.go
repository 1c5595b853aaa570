package configs

import "fmt"

func (c check) tenants(f *File) {
	seen := map[string]bool{}
	for i, t := range f.Tenants {
		at := fmt.Sprintf("tenants[%d]", i)
		switch {
		case t.ID == "": // a fault already
		case !idForm.MatchString(t.ID):
			c.add(c.at("tenants", i, "id"), at+".id", "must be lower-case letters, digits, - and _")
		case seen[t.ID]:
			c.add(c.at("tenants", i, "id"), at+".id", "is there twice")
		}
		seen[t.ID] = true
		if m := t.Limits.SpendPerDay; m.Minor < 0 {
			c.add(c.at("tenants", i, "limits", "spend_per_day"), at+".limits.spend_per_day", "must not be negative")
		}
	}
}

func (c check) accounts(f *File) {
	tenants, names, defaults := map[string]bool{}, map[[2]string]bool{}, map[[2]string]bool{}
	for _, t := range f.Tenants {
		tenants[t.ID] = true
	}
	for i, a := range f.Accounts {
		at := fmt.Sprintf("accounts[%d]", i)
		c.account(i, at, a)
		switch {
		case a.Tenant == "" && len(f.Tenants) > 1:
			c.add(c.at("accounts", i), at+".tenant", "is required where there are several tenants")
		case a.Tenant != "" && len(f.Tenants) > 0 && !tenants[a.Tenant]:
			c.add(c.at("accounts", i, "tenant"), at+".tenant", "names no tenant of this file")
		}
		if key := [2]string{a.Tenant, a.Name}; a.Name != "" {
			if names[key] {
				c.add(c.at("accounts", i, "name"), at+".name", "is there twice in its tenant")
			}
			names[key] = true
		}
		if key := [2]string{a.Tenant, a.Adapter}; a.Default && a.Adapter != "" {
			if defaults[key] {
				c.add(c.at("accounts", i, "default"), at+".default", "is set on two accounts of this adapter")
			}
			defaults[key] = true
		}
	}
}

func (c check) account(i int, at string, a Account) {
	if a.Name != "" && !nameForm.MatchString(a.Name) {
		c.add(c.at("accounts", i, "name"), at+".name", "must begin with a letter or digit and be at most 100 characters")
	}
	if a.Adapter != "" && !codeForm.MatchString(a.Adapter) {
		c.add(c.at("accounts", i, "adapter"), at+".adapter", "must be an adapter's code, as yanwen or dhl_express")
	}
	for j, s := range a.Services {
		if !codeForm.MatchString(s) {
			c.add(c.at("accounts", i, "services", j), fmt.Sprintf("%s.services[%d]", at, j), "must be the name of a service, as tracked")
		}
	}
	l := a.Limits
	if (l.Burst > 0) != (l.RequestsPerSecond > 0) {
		// A limiter with a rate and no burst lets nothing through at all.
		c.add(c.at("accounts", i, "limits"), at+".limits", "requests_per_second and burst go together")
	}
	for _, key := range a.Credentials.Keys() {
		if a.Options.root != nil && a.Options.root.get(key) != nil {
			c.add(c.at("accounts", i, "settings", key), at+".settings."+key, "is in credentials too")
		}
	}
}
