-- Scans whose code nobody knew when they came: what the adapters' tables lack. Only those are in
-- the index, so that it costs the others nothing, and one that was mended leaves it by itself.
CREATE INDEX tracker_events_unmapped ON tracker_events (tenant, tracker_id, seq) WHERE substatus = 'unmapped';

-- The numbers that one callback waited for go with it.
CREATE INDEX callback_numbers_of ON callback_numbers (tenant, callback_id);
