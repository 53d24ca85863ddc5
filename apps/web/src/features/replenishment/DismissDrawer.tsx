import FormControlLabel from "@mui/material/FormControlLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { CustomsContext } from "../../ui/formats";
import { addDays, today } from "../../ui/moments";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import { TOUCHED, type Proposal } from "./proposal";

type Draft = { how: "until" | "change" | "both"; until: string; change_percent: string };

/** Not now: until a day, or until the stock has changed by so much. */
export function DismissDrawer({ proposals, close }: { proposals: readonly Proposal[]; close: () => void }) {
  const { t } = useTranslation("replenishment");
  const { timeZone } = useContext(CustomsContext);
  const form = useForm<Draft, void>({
    initial: { how: "until", until: addDays(today(timeZone), 30), change_percent: "20" },
    touches: TOUCHED,
    done: close,
    send: async ({ how, until, change_percent }) => {
      const body = { ...(how === "change" ? {} : { until: until || null }), ...(how === "until" ? {} : { change_percent: change_percent.trim() || null }) };
      for (const { id, version } of proposals) {
        await data(api.POST("/api/v1/replenishment/proposals/{proposal_id}/dismiss", { params: { path: { proposal_id: id }, header: ifUnchanged(version) }, body }));
      }
    },
  });
  const { values, set, field, fault } = form;
  const [only] = proposals;
  return (
    <FormDrawer open title={t("dismiss.title")} close={close} form={form} action={t("dismiss.act")}>
      <Typography>{proposals.length === 1 ? `${only!.name} · ${only!.site}` : t("dismiss.many", { count: proposals.length })}</Typography>
      <RadioGroup aria-label={t("dismiss.title")} value={values.how} onChange={(_, how) => set("how", how as Draft["how"])}>
        <FormControlLabel value="until" control={<Radio />} label={t("dismiss.until")} />
        <FormControlLabel value="change" control={<Radio />} label={t("dismiss.change")} />
        <FormControlLabel value="both" control={<Radio />} label={t("dismiss.both")} />
      </RadioGroup>
      {values.how !== "change" && <TextField {...field("until")} type="date" label={t("dismiss.day")} slotProps={{ inputLabel: { shrink: true }, htmlInput: { min: addDays(today(timeZone), 1) } }} />}
      {values.how !== "until" && <QuantityField label={t("dismiss.percent")} unit="%" value={values.change_percent} set={(value) => set("change_percent", value)} error={Boolean(fault("change_percent"))} helperText={fault("change_percent")} />}
    </FormDrawer>
  );
}
