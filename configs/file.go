package configs

import (
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// File is crossdock.yaml. The tags are the truth about it: name, meaning, default, bounds;
// Fields prints them. A setting with the tag later is known and refused: what is not built
// must not be ignored in silence.
type File struct {
	Listen           string           `yaml:"listen" default:"127.0.0.1:8080" doc:"address of the API, host:port"`
	MetricsListen    string           `yaml:"metrics_listen" doc:"address of /metrics, which has a listener of its own; off when empty"`
	Data             string           `yaml:"data" doc:"folder of the SQLite store; \"data\" when neither data nor store is given"`
	Store            normalize.Secret `yaml:"store" doc:"URL of a PostgreSQL store, postgres://…, instead of data"`
	Redis            normalize.Secret `yaml:"redis" doc:"URL of a Redis for what replicas share" later:"budgets and breakers live in each process"`
	MasterKey        normalize.Secret `yaml:"master_key" doc:"secret of at least 32 characters from which callback tokens and encryption keys are derived; every replica needs the same"`
	Tenants          []Tenant         `yaml:"tenants" doc:"who may call; one tenant named default when absent"`
	Accounts         []Account        `yaml:"accounts" doc:"carrier accounts"`
	FX               Exchange         `yaml:"fx" doc:"exchange rates"`
	RateCards        string           `yaml:"ratecards" doc:"folder of rate cards, <channel>.csv; a channel's card there replaces the example that is shipped"`
	Platforms        string           `yaml:"platforms" doc:"folder of platform rules, which replace those shipped for the same platform"`
	Promises         string           `yaml:"promises" doc:"folder of promised times of delivery and dispatch, *.yaml; a promise there replaces the shipped one of its id"`
	Responsibilities string           `yaml:"responsibilities" doc:"folder of who acts, pays and answers on each leg; a file there replaces the shipped one of its name"`
	Claims           string           `yaml:"claims" doc:"folder of by when claims have to be made, *.yaml; a deadline there replaces the shipped one of its id"`
	Guards           Guards           `yaml:"guards" doc:"how carriers are called"`
	Purchases        Purchases        `yaml:"purchases" doc:"how labels are bought"`
	Tracking         Tracking         `yaml:"tracking" doc:"how often carriers are asked for parcels; what is left out is as it is by default, and shorter in the sandbox"`
	Webhooks         Webhooks         `yaml:"webhooks" doc:"how marketplaces are told"`

	// Unused are environment variables that begin like ours and name no setting: a typing
	// error, or another program's. Names only, sorted.
	Unused []string `yaml:"-"`
}

// Tenant is a customer of this gateway.
type Tenant struct {
	ID         string       `yaml:"id" required:"true" doc:"id of the tenant: lower-case letters, digits, - and _"`
	Limits     TenantLimits `yaml:"limits" doc:"bounds on what it may do"`
	LateLabels string       `yaml:"late_labels" default:"keep" enum:"keep,void" doc:"what becomes of a label that is found after its caller's deadline: keep and notify, or void it while that is free"`
}

// TenantLimits bound one tenant; zero is no bound.
type TenantLimits struct {
	RequestsPerSecond float64         `yaml:"requests_per_second" min:"0" doc:"API requests a second; no bound when 0"`
	Burst             int             `yaml:"burst" min:"0" doc:"requests at once; twice the rate when 0"`
	SpendPerDay       normalize.Money `yaml:"spend_per_day" doc:"ceiling of purchases a day, as \"500.00 USD\"; none when empty"`
	PurchasesPerDay   int             `yaml:"purchases_per_day" min:"0" doc:"ceiling of purchases a day; none when 0"`
}

// Account is one contract with a carrier. Settings gives the adapter its part.
type Account struct {
	Name        string        `yaml:"name" required:"true" doc:"name of the account, unique in its tenant"`
	Tenant      string        `yaml:"tenant" doc:"its tenant; may be left out where there is only one"`
	Adapter     string        `yaml:"adapter" required:"true" doc:"code of the adapter, as in the list of carriers: yanwen, dhl_express …"`
	Enabled     bool          `yaml:"enabled" default:"true" doc:"whether it is used"`
	Default     bool          `yaml:"default" doc:"whether a purchase by channel takes it; the only account of an adapter is its default"`
	Services    []string      `yaml:"services" doc:"services of the adapter that this account has; all when empty"`
	Limits      AccountLimits `yaml:"limits" doc:"the contract's own limits, instead of the carrier's published ones"`
	QuietPeriod time.Duration `yaml:"quiet_period" min:"0" doc:"how long a lost purchase may still appear at the carrier; the adapter's own when 0"`
	Resend      bool          `yaml:"resend" doc:"for carriers that accept a reference twice (class C): whether a purchase that is proven not bought is sent again while its caller waits. Only where quiet_period covers the carrier's slowest purchase and voids cost nothing; what was bought twice is voided"`
	Fallback    string        `yaml:"fallback" default:"off" enum:"off,rate_card" doc:"what prices a channel whose carrier does not answer"`
	Credentials Values        `yaml:"credentials" doc:"secrets of the adapter; its table names them"`
	Options     Values        `yaml:"settings" doc:"settings of the adapter; its table names them"`
}

// AccountLimits bound the calls of one account; zero is the carrier's published limit.
type AccountLimits struct {
	RequestsPerSecond float64 `yaml:"requests_per_second" min:"0" doc:"HTTP requests a second, token calls included"`
	Burst             int     `yaml:"burst" min:"0" doc:"requests at once; needs requests_per_second"`
	Concurrent        int     `yaml:"concurrent" min:"0" doc:"calls under way at once; a caller beyond that waits or is refused"`
}

// Exchange says which exchange rates count.
type Exchange struct {
	File   string        `yaml:"file" doc:"file of rates, as_of,base,currency,rate; the shipped one when empty"`
	MaxAge time.Duration `yaml:"max_age" min:"0" doc:"refuse rates older than this; never when 0, then old rates are only marked stale"`
}

// Guards are the numbers that stand between us and a carrier in trouble.
type Guards struct {
	CallLimits        CallLimits    `yaml:"call_limits" doc:"longest time of one call to a carrier"`
	RateFailureAfter  time.Duration `yaml:"rate_failure_after" default:"500ms" min:"1ms" doc:"a rate call cut short by its caller counts against the carrier only from this time on"`
	RequestsPerSecond float64       `yaml:"requests_per_second" default:"20" min:"0.001" doc:"HTTP requests a second to an account for which neither its limits nor the carrier say"`
	Concurrent        int           `yaml:"concurrent" default:"32" min:"1" doc:"calls of one carrier under way at once, where neither says"`
	Queue             int           `yaml:"queue" default:"64" min:"1" doc:"calls that wait for a place"`
	Waits             Waits         `yaml:"waits" doc:"how long a call waits for a place and for the account's budget together"`
	MaxHold           time.Duration `yaml:"max_hold" default:"60s" min:"1s" doc:"how long a carrier's Retry-After is obeyed at most"`
	Breaker           Breaker       `yaml:"breaker" doc:"when a carrier is left alone"`
}

// CallLimits are the longest times of one call by what it asks.
type CallLimits struct {
	Rate  time.Duration `yaml:"rate" default:"10s" min:"100ms" doc:"prices"`
	Label time.Duration `yaml:"label" default:"15s" min:"100ms" doc:"purchases, drafts and returns; the lease of a purchase is this and 5 s"`
	Track time.Duration `yaml:"track" default:"10s" min:"100ms" doc:"scans"`
	Find  time.Duration `yaml:"find" default:"10s" min:"100ms" doc:"looking for a purchase"`
	Token time.Duration `yaml:"token" default:"5s" min:"100ms" doc:"access tokens"`
	Other time.Duration `yaml:"other" default:"15s" min:"100ms" doc:"everything else: documents, voids, manifests, pickups, inbound"`
}

// Waits are the longest waits by who waits.
type Waits struct {
	Interactive time.Duration `yaml:"interactive" default:"2s" min:"1ms" doc:"rates and whatever a caller looks at"`
	Purchase    time.Duration `yaml:"purchase" default:"5s" min:"1ms" doc:"purchases"`
	Background  time.Duration `yaml:"background" default:"30s" min:"1ms" doc:"polls and reconciling"`
}

// Breaker says when the calls to a carrier stop, and how they begin again.
type Breaker struct {
	FailuresInRow  int           `yaml:"failures_in_row" default:"5" min:"1" doc:"opens after this many failures in a row"`
	FailurePercent int           `yaml:"failure_percent" default:"50" min:"1" max:"100" doc:"or at this share of failures"`
	MinCalls       int           `yaml:"min_calls" default:"20" min:"1" doc:"of at least this many calls"`
	Window         time.Duration `yaml:"window" default:"60s" min:"1s" doc:"within this time; at least four times the longest call limit"`
	OpenFor        time.Duration `yaml:"open_for" default:"10s" min:"100ms" doc:"how long it stays open before one probe"`
	MaxAuthOpen    time.Duration `yaml:"max_auth_open" default:"5m" min:"1s" doc:"how long at most, where the carrier refuses our credentials again and again"`
	JitterPercent  int           `yaml:"jitter_percent" default:"20" min:"1" max:"90" doc:"by how much the open time varies, so that replicas do not probe together"`
	RampStep       time.Duration `yaml:"ramp_step" default:"1s" min:"1ms" doc:"how long each step of the ramp lasts that follows a probe: 1, 5, 25 and 100 % of concurrent"`
}

// AsyncStandbysWords is what the operator must write to buy labels on a PostgreSQL whose
// standbys are asynchronous only.
const AsyncStandbysWords = "a failover may lose the last intents"

// Purchases are the choices around money.
type Purchases struct {
	AcceptAsyncStandbys string `yaml:"accept_async_standbys" doc:"with asynchronous standbys only, purchases are refused unless this says: a failover may lose the last intents"`
	DriftPercent        int    `yaml:"drift_percent" default:"2" min:"0" max:"100" doc:"a cost that differs from its quote by more than this is a label.adjusted"`
}

// Tracking says how often parcels are polled; zero is the default. A carrier that pushes all
// its scans need not be asked often.
type Tracking struct {
	Begin          time.Duration `yaml:"begin" min:"0" doc:"between polls before the first scan of carriage; 30m when absent"`
	Moving         time.Duration `yaml:"moving" min:"0" doc:"of a parcel on its way; 2h when absent"`
	OutForDelivery time.Duration `yaml:"out_for_delivery" min:"0" doc:"on the last day; 30m when absent"`
	Most           time.Duration `yaml:"most" min:"0" doc:"each poll that brings nothing new makes the wait half as long again, up to this; 24h when absent"`
	Hint           time.Duration `yaml:"hint" min:"0" doc:"least time between a poll and the one that an unsigned push asks for; 30s when absent"`
}

// Webhooks say where deliveries may go, and how often they are tried.
type Webhooks struct {
	AllowLoopback bool            `yaml:"allow_loopback" doc:"deliver to this machine too, any port and plain http, for trials"`
	AllowNetworks []string        `yaml:"allow_networks" doc:"private networks that deliveries may reach, as 10.1.0.0/16; none when empty"`
	Timeout       time.Duration   `yaml:"timeout" default:"15s" min:"1s" max:"60s" doc:"longest time of one delivery"`
	Schedule      []time.Duration `yaml:"schedule" doc:"waits before each try of a delivery, from the first, as [0s, 5s, 1m]; after the last it is a dead letter; eleven tries over three days when empty"`
}
