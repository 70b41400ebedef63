-- Whether the bot may remove what others said in a room: asked at every start, so until then it is taken to be.
ALTER TABLE rooms ADD COLUMN can_redact INTEGER NOT NULL DEFAULT 1;
