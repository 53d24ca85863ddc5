import Box from "@mui/material/Box";
import { useContext, type ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { CustomsContext, times, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { momentOf } from "../../ui/moments";
import { usePlace } from "../../ui/places";

export type Column = Schemas["ReportColumnView"];

const FIGURES: readonly Column["kind"][] = ["quantity", "money", "rate", "percent", "count"];
export const isFigure = ({ kind }: Column): boolean => FIGURES.includes(kind);
const PLACES = ["from", "to"];

/** What stands in a cell, as the company writes it. */
export function useCellText(currency: string): (column: Column, value: string | null) => string {
  const { quantity, sum, money, percent, day, time } = useFormats();
  const { timeZone } = useContext(CustomsContext);
  const place = usePlace();
  return (column, value) => {
    if (value === null || value === "") {
      return "–";
    }
    switch (column.kind) {
      case "quantity":
        return quantity(value);
      case "count":
        return column.name === "number" ? value : quantity(value);
      case "money":
        return sum(value, currency);
      case "rate":
        return money(value, currency);
      case "percent":
        return percent(times(value, "0.01"));
      case "day":
        return day(value);
      case "moment":
        return time(momentOf(value, timeZone));
      default:
        return PLACES.includes(column.name) ? place(value) : value;
    }
  };
}

/** The page of what a cell names, where there is one. */
export function useCell(name: string, currency: string): (column: Column, value: string | null) => ReactNode {
  const text = useCellText(currency);
  return (column, value) => {
    const shown = text(column, value);
    if (value && column.name === "sku") {
      return (
        <Link to="/products" search={{ q: value }}>
          {shown}
        </Link>
      );
    }
    if (value && column.name === "day" && ["daily", "sales_by_date"].includes(name)) {
      return (
        <Link to="/sales" search={{ since: value, until: value }}>
          {shown}
        </Link>
      );
    }
    if (column.kind === "day" || column.kind === "moment") {
      return (
        <Box component="span" sx={{ whiteSpace: "nowrap" }}>
          {shown}
        </Box>
      );
    }
    return isFigure(column) ? <span className="figures">{shown}</span> : shown;
  };
}
