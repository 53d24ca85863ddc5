-- A small picture of a person, drawn anew. It is theirs, and all who work with them may see it.
CREATE TABLE profile_picture (
    user_id uuid PRIMARY KEY REFERENCES app_user (id),
    media_type text NOT NULL,
    content bytea NOT NULL CHECK (length(content) <= 262144),
    digest text NOT NULL
);
ALTER TABLE profile_picture ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_user ON profile_picture USING (user_id = (SELECT app_user_id())) WITH CHECK (user_id = (SELECT app_user_id()));
CREATE POLICY of_colleague ON profile_picture FOR SELECT USING
    (EXISTS (SELECT FROM membership m WHERE m.company_id = (SELECT app_company()) AND m.user_id = profile_picture.user_id));
