-- Promises: when a parcel's promise is in danger unless it moves on before; 0 where nothing is
-- promised, or that was told.
ALTER TABLE trackers ADD COLUMN risk_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX trackers_at_risk ON trackers (risk_at) WHERE risk_at > 0;
