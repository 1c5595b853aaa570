-- What is done for a carrier account at regular times. The words in double braces are those
-- of 0001.

-- covered_until is the time up to which the last pass that came to its end has looked; the
-- next one begins a little before that.
CREATE TABLE passes (
	tenant        {{text}} NOT NULL,
	id            {{text}} NOT NULL,
	account       {{text}} NOT NULL,
	kind          {{text}} NOT NULL,
	epoch         BIGINT NOT NULL,
	lease_until   BIGINT NOT NULL,
	due_at        BIGINT NOT NULL,
	covered_until BIGINT NOT NULL,
	failures      BIGINT NOT NULL,
	created_at    BIGINT NOT NULL,
	updated_at    BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX passes_due ON passes (due_at) WHERE due_at > 0;

-- What was bought by one account, for its listings and invoices.
CREATE INDEX purchases_by_account ON purchases (tenant, account, id);
