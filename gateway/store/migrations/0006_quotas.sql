-- Quotas: which purchases count towards a rule's share, and of which shares was told that they
-- are in danger. An entry is written with the intent and counts from the moment the purchase is
-- bought until it is voided.
CREATE TABLE quota_entries (
	tenant      {{text}} NOT NULL,
	purchase_id {{text}} NOT NULL,
	rule        {{text}} NOT NULL,
	shop        {{text}} NOT NULL,
	satisfied   BOOLEAN NOT NULL,
	counted     BOOLEAN NOT NULL,
	bought_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, purchase_id, rule),
	FOREIGN KEY (tenant, purchase_id) REFERENCES purchases (tenant, id)
);
CREATE INDEX quota_entries_counted ON quota_entries (rule, tenant, shop, bought_at) WHERE counted;

CREATE TABLE quota_alerts (
	tenant  {{text}} NOT NULL,
	rule    {{text}} NOT NULL,
	shop    {{text}} NOT NULL,
	at_risk BOOLEAN NOT NULL,
	told_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, rule, shop)
);
