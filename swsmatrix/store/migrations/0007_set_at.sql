-- When a timer was set: one from the future was set by a clock that was ahead. Unknown (0) for those from before.
ALTER TABLE timers ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
