import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useColorScheme } from "@mui/material/styles";
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart as ChartJs,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartDataset,
  type ChartType,
} from "chart.js";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { colours, type Mode } from "../theme/tokens";

ChartJs.register(BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

export type Series = {
  label: string;
  /** Decimal text, as the API says it; null leaves a gap. */
  values: readonly (string | null)[];
  kind: "bar" | "line" | "band";
  colour: "primary" | "secondary" | "info" | "success" | "error" | "quiet";
  /** A line of another shape, so that colour is not all that tells them apart. */
  dashed?: boolean;
  /** For a band: the lower edge, the values being the upper one. */
  from?: readonly (string | null)[];
};

type Props = {
  /** What the picture shows, in a sentence; read instead of it. */
  name: string;
  labels: readonly string[];
  series: readonly Series[];
  /** How values are written. */
  format: (value: string) => string;
  height?: number;
  stacked?: boolean;
};

/** A chart, which can also be read as a table. Values become numbers only to be drawn. */
export function Chart({ name, labels, series, format, height = 240, stacked = false }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  return (
    <Box>
      {asTable ? (
        <Figures name={name} labels={labels} series={series} format={format} height={height} />
      ) : (
        <Picture name={name} labels={labels} series={series} format={format} height={height} stacked={stacked} />
      )}
      <Box sx={{ textAlign: "right" }}>
        <Button size="small" onClick={() => setAsTable(!asTable)}>
          {t(asTable ? "chart.asPicture" : "chart.asTable")}
        </Button>
      </Box>
    </Box>
  );
}

function Picture({ name, labels, series, format, height, stacked }: Required<Props>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { mode, systemMode } = useColorScheme();
  const scheme: Mode = (mode === "system" ? systemMode : mode) === "dark" ? "dark" : "light";
  const drawn = JSON.stringify([labels, series, stacked]);
  const latest = useRef(format);
  latest.current = format;
  useEffect(() => {
    if (!canvas.current) {
      return;
    }
    const colour = colours[scheme];
    const chart = new ChartJs(canvas.current, {
      type: "line" as ChartType,
      data: { labels: [...labels], datasets: series.flatMap((one) => datasets(one, scheme)) },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: false, // a figure on its way is a wrong one, and whoever prints the page would keep it
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { stacked, grid: { display: false }, ticks: { color: colour.quiet, maxRotation: 0, autoSkipPadding: 16 }, border: { color: colour.line } },
          y: {
            stacked,
            beginAtZero: true,
            grid: { color: colour.line },
            border: { display: false },
            ticks: { color: colour.quiet, maxTicksLimit: 6, precision: 0, callback: (value) => latest.current(String(value)) },
          },
        },
        plugins: {
          legend: {
            display: series.length > 1,
            position: "bottom",
            labels: { color: colour.text, usePointStyle: true, boxHeight: 7, filter: ({ text }) => Boolean(text) },
          },
          tooltip: {
            filter: ({ dataset }) => Boolean(dataset.label),
            callbacks: { label: ({ dataset, raw }) => ` ${dataset.label ?? ""}: ${raw === null ? "–" : latest.current(String(raw))}` },
          },
        },
      },
    });
    return () => chart.destroy();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `drawn` stands for labels, series and stacked
  }, [drawn, scheme]);
  return (
    <Box sx={{ height, position: "relative" }}>
      <canvas ref={canvas} role="img" aria-label={name} />
    </Box>
  );
}

function datasets(series: Series, scheme: Mode): ChartDataset[] {
  const colour = colours[scheme][series.colour];
  const numbers = (values: readonly (string | null)[]) => values.map((value) => (value === null ? null : Number(value)));
  if (series.kind === "bar") {
    return [{ type: "bar", label: series.label, data: numbers(series.values), backgroundColor: colour, borderRadius: 3, maxBarThickness: 28 } as ChartDataset];
  }
  const line = {
    type: "line" as const,
    label: series.label,
    data: numbers(series.values),
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 2,
    borderDash: series.dashed ? [6, 4] : [],
    pointRadius: 0,
    pointHitRadius: 12,
    tension: 0.2,
  };
  if (series.kind === "line") {
    return [line as ChartDataset];
  }
  const edge = { ...line, borderWidth: 0, backgroundColor: `${colour}33` };
  return [
    { ...edge, label: "", data: numbers(series.from ?? []), fill: false } as ChartDataset,
    { ...edge, fill: "-1" } as ChartDataset,
  ];
}

function Figures({ name, labels, series, format, height }: Omit<Required<Props>, "stacked">) {
  const { t } = useTranslation();
  return (
    <TableContainer sx={{ maxHeight: height }} tabIndex={0} role="region" aria-label={name}>
      <Table size="small" stickyHeader>
        <caption hidden>{name}</caption>
        <TableHead>
          <TableRow>
            <TableCell scope="col">{t("date")}</TableCell>
            {series.map((one) => (
              <TableCell key={one.label} align="right" scope="col">
                {one.label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {labels.map((label, index) => (
            <TableRow key={label}>
              <TableCell component="th" scope="row">
                {label}
              </TableCell>
              {series.map((one) => (
                <TableCell key={one.label} align="right">
                  {cell(one, index, format)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function cell(series: Series, index: number, format: (value: string) => string): string {
  const shown = [series.from?.[index], series.values[index]].filter((value) => value !== undefined && value !== null);
  return shown.length > 0 ? shown.map(format).join(" – ") : "–";
}
