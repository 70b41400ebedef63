-- When what led to an effect happened, before it was decided. Unknown (NULL) for those from before.
ALTER TABLE outbox ADD COLUMN caused INTEGER;
