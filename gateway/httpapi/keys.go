package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// APIKey is a key as it is shown; Key itself only once.
type APIKey struct {
	ID        string     `json:"id"`
	Name      string     `json:"name,omitempty"`
	Prefix    string     `json:"prefix"`
	Scopes    []string   `json:"scopes"`
	Key       string     `json:"key,omitempty" doc:"Shown this once"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

func apiKey(k store.APIKey) APIKey {
	out := APIKey{ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: list(k.Scopes), CreatedAt: k.CreatedAt}
	if !k.ExpiresAt.IsZero() {
		out.ExpiresAt = &k.ExpiresAt
	}
	if !k.RevokedAt.IsZero() {
		out.RevokedAt = &k.RevokedAt
	}
	return out
}

// CheckScopes names the scopes that there are, where one is none.
func CheckScopes(scopes []string) error {
	if len(scopes) == 0 {
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/scopes", "must hold at least one scope")
	}
	for i, sc := range scopes {
		if !slices.Contains(Scopes, sc) {
			return gateway.RefuseField(gateway.CodeInvalidRequest, fmt.Sprintf("/scopes/%d", i), "must be one of "+strings.Join(Scopes, ", "))
		}
	}
	return nil
}

type keyOutput struct {
	Status int
	Body   APIKey
}

func (s *Server) keyRoutes() {
	register(s, route{method: "POST", path: "/v1/keys", id: "create-key", summary: "A new API key of your tenant, shown once", scope: "admin", tag: "Keys", status: http.StatusCreated},
		func(ctx context.Context, in *struct {
			Body struct {
				Name      string    `json:"name,omitempty" maxLength:"100"`
				Scopes    []string  `json:"scopes"`
				ExpiresAt time.Time `json:"expires_at,omitzero"`
			}
		}) (*keyOutput, error) {
			if err := CheckScopes(in.Body.Scopes); err != nil {
				return nil, err
			}
			text, k, err := s.Keys.Create(ctx, who(ctx).Tenant, in.Body.Name, in.Body.Scopes, in.Body.ExpiresAt)
			out := apiKey(k)
			out.Key = text
			return &keyOutput{201, out}, err
		})
	register(s, route{method: "GET", path: "/v1/keys", id: "list-keys", summary: "Your API keys", scope: "admin", tag: "Keys"},
		func(ctx context.Context, in *struct{ Page }) (*List[APIKey], error) {
			l, err := s.Store.ListKeys(ctx, who(ctx).Tenant, in.store())
			if err != nil {
				return nil, err
			}
			var out []APIKey
			for _, k := range l.Items {
				out = append(out, apiKey(k))
			}
			return listOf(out, l.Next), nil
		})
	register(s, route{method: "DELETE", path: "/v1/keys/{id}", id: "revoke-key", summary: "Revoke a key, for good", scope: "admin", tag: "Keys"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
		}) (*keyOutput, error) {
			k, err := s.Keys.Revoke(ctx, who(ctx).Tenant, in.ID)
			return &keyOutput{200, apiKey(k)}, err
		})
}
