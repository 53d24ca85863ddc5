import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import CardActionArea from "@mui/material/CardActionArea";
import Typography from "@mui/material/Typography";
import { createLink } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormats } from "../../ui/formats";
import type { BlockProps } from "./blocks";

type Figure = Schemas["Figure"];

const LinkArea = createLink((props: { href?: string; children: React.ReactNode }) => <CardActionArea component="a" {...props} sx={{ p: 3, height: "100%", display: "flex", flexDirection: "column", alignItems: "flex-start", justifyContent: "space-between" }} />);

/** Where the list stands that is behind a figure. */
const BEHIND: Record<Figure["name"], { to: string; search?: Record<string, string> }> = {
  stock_value: { to: "/reports/stock_valuation" },
  products_low: { to: "/products", search: { low: "true" } },
  products_out: { to: "/products", search: { out: "true" } },
  sales_today: { to: "/sales" },
  sales_period: { to: "/sales" },
  transfers_open: { to: "/transfers" },
  requests_pending: { to: "/requests" },
  approvals: { to: "/requests" },
  unread: { to: "/notifications" },
  jobs: { to: "/reports", search: { tab: "jobs" } },
  companies: { to: "/companies" },
  companies_suspended: { to: "/companies", search: { suspended: "true" } },
};
const ALARMING: ReadonlySet<string> = new Set(["products_out", "companies_suspended"]);

/** Figures at a glance; each leads to what it counts. */
export function Figures({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const figures = dashboard.figures ?? [];
  // On a wide screen one full row, or two of the same length.
  const columns = figures.length > 6 ? Math.ceil(figures.length / 2) : figures.length;
  return (
    <Box
      component="section"
      aria-label={t("block.figures")}
      sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "repeat(2, minmax(0, 1fr))", sm: "repeat(auto-fit, minmax(148px, 1fr))", lg: `repeat(${columns || 1}, minmax(0, 1fr))` } }}
    >
      {figures.map((figure) => (
        <FigureCard key={figure.name} figure={figure} />
      ))}
    </Box>
  );
}

function FigureCard({ figure }: { figure: Figure }) {
  const { t } = useTranslation("home");
  const { quantity, roundMoney } = useFormats();
  const isFresh = useFresh(figure.value);
  const behind = BEHIND[figure.name];
  const isAlarm = ALARMING.has(figure.name) && figure.value !== "0";
  return (
    <Card>
      <LinkArea to={behind.to as "/"} search={(behind.search ?? {}) as never}>
        <Typography variant="body2" color="textSecondary">
          {t(`figure.${figure.name}`)}
        </Typography>
        <Typography
          className="figures"
          sx={{
            fontSize: { xs: "1.25rem", sm: "1.5rem" },
            fontWeight: 650,
            lineHeight: 1.3,
            color: isAlarm ? "error.main" : "text.primary",
            textDecoration: isFresh ? "underline" : "none",
            textDecorationColor: "var(--mui-palette-secondary-main)",
            textUnderlineOffset: "4px",
            overflowWrap: "anywhere",
          }}
        >
          {figure.is_money ? roundMoney(figure.value) : quantity(figure.value)}
        </Typography>
      </LinkArea>
    </Card>
  );
}

/** Whether the value has just changed under the reader's eyes: for two seconds. */
function useFresh(value: string): boolean {
  const before = useRef(value);
  const [isFresh, setFresh] = useState(false);
  useEffect(() => {
    if (before.current === value) {
      return;
    }
    before.current = value;
    setFresh(true);
    const timer = setTimeout(() => setFresh(false), 2_000);
    return () => clearTimeout(timer);
  }, [value]);
  return isFresh;
}
