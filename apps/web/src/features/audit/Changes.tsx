import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { useSiteNames } from "../../ui/SitesField";
import { useRoleName } from "../people/roles";
import { changesOf, type Entry } from "./entry";

const FEW = 3;

/** Before and after, field by field; more than three on request. */
export function Changes({ entry }: { entry: Entry }) {
  const { t } = useTranslation("audit");
  const [isOpen, setOpen] = useState(false);
  const value = useValues();
  const changes = changesOf(entry);
  if (changes.length === 0) {
    return "–";
  }
  const shown = isOpen ? changes : changes.slice(0, FEW);
  const isChange = entry.before !== null && entry.after !== null;
  return (
    <Box>
      <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {shown.map(({ field, before, after }) => (
          <Box component="li" key={field} sx={{ overflowWrap: "anywhere" }}>
            <Box component="span" sx={{ color: "text.secondary" }}>
              {t(`field.${field}` as "field.name", { defaultValue: field.replaceAll("_", " ") })}:
            </Box>{" "}
            {isChange ? (
              <>
                {value(field, before)} → <strong>{value(field, after)}</strong>
              </>
            ) : (
              value(field, entry.after === null ? before : after)
            )}
          </Box>
        ))}
      </Box>
      {changes.length > FEW && (
        <Button size="small" sx={{ ml: -1 }} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t("less") : t("more", { count: changes.length - FEW })}
        </Button>
      )}
    </Box>
  );
}

const MONEY = new Set(["price", "cost", "unit_price", "approval_threshold", "purchase_approval_threshold", "minimum_order_value"]);
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;

/** Values as people write them. */
function useValues(): (field: string, value: unknown) => string {
  const { t } = useTranslation(["audit", "common"]);
  const { money, time, day, quantity } = useFormats();
  const sites = useSiteNames();
  const role = useRoleName();
  const one = (field: string, value: unknown): string => {
    if (field.endsWith("site_ids")) {
      return sites(value as string[] | null);
    }
    if (value === null || value === undefined || value === "") {
      return "–";
    }
    if (typeof value === "boolean") {
      return t(value ? "common:yes" : "common:no");
    }
    if (field.endsWith("site_id")) {
      return sites([String(value)]);
    }
    if (field === "role") {
      return role(String(value));
    }
    if (MONEY.has(field)) {
      return money(String(value));
    }
    if (Array.isArray(value)) {
      return value.map((part) => one("", part)).join(", ") || "–";
    }
    if (typeof value === "object") {
      return Object.entries(value)
        .map(([name, part]) => `${name}: ${one(name, part)}`)
        .join(", ");
    }
    if (typeof value === "number") {
      return quantity(value);
    }
    const text = String(value);
    if (MOMENT.test(text)) {
      return time(text);
    }
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? day(text) : text;
  };
  return one;
}
