-- When the person last asked for nothing more, by the provider's clock: what they asked for before that takes nothing back, however late we are told.
-- Null where it was recorded before this column was there (since, then), and for other reasons.
alter table suppressions add column asked_at timestamptz;
