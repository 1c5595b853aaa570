package normalize

// PlatformRule is an obligation that a platform publishes: which services the orders to some
// countries, of a value, must have.
type PlatformRule struct {
	Platform  string
	Level     string   // the platform's own word for the level of service, "STANDARD"
	Countries []string // of the destination; empty is any
	// Compare holds the order's value against Value: over, from, below, up_to; "" is any value.
	Compare  string
	Value    Money
	Services []string // by our names, those of the adapter that fulfil it
	Foreign  []string // the platform's codes of services that are none of the adapter's
	Source   string
}
