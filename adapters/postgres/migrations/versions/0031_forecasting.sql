-- What is kept of a series between two weeks, and of what all of them have in common, has other figures now: the next run learns anew.
ALTER TABLE demand_fit NO FORCE ROW LEVEL SECURITY;
ALTER TABLE forecast_run NO FORCE ROW LEVEL SECURITY;
DELETE FROM demand_fit;
UPDATE forecast_run SET kind = 'fit' WHERE state IN ('waiting', 'running');
ALTER TABLE demand_fit FORCE ROW LEVEL SECURITY;
ALTER TABLE forecast_run FORCE ROW LEVEL SECURITY;
