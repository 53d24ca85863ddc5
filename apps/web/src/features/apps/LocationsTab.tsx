import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { useSites } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { TOUCHED, useReason, type Plugin } from "./plugin";

type Settings = Schemas["SettingsView"];
type Place = Schemas["commands_channel_places_LocationView"];
type Tied = Record<string, string>;

/** Which site's stock is shown at which location of the shop, and how much is kept back. */
export function LocationsTab({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("apps");
  const reason = useReason();
  const path = { plugin_id: plugin.id };
  const settings = useQuery(read("/api/v1/plugins/{plugin_id}/settings", { path }));
  const places = useQuery({ ...read("/api/v1/channels/{plugin_id}/locations", { path }), retry: false });
  if (settings.error && !settings.data) {
    return <Failure state={{ error: settings.error, retry: () => void settings.refetch() }} />;
  }
  if (!settings.data || places.isPending) {
    return <LateSkeleton />;
  }
  return (
    <Stack spacing={4} sx={{ maxWidth: 640 }}>
      {places.error && (
        <Alert severity="warning" action={<Button color="inherit" size="small" onClick={() => void places.refetch()}>{t("locations.ask")}</Button>}>
          {t("locations.unknown")} {reason(asProblem(places.error).message)}
        </Alert>
      )}
      <LocationsForm key={settings.data.version} plugin={plugin} settings={settings.data} places={places.data?.items ?? null} />
    </Stack>
  );
}

type Values = { settings: { tied: Tied; buffer: string } };

function LocationsForm({ plugin, settings, places }: { plugin: Plugin; settings: Settings; places: readonly Place[] | null }) {
  const { t } = useTranslation(["apps", "common"]);
  const mayWrite = useMay("plugin:write");
  const toast = useToast();
  const sites = (useSites().data ?? []).filter(({ active }) => active);
  const form = useForm<Values, unknown>({
    initial: { settings: { tied: (settings.values.locations ?? {}) as Tied, buffer: String(settings.values.safety_buffer ?? "0") } },
    touches: TOUCHED,
    send: ({ settings: { tied, buffer } }) => {
      const locations = Object.fromEntries(Object.entries(tied).filter(([, place]) => place));
      return data(api.PATCH("/api/v1/plugins/{plugin_id}/settings", { params: { path: { plugin_id: plugin.id }, header: ifUnchanged(settings.version) }, body: { settings: { locations, safety_buffer: buffer || "0" } } }));
    },
    done: () => toast({ text: t("saved") }),
  });
  const reason = useReason();
  const { tied, buffer } = form.values.settings;
  const set = (change: Partial<Values["settings"]>) => form.set("settings", { tied, buffer, ...change });
  const fault = form.fault("settings/locations");
  const above = form.problem?.code === "plugin_check_failed" ? reason(form.problem.message) : (form.above ?? fault);
  return (
    <Box component="form" ref={form.form} onSubmit={form.submit} noValidate>
      <Stack spacing={4}>
        <Typography variant="body2" color="textSecondary">
          {t("locations.hint")}
        </Typography>
        {above && <Alert severity="error">{above}</Alert>}
        {sites.map((site) => {
          const place = tied[site.code] ?? "";
          const change = (to: string) => set({ tied: { ...tied, [site.code]: to } });
          const label = `${site.code} · ${site.name}`;
          return places ? (
            <TextField key={site.id} select label={label} value={place} disabled={!mayWrite} onChange={(event) => change(event.target.value)} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("locations.notShown")}</MenuItem>
              {place && !places.some(({ id }) => id === place) && <MenuItem value={place}>{place}</MenuItem>}
              {places.map((one) => (
                <MenuItem key={one.id} value={one.id} disabled={!one.active && one.id !== place}>
                  {one.name} {!one.active && `(${t("locations.closed")})`}
                </MenuItem>
              ))}
            </TextField>
          ) : (
            <TextField key={site.id} label={label} value={place} disabled={!mayWrite} onChange={(event) => change(event.target.value)} placeholder={t("locations.notShown")} />
          );
        })}
        <QuantityField label={t("setting.storefront.safety_buffer")} value={buffer} disabled={!mayWrite} set={(to) => set({ buffer: to })} error={Boolean(form.fault("settings/safety_buffer"))} helperText={form.fault("settings/safety_buffer") ?? t("settingHint.safety_buffer")} />
        {mayWrite && (
          <Box>
            <Button type="submit" variant="contained" loading={form.busy} disabled={!form.changed}>
              {t("common:save")}
            </Button>
          </Box>
        )}
      </Stack>
    </Box>
  );
}
