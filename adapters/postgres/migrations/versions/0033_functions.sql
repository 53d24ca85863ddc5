-- The tables stay as they are. Functions have changed, and by this number processes know which schema is the newer.
SELECT 1;
