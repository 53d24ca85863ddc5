import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { Chart } from "../../ui/Chart";
import { useFormats } from "../../ui/formats";
import { useCellText } from "./cells";
import type { Picture } from "./charts";

const COLOURS = ["primary", "secondary"] as const;

/** A report as a picture; the second of its series is a line, so that colour is not all that tells them apart. */
export function ReportChart({ picture, title, currency }: { picture: Picture; title: string; currency: string }) {
  const { t } = useTranslation("reports");
  const text = useCellText(currency);
  const { roundMoney } = useFormats();
  const { by, kind, labels, series } = picture;
  return (
    <Box sx={{ mb: 6 }}>
      <Chart
        name={t("chartOf", { report: title, what: series.map(({ column }) => column.title).join(", "), by: by.title })}
        labels={labels.map((label) => text(by, label))}
        format={(value) => (series[0]!.column.kind === "money" ? roundMoney(value) : text(series[0]!.column, value))}
        series={series.map(({ column, values }, index) => ({ label: column.title, values, kind: index === 0 || by.kind !== "day" ? kind : "line", colour: COLOURS[index] ?? "info", dashed: index > 0 }))}
      />
    </Box>
  );
}
