-- A member's own posts, the newest first; what is up, the newest first, and where it is for without reading it.
DROP INDEX posts_author;
CREATE INDEX posts_author ON posts (author, number);
CREATE INDEX posts_up ON posts (feature, state, number, regions, place);
