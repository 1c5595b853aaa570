-- Webhooks: whom to tell, and what is to be delivered. The words in double braces are those
-- of 0001.

-- An endpoint's queue is filled from the log of events, from its position on; made counts its
-- deliveries, which gives them their order, and queued those that are open.
CREATE TABLE webhooks (
	tenant          {{text}} NOT NULL,
	id              {{text}} NOT NULL,
	idempotency_key {{text}} NOT NULL,
	fingerprint     {{bytes}} NOT NULL,
	url             {{text}} NOT NULL,
	events          {{text}} NOT NULL,
	description     {{text}} NOT NULL,
	state           {{text}} NOT NULL,
	reason          {{text}} NOT NULL,
	secret          {{bytes}} NOT NULL,
	previous        {{bytes}} NOT NULL,
	previous_until  BIGINT NOT NULL,
	key_version     BIGINT NOT NULL,
	position        BIGINT NOT NULL,
	made            BIGINT NOT NULL,
	queued          BIGINT NOT NULL,
	failures        BIGINT NOT NULL,
	failing_since   BIGINT NOT NULL,
	notices         BIGINT NOT NULL,
	open_until      BIGINT NOT NULL,
	delivered_at    BIGINT NOT NULL,
	disabled_at     BIGINT NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

-- Of the open deliveries of one endpoint and subject only the first has a due time; the others
-- wait behind it with 0.
CREATE TABLE deliveries (
	tenant      {{text}} NOT NULL,
	webhook_id  {{text}} NOT NULL,
	id          {{text}} NOT NULL,
	ord         BIGINT NOT NULL,
	event_id    {{text}} NOT NULL,
	type        {{text}} NOT NULL,
	subject     {{text}} NOT NULL,
	replay      BOOLEAN NOT NULL,
	state       {{text}} NOT NULL,
	tries       BIGINT NOT NULL,
	due_at      BIGINT NOT NULL,
	lease_until BIGINT NOT NULL,
	epoch       BIGINT NOT NULL,
	attempts    {{text}} NOT NULL,
	response    {{text}} NOT NULL,
	created_at  BIGINT NOT NULL,
	ended_at    BIGINT NOT NULL,
	PRIMARY KEY (tenant, webhook_id, id),
	FOREIGN KEY (tenant, webhook_id) REFERENCES webhooks (tenant, id)
);
CREATE INDEX deliveries_open ON deliveries (tenant, webhook_id, subject, ord) WHERE state = 'pending';
CREATE INDEX deliveries_due ON deliveries (tenant, webhook_id, due_at) WHERE state = 'pending' AND due_at > 0;
CREATE INDEX deliveries_age ON deliveries (created_at);

CREATE INDEX events_of_tenant ON events (tenant, position) WHERE position > 0;
CREATE INDEX webhooks_failing ON webhooks (failing_since) WHERE state = 'enabled' AND failing_since > 0;
