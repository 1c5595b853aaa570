-- Claims: what is asked for a parcel that went wrong, once for each tracker and reason. The
-- archive of a claim is a document whose owner is the claim. The words in double braces are
-- those of 0001.
CREATE TABLE claims (
	tenant          {{text}} NOT NULL,
	id              {{text}} NOT NULL,
	idempotency_key {{text}} NOT NULL,
	fingerprint     {{bytes}} NOT NULL,
	tracker_id      {{text}} NOT NULL,
	label_id        {{text}} NOT NULL,
	reason          {{text}} NOT NULL,
	state           {{text}} NOT NULL,
	party           {{text}} NOT NULL,
	deadline        {{text}} NOT NULL,
	amount_minor    BIGINT NOT NULL,
	amount_currency {{text}} NOT NULL,
	paid_minor      BIGINT NOT NULL,
	paid_currency   {{text}} NOT NULL,
	archive_id      {{text}} NOT NULL,
	details         {{text}} NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	closed_at       BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	FOREIGN KEY (tenant, tracker_id) REFERENCES trackers (tenant, id)
);
CREATE UNIQUE INDEX claims_once ON claims (tenant, tracker_id, reason);
