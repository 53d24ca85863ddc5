-- What units are worth as they come and go.

-- One step of the moving average at one product and site: state is {on hand, value, unit cost, value of this flow,
-- revaluation}. Goods that leave take their share of the value; goods that leave below zero take the last unit cost, and
-- when a receipt later covers them, the difference is a revaluation: what was posted stays as posted.
CREATE OR REPLACE FUNCTION average_cost_step(state numeric[], delta numeric, given numeric,
                                             start_on_hand numeric, start_value numeric, start_unit_cost numeric)
RETURNS numeric[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    on_hand numeric := coalesce(state[1], start_on_hand);
    worth numeric := coalesce(state[2], start_value);
    unit_cost numeric := coalesce(state[3], start_unit_cost);
    flow numeric;
    target numeric;
BEGIN
    IF delta < 0 THEN
        flow := CASE WHEN on_hand = -delta THEN worth
                     WHEN on_hand <= 0 THEN round(-delta * unit_cost, 4)
                     WHEN on_hand < -delta THEN worth + round((-delta - on_hand) * unit_cost, 4)
                     WHEN given IS NOT NULL THEN least(given, worth)
                     ELSE round(worth * -delta / on_hand, 4) END;
        RETURN ARRAY[on_hand + delta, worth - flow, unit_cost, flow, 0];
    END IF;
    flow := coalesce(given, round(delta * unit_cost, 4));
    target := worth + flow;
    IF on_hand < 0 THEN
        target := CASE WHEN on_hand + delta > 0 THEN round(flow * (on_hand + delta) / delta, 4)
                       ELSE round((on_hand + delta) * unit_cost, 4) END;
    END IF;
    RETURN ARRAY[on_hand + delta, target,
                 CASE WHEN on_hand + delta > 0 THEN round(target / (on_hand + delta), 10) ELSE unit_cost END,
                 flow, target - worth - flow];
END $$;

DO $$
BEGIN
    IF to_regprocedure('average_cost(numeric, numeric, numeric, numeric, numeric)') IS NULL THEN
        CREATE AGGREGATE average_cost(delta numeric, given numeric, start_on_hand numeric, start_value numeric,
                                      start_unit_cost numeric)
            (SFUNC = average_cost_step, STYPE = numeric[]);
    END IF;
END $$;

-- The value of the part (lower, upper] of a layer. Rounding the cumulative value, not the part, makes the parts add up
-- to the layer to the last digit.
CREATE OR REPLACE FUNCTION layer_part(value numeric, from_position numeric, to_position numeric, lower numeric, upper numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN round(value * (least(upper, to_position) - from_position) / (to_position - from_position), 4)
         - round(value * (greatest(lower, from_position) - from_position) / (to_position - from_position), 4);
