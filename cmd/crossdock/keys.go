package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

func keysCommand() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Manage API keys"}
	c.AddCommand(keysCreateCommand())
	return c
}

func keysCreateCommand() *cobra.Command {
	var f serveFlags
	var tenant, scopes, name string
	c := &cobra.Command{
		Use: "create", Short: "Make an API key and show it once", Args: cobra.NoArgs,
		Long: "Make an API key and show it once. With --data or --config it is written to the store directly: the first key.",
		RunE: func(c *cobra.Command, _ []string) error {
			list := strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' })
			if err := httpapi.CheckScopes(list); err != nil {
				return usage("--scopes: %w", err)
			}
			if f.data == "" && f.config == "" {
				return createKeyByAPI(c, list, name)
			}
			file, err := loadConfig(f)
			if err != nil {
				return err
			}
			if !knownTenant(file.Tenants, tenant) {
				return usage("--tenant: the configuration names no tenant %q", tenant)
			}
			if file.Store.IsZero() { // the first key may come before the first start
				if err := os.MkdirAll(file.Data, 0o700); err != nil {
					return fmt.Errorf("the data folder cannot be made: %w", err)
				}
			}
			st, err := store.Open(c.Context(), store.Options{URL: storeURL(file), AcceptAsyncStandbys: file.Purchases.AcceptAsyncStandbys})
			if err != nil {
				return err
			}
			text, key, err := httpapi.NewKeys(st, st.Meta().DataKey).Create(c.Context(), store.Tenant(tenant), name, list, time.Time{})
			if cerr := st.Close(); err == nil {
				err = cerr
			}
			if err != nil {
				return err
			}
			return showKey(c, key.ID, text, list)
		},
	}
	c.Flags().StringVar(&f.config, "config", "", "configuration file that names the store")
	c.Flags().StringVar(&f.data, "data", "", "folder of the store")
	c.Flags().StringVar(&tenant, "tenant", "default", "the key's tenant")
	c.Flags().StringVar(&scopes, "scopes", "", "what the key may do, by commas: "+strings.Join(httpapi.Scopes, ","))
	c.Flags().StringVar(&name, "name", "", "a name for people")
	return c
}

func showKey(c *cobra.Command, id, text string, scopes []string) error {
	if asJSON(c) {
		return printJSON(c.OutOrStdout(), map[string]any{"id": id, "key": text, "scopes": scopes})
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s\n\nKeep it: it is not shown again. Its id is %s.\n", text, id)
	return err
}
