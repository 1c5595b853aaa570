package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

const scopeKey = "scope"

// Scopes are the rights that a key may carry. admin holds all others.
var Scopes = []string{"rates:read", "labels:write", "labels:read", "tracking:read", "tracking:write",
	"webhooks:write", "accounts:write", "admin"}

// Keys makes and recognises API keys. Only a keyed hash of each is stored.
type Keys struct {
	store   store.Keys
	pepper  []byte
	sandbox map[string]store.APIKey // by hash; exists in memory only

	mu     sync.Mutex
	recent map[string]seen // by hash, so that a busy key is not read from the store each time
}

type seen struct {
	key   store.APIKey
	until time.Time
}

// How long a recognised key is taken from memory, and how many are: a revoked key is dead
// on every replica after that time.
const (
	rememberKey  = 3 * time.Second
	rememberKeys = 10_000
)

// NewKeys makes the ring. dataKey is the store's.
func NewKeys(s store.Keys, dataKey []byte) *Keys {
	return &Keys{store: s, pepper: dataKey, sandbox: map[string]store.APIKey{}, recent: map[string]seen{}}
}

// AllowSandbox makes sk_sandbox a key of the tenant, in memory only.
func (k *Keys) AllowSandbox(tenant store.Tenant) {
	k.sandbox[string(k.hash("sk_sandbox"))] = store.APIKey{ID: "key_sandbox", Tenant: tenant, Name: "sandbox", Scopes: []string{"admin"}}
}

func (k *Keys) hash(key string) []byte {
	mac := hmac.New(sha256.New, k.pepper)
	mac.Write([]byte("api key\x00" + key))
	return mac.Sum(nil)
}

// Create makes a key and returns its text, which is not seen again.
func (k *Keys) Create(ctx context.Context, tenant store.Tenant, name string, scopes []string, expires time.Time) (string, store.APIKey, error) {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	var b strings.Builder
	b.WriteString("sk_")
	for _, c := range raw {
		b.WriteByte(ids.Alphabet[c&31])
		b.WriteByte(ids.Alphabet[c>>3])
	}
	text := b.String()
	key, err := k.store.CreateKey(ctx, store.APIKey{Tenant: tenant, Name: name, Scopes: scopes, Prefix: text[:9], Hash: k.hash(text), ExpiresAt: expires})
	return text, key, err
}

// Find recognises a key; one that is unknown, revoked or expired is store.ErrNotFound.
func (k *Keys) Find(ctx context.Context, text string) (store.APIKey, error) {
	now := time.Now()
	hash := k.hash(text)
	if key, ok := k.sandbox[string(hash)]; ok {
		return key, nil
	}
	k.mu.Lock()
	known, ok := k.recent[string(hash)]
	k.mu.Unlock()
	if !ok || now.After(known.until) {
		key, err := k.store.KeyByHash(ctx, hash)
		if err != nil {
			return store.APIKey{}, err
		}
		known = seen{key, now.Add(rememberKey)}
		k.remember(string(hash), known)
	}
	if !known.key.Valid(now) {
		return store.APIKey{}, store.ErrNotFound
	}
	return known.key, nil
}

// Revoke ends a key, here at once and on every other replica within rememberKey.
func (k *Keys) Revoke(ctx context.Context, tenant store.Tenant, id string) (store.APIKey, error) {
	key, err := k.store.RevokeKey(ctx, tenant, id)
	if err == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.recent, string(key.Hash))
	}
	return key, err
}

func (k *Keys) remember(hash string, v seen) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.recent) >= rememberKeys {
		clear(k.recent)
	}
	k.recent[hash] = v
}

type callerKey struct{}

// who returns the key of the request.
func who(ctx context.Context) store.APIKey {
	k, _ := ctx.Value(callerKey{}).(store.APIKey)
	return k
}

func tenantOf(ctx context.Context) string { return string(who(ctx).Tenant) }

// authenticate refuses a request without a key that carries the route's scope. Routes
// without a declared scope do not exist here, so nothing is open by being forgotten.
func (s *Server) authenticate(ctx huma.Context, next func(huma.Context)) {
	scope, _ := ctx.Operation().Metadata[scopeKey].(string)
	scheme, text, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || text == "" || len(text) > 200 {
		s.refuse(ctx, gateway.Refuse(gateway.CodeUnauthenticated, "send Authorization: Bearer with an API key"))
		return
	}
	key, err := s.Keys.Find(ctx.Context(), text)
	if errors.Is(err, store.ErrNotFound) {
		s.refuse(ctx, gateway.Refuse(gateway.CodeUnauthenticated, "the API key is unknown, expired or revoked"))
		return
	}
	if err != nil {
		s.refuse(ctx, gateway.Refuse(gateway.CodeOverloaded, "keys cannot be checked now"))
		return
	}
	if !slices.Contains(key.Scopes, scope) && !slices.Contains(key.Scopes, "admin") {
		s.refuse(ctx, gateway.Refuse(gateway.CodeForbidden, "the API key lacks the scope "+scope))
		return
	}
	next(huma.WithValue(ctx, callerKey{}, key))
}

func (s *Server) refuse(ctx huma.Context, r *gateway.Refusal) { s.write(ctx, fromRefusal(r)) }

// write answers with a problem where the framework does not.
func (s *Server) write(ctx huma.Context, p *Problem) {
	p.Instance = ctx.URL().Path
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="crossdock"`)
	}
	for k, v := range p.GetHeaders() {
		ctx.SetHeader(k, v[0])
	}
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.Status)
	_ = jsonFormat.Marshal(ctx.BodyWriter(), p) // the client is gone where this fails
}
