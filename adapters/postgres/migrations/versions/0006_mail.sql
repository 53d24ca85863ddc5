-- Mail that waits for its delivery. It belongs to people, not to companies: whoever may be in none, or in several.
-- Recipient, subject and text are sealed together: they may hold links that let somebody in.
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    content text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),   -- the next try; of a dead one, when it died
    attempts integer NOT NULL DEFAULT 0,
    lease_token uuid,
    last_error text
);
CREATE INDEX mail_by_time ON mail (state, next_at);
