-- What people open, beside what they post; and what of the application's looks and order belongs to each of them.

-- An interest is in one thing: a site, a category, a product, a page of the application, a report.
ALTER TABLE interest
    ADD COLUMN product_id uuid,
    ADD COLUMN page text CHECK (page ~ '^[a-z_]{1,40}$'),
    ADD COLUMN report text CHECK (report ~ '^[a-z_]{1,40}$'),
    DROP CONSTRAINT interest_key,
    DROP CONSTRAINT interest_in_one_thing,
    ADD CONSTRAINT interest_key UNIQUE NULLS NOT DISTINCT (company_id, user_id, site_id, category_id, product_id, page, report),
    ADD CONSTRAINT interest_in_one_thing CHECK (num_nonnulls(site_id, category_id, product_id, page, report) = 1),
    ADD CONSTRAINT interest_product_fkey FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE;
CREATE INDEX interest_by_product ON interest (company_id, product_id) WHERE product_id IS NOT NULL;

-- Saved views, pins, looks: what they are is for core/ports/preferences.py to say. Of whoever is not `counted` nothing is known.
CREATE TABLE user_preference (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    document jsonb NOT NULL CHECK (octet_length(document::text) <= 131072),
    counted boolean NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, user_id),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE
);
ALTER TABLE user_preference ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_company ON user_preference USING (company_id = (SELECT app_company())) WITH CHECK (company_id = (SELECT app_company()));
