import Autocomplete from "@mui/material/Autocomplete";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { read } from "../../api/query";
import { FormDrawer } from "../../ui/FormDrawer";
import { CategoryPicker, ProductPicker, SitePicker } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useNamedProduct } from "../stock/Filters";
import { FORMATS, useReports, useReportTitle } from "./report";
import { bodyOf, EVERY, POINTERS, RELATIVE, type Draft, type Schedule } from "./schedule";

type Props = { schedule: Schedule | null; draft: Draft; close: () => void };

/** Sets up a report that is sent, or changes one. Its report stays. */
export function ScheduleDrawer({ schedule, draft, close }: Props) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const toast = useToast();
  const title = useReportTitle();
  const reports = useReports().data ?? [];
  const form = useForm<Draft, Schedule>({
    initial: draft,
    pointers: POINTERS,
    touches: ["report-schedules"],
    send: (values) => {
      const narrowing = reports.find(({ name }) => name === values.report)?.narrowing ?? [];
      const body = bodyOf({ ...values, name: values.name.trim() || suggested(values) }, narrowing);
      const { report: _, ...changes } = body;
      return schedule ? data(api.PATCH("/api/v1/report-schedules/{schedule_id}", { params: { path: { schedule_id: schedule.id }, header: ifUnchanged(schedule.version) }, body: changes })) : data(api.POST("/api/v1/report-schedules", { body }));
    },
    done: ({ name }) => {
      close();
      toast({ text: t(schedule ? "schedule.saved" : "schedule.made", { name }) });
    },
  });
  const { values, set } = form;
  const suggested = ({ report, every }: Draft) => (report ? `${title(report)} (${t(`every.${every}`).toLocaleLowerCase()})` : "");
  const report = reports.find(({ name }) => name === values.report);
  const by = (one: Schemas["Narrowing"]) => report?.narrowing.includes(one) ?? false;
  return (
    <FormDrawer open title={schedule ? t("schedule.edit") : t("schedule.new")} close={close} form={form} action={schedule ? common("save") : t("schedule.create")} disabled={!values.report}>
      <Choice label={t("one")} value={values.report} set={(name) => set("report", name as Draft["report"])} options={reports.map(({ name, title }) => [name, title])} disabled={schedule !== null} required />
      <TextField {...form.field("name")} label={common("name")} placeholder={suggested(values)} slotProps={{ inputLabel: { shrink: true } }} />
      <Choice label={t("formatLabel")} value={values.format} set={(format) => set("format", format as Draft["format"])} options={FORMATS.map((one) => [one, t(`format.${one}`)])} />
      {(by("period") || by("day")) && (
        <Choice label={t("period")} value={values.period} set={(period) => set("period", period as Draft["period"])} options={RELATIVE.map((one) => [one, t(`relative.${one}`)])} fault={form.fault("period")} hint={by("day") ? t("lastOfPeriod") : undefined} />
      )}
      {by("site") && <SitePicker label={common("site")} all={common("allSites")} value={values.site} set={(site) => set("site", site)} error={Boolean(form.fault("site"))} helperText={form.fault("site")} />}
      {by("category") && <CategoryPicker label={common("category")} all={common("allCategories")} value={values.category} set={(category) => set("category", category)} error={Boolean(form.fault("category"))} helperText={form.fault("category")} />}
      {by("product") && <Product reference={values.product} set={(product) => set("product", product)} fault={form.fault("product")} required={report?.of_one_product ?? false} />}
      <Rhythm values={values} set={set} />
      <Readers report={values.report} chosen={values.readers} set={(readers) => set("readers", readers)} faults={[form.fault("readers"), ...values.readers.map((_, place) => form.fault(`readers/${place}`))]} />
      <Choice label={t("schedule.language")} value={values.language} set={(language) => set("language", language as Draft["language"])} options={[["es", "Español"], ["en", "English"]]} />
      <FormControlLabel control={<Switch checked={values.skip_empty} onChange={(_, skip) => set("skip_empty", skip)} />} label={t("schedule.skipEmpty")} />
    </FormDrawer>
  );
}

