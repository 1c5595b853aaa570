-- The first schema. One text for both stores; the words in double braces differ:
-- {{bytes}} is BLOB or BYTEA, {{text}} is TEXT, on PostgreSQL in byte order,
-- {{serial}} numbers rows in the order of their insertion where the store needs that.
--
-- Times are microseconds since 1970 in UTC, 0 for none. Money is minor units and a currency.
-- Documents in JSON are text, so that they come back byte for byte.

CREATE TABLE meta (
	id           BIGINT PRIMARY KEY CHECK (id = 1),
	installation {{text}} NOT NULL,
	prefix       {{text}} NOT NULL,
	sandbox      BOOLEAN NOT NULL,
	data_key     {{bytes}} NOT NULL,
	created_at   BIGINT NOT NULL
);

CREATE TABLE counters (
	name  {{text}} PRIMARY KEY,
	value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('events', 0);

CREATE TABLE api_keys (
	tenant     {{text}} NOT NULL,
	id         {{text}} NOT NULL,
	name       {{text}} NOT NULL,
	scopes     {{text}} NOT NULL,
	prefix     {{text}} NOT NULL,
	hash       {{bytes}} NOT NULL UNIQUE,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

-- Idempotency keys are per tenant over all routes; object is what the key made.
CREATE TABLE idempotency (
	tenant     {{text}} NOT NULL,
	key        {{text}} NOT NULL,
	kind       {{text}} NOT NULL,
	object     {{text}} NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, key)
);

CREATE TABLE rate_requests (
	tenant     {{text}} NOT NULL,
	id         {{text}} NOT NULL,
	request    {{text}} NOT NULL,
	answer     {{text}} NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX rate_requests_expiry ON rate_requests (expires_at);

CREATE TABLE purchases (
	tenant                    {{text}} NOT NULL,
	id                        {{text}} NOT NULL,
	idempotency_key           {{text}} NOT NULL,
	fingerprint               {{bytes}} NOT NULL,
	account                   {{text}} NOT NULL,
	adapter                   {{text}} NOT NULL,
	channel                   {{text}} NOT NULL,
	service                   {{text}} NOT NULL,
	class                     {{text}} NOT NULL,
	platform                  {{text}} NOT NULL,
	order_id                  {{text}} NOT NULL,
	reference                 {{text}} NOT NULL,
	client_reference          {{text}} NOT NULL,
	state                     {{text}} NOT NULL,
	epoch                     BIGINT NOT NULL,
	lease_until               BIGINT NOT NULL,
	due_at                    BIGINT NOT NULL,
	empties                   BIGINT NOT NULL,
	caller_deadline           BIGINT NOT NULL,
	request                   {{text}} NOT NULL,
	quote_minor               BIGINT NOT NULL,
	quote_currency            {{text}} NOT NULL,
	cost_minor                BIGINT NOT NULL,
	cost_currency             {{text}} NOT NULL,
	cost_source               {{text}} NOT NULL,
	spend_minor               BIGINT NOT NULL,
	spend_currency            {{text}} NOT NULL,
	tracking_number           {{text}} NOT NULL,
	last_mile_tracking_number {{text}} NOT NULL,
	carrier_reference         {{text}} NOT NULL,
	parcels                   {{text}} NOT NULL,
	carrier_data              {{text}} NOT NULL,
	draft                     {{text}} NOT NULL,
	tracker_id                {{text}} NOT NULL,
	warnings                  {{text}} NOT NULL,
	refusal                   {{text}} NOT NULL,
	details                   {{text}} NOT NULL,
	created_at                BIGINT NOT NULL,
	updated_at                BIGINT NOT NULL,
	settled_at                BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX purchases_client_reference ON purchases (tenant, account, client_reference) WHERE client_reference <> '';
CREATE INDEX purchases_by_client_reference ON purchases (tenant, client_reference);
CREATE INDEX purchases_by_reference ON purchases (tenant, reference, id) WHERE reference <> '';
CREATE INDEX purchases_by_tracking_number ON purchases (tenant, tracking_number, id) WHERE tracking_number <> '';
CREATE INDEX purchases_due ON purchases (due_at) WHERE due_at > 0;
CREATE INDEX purchases_leased ON purchases (lease_until) WHERE state IN ('sending', 'voiding');

CREATE TABLE attempts (
	tenant       {{text}} NOT NULL,
	purchase_id  {{text}} NOT NULL,
	n            BIGINT NOT NULL,
	epoch        BIGINT NOT NULL,
	kind         {{text}} NOT NULL,
	digest       {{bytes}} NOT NULL,
	started_at   BIGINT NOT NULL,
	ended_at     BIGINT NOT NULL,
	phase        {{text}} NOT NULL,
	outcome      {{text}} NOT NULL,
	carrier_code {{text}} NOT NULL,
	PRIMARY KEY (tenant, purchase_id, n),
	FOREIGN KEY (tenant, purchase_id) REFERENCES purchases (tenant, id)
);
CREATE UNIQUE INDEX attempts_one_open ON attempts (tenant, purchase_id) WHERE ended_at = 0 AND kind IN ('send', 'void');

-- Replies of carriers, as they came. No row is ever changed; bodies have an age.
CREATE TABLE evidence (
	tenant      {{text}} NOT NULL,
	purchase_id {{text}} NOT NULL,
	id          {{text}} NOT NULL,
	epoch       BIGINT NOT NULL,
	operation   {{text}} NOT NULL,
	status      BIGINT NOT NULL,
	digest      {{bytes}} NOT NULL,
	body        {{bytes}} NOT NULL,
	key_version BIGINT NOT NULL,
	at          BIGINT NOT NULL,
	PRIMARY KEY (tenant, purchase_id, id),
	FOREIGN KEY (tenant, purchase_id) REFERENCES purchases (tenant, id)
);

CREATE TABLE labels (
	tenant          {{text}} NOT NULL,
	purchase_id     {{text}} NOT NULL,
	n               BIGINT NOT NULL,
	account         {{text}} NOT NULL,
	shipment_id     {{text}} NOT NULL,
	tracking_number {{text}} NOT NULL,
	parcels         {{text}} NOT NULL,
	cost_minor      BIGINT NOT NULL,
	cost_currency   {{text}} NOT NULL,
	carrier_data    {{text}} NOT NULL,
	voided          BOOLEAN NOT NULL,
	created_at      BIGINT NOT NULL,
	PRIMARY KEY (tenant, purchase_id, n),
	FOREIGN KEY (tenant, purchase_id) REFERENCES purchases (tenant, id)
);
CREATE UNIQUE INDEX labels_shipment ON labels (tenant, account, shipment_id) WHERE shipment_id <> '';
CREATE UNIQUE INDEX labels_tracking_number ON labels (tenant, account, tracking_number) WHERE tracking_number <> '';

-- What a tenant has spent on a day. The currency '*' counts all labels of the day; its row is
-- the lock under which ceilings are checked.
CREATE TABLE spending (
	tenant   {{text}} NOT NULL,
	day      {{text}} NOT NULL,
	currency {{text}} NOT NULL,
	labels   BIGINT NOT NULL,
	minor    BIGINT NOT NULL,
	PRIMARY KEY (tenant, day, currency)
);

CREATE TABLE documents (
	tenant      {{text}} NOT NULL,
	id          {{text}} NOT NULL,
	owner       {{text}} NOT NULL,
	type        {{text}} NOT NULL,
	format      {{text}} NOT NULL,
	size        {{text}} NOT NULL,
	parcel      BIGINT NOT NULL,
	source      {{text}} NOT NULL,
	sha256      {{bytes}} NOT NULL,
	bytes       BIGINT NOT NULL,
	key_version BIGINT NOT NULL,
	created_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX documents_once ON documents (tenant, owner, type, parcel, sha256);

CREATE TABLE document_data (
	tenant {{text}} NOT NULL,
	id     {{text}} NOT NULL,
	data   {{bytes}} NOT NULL,
	PRIMARY KEY (tenant, id),
	FOREIGN KEY (tenant, id) REFERENCES documents (tenant, id)
);

CREATE TABLE history (
	tenant {{text}} NOT NULL,
	owner  {{text}} NOT NULL,
	n      BIGINT NOT NULL,
	status {{text}} NOT NULL,
	at     BIGINT NOT NULL,
	detail {{text}} NOT NULL,
	PRIMARY KEY (tenant, owner, n)
);

CREATE TABLE trackers (
	tenant                  {{text}} NOT NULL,
	id                      {{text}} NOT NULL,
	account                 {{text}} NOT NULL,
	adapter                 {{text}} NOT NULL,
	channel                 {{text}} NOT NULL,
	number                  {{text}} NOT NULL,
	reference               {{text}} NOT NULL,
	label_id                {{text}} NOT NULL,
	order_id                {{text}} NOT NULL,
	destination_country     {{text}} NOT NULL,
	destination_postal_code {{text}} NOT NULL,
	phone                   {{text}} NOT NULL,
	ship_date               {{text}} NOT NULL,
	status                  {{text}} NOT NULL,
	substatus               {{text}} NOT NULL,
	leg                     {{text}} NOT NULL,
	estimated_from          {{text}} NOT NULL,
	estimated_to            {{text}} NOT NULL,
	promised_by             {{text}} NOT NULL,
	terminal                BOOLEAN NOT NULL,
	seq                     BIGINT NOT NULL,
	last_event_at           BIGINT NOT NULL,
	numbers                 {{text}} NOT NULL,
	details                 {{text}} NOT NULL,
	due_at                  BIGINT NOT NULL,
	lease_until             BIGINT NOT NULL,
	epoch                   BIGINT NOT NULL,
	failures                BIGINT NOT NULL,
	polled_at               BIGINT NOT NULL,
	created_at              BIGINT NOT NULL,
	updated_at              BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX trackers_once ON trackers (tenant, account, number, ship_date);
CREATE INDEX trackers_due ON trackers (due_at) WHERE due_at > 0;
CREATE INDEX trackers_by_label ON trackers (tenant, label_id, id) WHERE label_id <> '';

CREATE TABLE tracker_numbers (
	tenant     {{text}} NOT NULL,
	number     {{text}} NOT NULL,
	tracker_id {{text}} NOT NULL,
	account    {{text}} NOT NULL,
	PRIMARY KEY (tenant, number, tracker_id),
	FOREIGN KEY (tenant, tracker_id) REFERENCES trackers (tenant, id)
);

CREATE TABLE tracker_events (
	tenant           {{text}} NOT NULL,
	tracker_id       {{text}} NOT NULL,
	seq              BIGINT NOT NULL,
	id               {{text}} NOT NULL,
	dedupe           {{text}} NOT NULL,
	carrier_event_id {{text}} NOT NULL,
	number           {{text}} NOT NULL,
	status           {{text}} NOT NULL,
	substatus        {{text}} NOT NULL,
	leg              {{text}} NOT NULL,
	code             {{text}} NOT NULL,
	words            {{text}} NOT NULL,
	occurred_at      BIGINT NOT NULL,
	utc_offset       BIGINT NOT NULL,
	zone_known       BOOLEAN NOT NULL,
	raw_time         {{text}} NOT NULL,
	location         {{text}} NOT NULL,
	signed_by        {{text}} NOT NULL,
	liable           {{text}} NOT NULL,
	source           {{text}} NOT NULL,
	callback_id      {{text}} NOT NULL,
	received_at      BIGINT NOT NULL,
	late             BOOLEAN NOT NULL,
	seen             BIGINT NOT NULL,
	PRIMARY KEY (tenant, tracker_id, seq),
	FOREIGN KEY (tenant, tracker_id) REFERENCES trackers (tenant, id)
);
CREATE UNIQUE INDEX tracker_events_once ON tracker_events (tenant, tracker_id, dedupe);

CREATE TABLE callbacks (
	tenant      {{text}} NOT NULL,
	id          {{text}} NOT NULL,
	account     {{text}} NOT NULL,
	adapter     {{text}} NOT NULL,
	method      {{text}} NOT NULL,
	header      {{text}} NOT NULL,
	query       {{text}} NOT NULL,
	body        {{bytes}} NOT NULL,
	size        BIGINT NOT NULL,
	key_version BIGINT NOT NULL,
	digest      {{bytes}} NOT NULL,
	trust       {{text}} NOT NULL,
	state       {{text}} NOT NULL,
	reason      {{text}} NOT NULL,
	tries       BIGINT NOT NULL,
	epoch       BIGINT NOT NULL,
	due_at      BIGINT NOT NULL,
	lease_until BIGINT NOT NULL,
	received_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX callbacks_waiting ON callbacks (id) WHERE state = 'received';
CREATE INDEX callbacks_leased ON callbacks (lease_until) WHERE state = 'received' AND lease_until > 0;
CREATE INDEX callbacks_by_state ON callbacks (tenant, state, id);
CREATE INDEX callbacks_by_account ON callbacks (tenant, account, state, size);

-- The numbers for which unmatched callbacks wait.
CREATE TABLE callback_numbers (
	tenant      {{text}} NOT NULL,
	account     {{text}} NOT NULL,
	number      {{text}} NOT NULL,
	callback_id {{text}} NOT NULL,
	PRIMARY KEY (tenant, account, number, callback_id),
	FOREIGN KEY (tenant, callback_id) REFERENCES callbacks (tenant, id)
);

CREATE TABLE events (
	tenant     {{text}} NOT NULL,
	id         {{text}} NOT NULL,
	ins        {{serial}},
	position   BIGINT NOT NULL,
	type       {{text}} NOT NULL,
	subject    {{text}} NOT NULL,
	sequence   BIGINT NOT NULL,
	data       {{text}} NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX events_position ON events (position) WHERE position > 0;
CREATE INDEX events_unplaced ON events (ins) WHERE position = 0;
CREATE INDEX events_by_subject ON events (tenant, subject, id);

CREATE TABLE plans (
	tenant          {{text}} NOT NULL,
	id              {{text}} NOT NULL,
	account         {{text}} NOT NULL,
	adapter         {{text}} NOT NULL,
	marketplace     {{text}} NOT NULL,
	name            {{text}} NOT NULL,
	idempotency_key {{text}} NOT NULL,
	fingerprint     {{bytes}} NOT NULL,
	carrier_plan_id {{text}} NOT NULL,
	status          {{text}} NOT NULL,
	request         {{text}} NOT NULL,
	state           {{text}} NOT NULL,
	spent_minor     BIGINT NOT NULL,
	spent_currency  {{text}} NOT NULL,
	epoch           BIGINT NOT NULL,
	lease_until     BIGINT NOT NULL,
	due_at          BIGINT NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX plans_name ON plans (tenant, account, name);
CREATE INDEX plans_due ON plans (due_at) WHERE due_at > 0;

CREATE TABLE plan_steps (
	tenant          {{text}} NOT NULL,
	plan_id         {{text}} NOT NULL,
	id              {{text}} NOT NULL,
	name            {{text}} NOT NULL,
	target          {{text}} NOT NULL,
	idempotency_key {{text}} NOT NULL,
	fingerprint     {{bytes}} NOT NULL,
	irreversible    BOOLEAN NOT NULL,
	state           {{text}} NOT NULL,
	operation       {{text}} NOT NULL,
	detail          {{text}} NOT NULL,
	started_at      BIGINT NOT NULL,
	ended_at        BIGINT NOT NULL,
	PRIMARY KEY (tenant, plan_id, id),
	FOREIGN KEY (tenant, plan_id) REFERENCES plans (tenant, id)
);
CREATE UNIQUE INDEX plan_steps_one_open ON plan_steps (tenant, plan_id, name, target) WHERE state IN ('pending', 'unknown');

CREATE TABLE tokens (
	tenant      {{text}} NOT NULL,
	account     {{text}} NOT NULL,
	name        {{text}} NOT NULL,
	value       {{bytes}} NOT NULL,
	key_version BIGINT NOT NULL,
	version     BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, account, name)
);

CREATE TABLE audit (
	tenant {{text}} NOT NULL,
	id     {{text}} NOT NULL,
	actor  {{text}} NOT NULL,
	action {{text}} NOT NULL,
	object {{text}} NOT NULL,
	detail {{text}} NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
