import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { read } from "../../api/query";
import { BackLink, Link } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { useSites } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";

type Wishes = Schemas["PreferencesView"];
type Wish = Schemas["KindWish"];
const PATH = "/api/v1/notification-preferences";
const TIMINGS = ["at_once", "daily", "weekly"] as const;

/** Of what one wants to hear, by which way and when. */
export function WishesPage() {
  const { t } = useTranslation("notifications");
  const wishes = useQuery(read(PATH));
  return (
    <Page title={t("wishes.title")} above={<BackLink to="/notifications">{t("title")}</BackLink>}>
      {wishes.isPending && <LateSkeleton />}
      {wishes.error && <Failure state={{ error: wishes.error, retry: () => void wishes.refetch() }} />}
      {wishes.data && <WishesForm wishes={wishes.data} />}
    </Page>
  );
}

function valuesOf({ kinds, hours, hours_default }: Wishes) {
  return { kinds, hours, ownHours: !hours_default };
}

function WishesForm({ wishes }: { wishes: Wishes }) {
  const { t } = useTranslation("notifications");
  const toast = useToast();
  const sites = useSites();
  const form = useForm({
    initial: valuesOf(wishes),
    send: ({ kinds, hours, ownHours }) =>
      data(
        api.PUT(PATH, {
          body: { kinds: kinds.filter((one) => !one.default).map(({ default: _, ...wish }) => wish), hours: ownHours ? hours : null },
        }),
      ),
    touches: ["notification-preferences"],
    done: (saved) => {
      form.reset(valuesOf(saved));
      toast({ text: t("wishes.saved") });
    },
  });
  const change = (kind: Wish["kind"], to: Partial<Wish>) =>
    form.set(
      "kinds",
      form.values.kinds.map((one) => (one.kind === kind ? { ...one, ...to, default: false } : one)),
    );
  const { hours } = form.values;
  const setHours = (hours: Wishes["hours"]) => form.setValues((before) => ({ ...before, hours, ownHours: true }));
  return (
    <form ref={form.form} onSubmit={form.submit}>
      {form.above && (
        <Alert severity="error" tabIndex={-1} sx={{ mb: 4 }}>
          {form.above}
        </Alert>
      )}
      {wishes.channels.map(
        ({ channel, failing, obstacle }) =>
          (failing || obstacle) && (
            <Alert key={channel} severity={failing ? "warning" : "info"} sx={{ mb: 2 }}>
              {obstacle ? t(`obstacle.${obstacle}`) : t("wishes.failing", { channel: t(`channel.${channel}`) })}{" "}
              <Link to={"/profile" as "/"}>{t("wishes.toProfile")}</Link>
            </Alert>
          ),
      )}
      <Section title={t("wishes.kinds")}>
        <TableContainer component={Paper} variant="outlined" tabIndex={0} role="region" aria-label={t("wishes.kinds")}>
          <Table size="small">
            <TableHead>
              <TableRow>
                <TableCell scope="col">{t("wishes.what")}</TableCell>
                {wishes.channels.map(({ channel }) => (
                  <TableCell key={channel} scope="col" align="center">
                    {t(`channel.${channel}`)}
                  </TableCell>
                ))}
                <TableCell scope="col">{t("wishes.timing")}</TableCell>
                <TableCell scope="col">{t("wishes.sites")}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {form.values.kinds.map((wish) => (
                <TableRow key={wish.kind}>
                  <TableCell component="th" scope="row" sx={{ minWidth: 200, fontWeight: 400 }}>
                    {t(`kind.${wish.kind}`)}
                    {wish.default && (
                      <Typography variant="caption" color="textSecondary" component="div">
                        {t("wishes.asRole")}
                      </Typography>
                    )}
                  </TableCell>
                  {wishes.channels.map(({ channel, available }) => (
                    <TableCell key={channel} align="center">
                      <Checkbox
                        checked={wish.channels.includes(channel)}
                        disabled={!available && !wish.channels.includes(channel)}
                        onChange={(_, on) => change(wish.kind, { channels: on ? [...wish.channels, channel] : wish.channels.filter((one) => one !== channel) })}
                        slotProps={{ input: { "aria-label": `${t(`kind.${wish.kind}`)}: ${t(`channel.${channel}`)}` } }}
                      />
                    </TableCell>
                  ))}
                  <TableCell>
                    <TextField select value={wish.timing} onChange={(event) => change(wish.kind, { timing: event.target.value as Wish["timing"] })} sx={{ minWidth: 132 }} slotProps={{ htmlInput: { "aria-label": `${t(`kind.${wish.kind}`)}: ${t("wishes.timing")}` } }}>
                      {TIMINGS.map((timing) => (
                        <MenuItem key={timing} value={timing}>
                          {t(`timing.${timing}`)}
                        </MenuItem>
                      ))}
                    </TextField>
                  </TableCell>
                  <TableCell>
                    <TextField
                      select
                      value={wish.sites ?? []}
                      onChange={(event) => {
                        const chosen = event.target.value as unknown as string[];
                        change(wish.kind, { sites: chosen.length === 0 ? null : chosen });
                      }}
                      slotProps={{
                        select: { multiple: true, displayEmpty: true, renderValue: (chosen) => ((chosen as string[]).length === 0 ? t("wishes.allSites") : (sites.data ?? []).filter(({ id }) => (chosen as string[]).includes(id)).map(({ code }) => code).join(", ")) },
                        htmlInput: { "aria-label": `${t(`kind.${wish.kind}`)}: ${t("wishes.sites")}` },
                      }}
                      sx={{ minWidth: 132 }}
                    >
                      {(sites.data ?? []).map((site) => (
                        <MenuItem key={site.id} value={site.id}>
                          {site.name}
                        </MenuItem>
                      ))}
                    </TextField>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      </Section>
      <Section title={t("wishes.hours")}>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 3 }}>
          {t("wishes.hoursHint", { zone: wishes.time_zone })}
        </Typography>
        <Stack direction="row" useFlexGap spacing={3} sx={{ flexWrap: "wrap", alignItems: "center" }}>
          <TextField select label={t("wishes.digestAt")} value={hours.digest.hour} onChange={(event) => setHours({ ...hours, digest: { ...hours.digest, hour: Number(event.target.value) } })} sx={{ width: 160 }}>
            {Array.from({ length: 24 }, (_, hour) => (
              <MenuItem key={hour} value={hour}>
                {String(hour).padStart(2, "0")}:00
              </MenuItem>
            ))}
          </TextField>
          <TextField select label={t("wishes.weekday")} value={hours.digest.weekday} onChange={(event) => setHours({ ...hours, digest: { ...hours.digest, weekday: Number(event.target.value) } })} sx={{ width: 200 }}>
            {[1, 2, 3, 4, 5, 6, 7].map((day) => (
              <MenuItem key={day} value={day}>
                {t(`weekday.${day}` as "weekday.1")}
              </MenuItem>
            ))}
          </TextField>
          <FormControlLabel
            control={<Switch checked={Boolean(hours.quiet)} onChange={(_, on) => setHours({ ...hours, quiet: on ? { from: "20:00", to: "07:00" } : null })} />}
            label={t("wishes.quiet")}
          />
          {hours.quiet && (
            <>
              <TextField type="time" label={t("wishes.quietFrom")} value={hours.quiet.from} onChange={(event) => setHours({ ...hours, quiet: { ...hours.quiet!, from: event.target.value } })} sx={{ width: 140 }} />
              <TextField type="time" label={t("wishes.quietTo")} value={hours.quiet.to} onChange={(event) => setHours({ ...hours, quiet: { ...hours.quiet!, to: event.target.value } })} sx={{ width: 140 }} />
            </>
          )}
        </Stack>
      </Section>
      <Stack direction="row" spacing={2}>
        <Button type="submit" variant="contained" loading={form.busy} disabled={!form.changed}>
          {t("wishes.save")}
        </Button>
        <Button disabled={!form.changed} onClick={() => form.reset(valuesOf(wishes))}>
          {t("wishes.discard")}
        </Button>
      </Stack>
    </form>
  );
}