type ChoiceProps = { label: string; value: string | number; set: (value: string) => void; options: readonly (readonly [string | number, string])[]; fault?: string | undefined; hint?: string | undefined } & Pick<TextFieldProps, "disabled" | "required">;

function Choice({ label, value, set, options, fault, hint, ...more }: ChoiceProps) {
  return (
    <TextField select {...more} label={label} value={options.some(([one]) => one === value) ? value : ""} onChange={(event) => set(event.target.value)} error={Boolean(fault)} helperText={fault ?? hint}>
      {options.map(([one, text]) => (
        <MenuItem key={one} value={one}>
          {text}
        </MenuItem>
      ))}
    </TextField>
  );
}

function Product({ reference, set, fault, required }: { reference: string; set: (id: string) => void; fault: string | undefined; required: boolean }) {
  const { t } = useTranslation();
  const product = useNamedProduct(reference || undefined);
  return <ProductPicker label={t("product")} value={product} set={(chosen) => set(chosen?.id ?? "")} error={Boolean(fault)} helperText={fault} required={required} />;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => [hour, `${String(hour).padStart(2, "0")}:00`] as const);

function Rhythm({ values, set }: { values: Draft; set: <K extends keyof Draft>(name: K, value: Draft[K]) => void }) {
  const { t } = useTranslation("reports");
  return (
    <Stack direction="row" spacing={3} useFlexGap sx={{ flexWrap: "wrap", "& > *": { flex: "1 1 100px", minWidth: 100 } }}>
      <Choice label={t("rhythmLabel")} value={values.every} set={(every) => set("every", every as Draft["every"])} options={EVERY.map((one) => [one, t(`every.${one}`)])} />
      {values.every === "week" && <Choice label={t("weekdayLabel")} value={values.weekday} set={(day) => set("weekday", Number(day))} options={([1, 2, 3, 4, 5, 6, 7] as const).map((day) => [day, t(`weekday.${day}`)])} />}
      {values.every === "month" && <Choice label={t("dayLabel")} value={values.month_day} set={(day) => set("month_day", Number(day))} options={Array.from({ length: 31 }, (_, index) => [index + 1, index === 30 ? t("lastDay") : String(index + 1)])} />}
      <Choice label={t("hourLabel")} value={values.hour} set={(hour) => set("hour", Number(hour))} options={HOURS} />
    </Stack>
  );
}

function Readers({ report, chosen, set, faults }: { report: Draft["report"]; chosen: readonly string[]; set: (readers: string[]) => void; faults: readonly (string | undefined)[] }) {
  const { t } = useTranslation("reports");
  const answer = useQuery({ ...read("/api/v1/report-schedules/readers", { query: { report: report || "daily" } }), enabled: Boolean(report) });
  const people = answer.data ?? [];
  const value = people.filter(({ id }) => chosen.includes(id));
  const without = value.filter(({ has_address }) => !has_address);
  const fault = [...new Set(faults.filter(Boolean))].join(" ");
  return (
    <div>
      <Autocomplete
        multiple
        disableCloseOnSelect
        options={people}
        value={value}
        onChange={(_, readers) => set(readers.map(({ id }) => id))}
        getOptionLabel={({ name }) => name}
        getOptionKey={({ id }) => id}
        isOptionEqualToValue={(one, other) => one.id === other.id}
        loading={answer.isFetching}
        disabled={!report}
        renderInput={(params) => <TextField {...params} label={t("schedule.readers")} error={Boolean(fault)} helperText={fault || t("schedule.readersHint")} />}
      />
      {without.length > 0 && <FormHelperText error>{t("schedule.noAddress", { names: without.map(({ name }) => name).join(", ") })}</FormHelperText>}
    </div>
  );
}
