import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { Link } from "../../ui/links";
import { Listing } from "../../ui/Listing";
import { useSites, type Site } from "../../ui/pickers";
import { RowMenu } from "../../ui/RowMenu";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { SettingsFrame } from "./SettingsFrame";

const TYPES = ["warehouse", "point_of_sale", "laboratory"] as const;
const ROLES = ["stock", "input", "quality", "output", "quarantine"] as const;
/** Every site has these places; what they are for says it all. */
const BUILT_IN = new Set(["STOCK", "QUARANTINE", "TRANSIT"]);
type Doing = { site: Site | null } | { placeAt: Site };

/** Where the company keeps stock: its sites, and the places in each. */
export function SitesPage() {
  const { t } = useTranslation(["settings", "common"]);
  const { can, profile, worksAt } = useSession();
  const sites = useSites();
  const all = sites.data ?? [];
  const [doing, setDoing] = useState<Doing | null>(null);
  const mayWrite = can("site:write");
  const close = () => setDoing(null);
  const add = mayWrite && profile.sites === null && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setDoing({ site: null })}>
      {t("site.new")}
    </Button>
  );
  return (
    <SettingsFrame actions={add}>
      <Listing state={{ isPending: sites.isPending, error: sites.error, retry: () => void sites.refetch() }} isEmpty={all.length === 0} empty={{ title: t("site.empty"), hint: t("site.emptyHint"), action: add }} narrowed={null}>
        <Stack spacing={4} component="ul" sx={{ listStyle: "none", p: 0, m: 0 }} aria-label={t("tab.sites")}>
          {all.map((site) => (
            <SiteCard key={site.id} site={site} act={mayWrite && worksAt(site.id) ? setDoing : null} />
          ))}
        </Stack>
      </Listing>
      {doing && "site" in doing && <SiteDrawer site={doing.site} close={close} />}
      {doing && "placeAt" in doing && <PlaceDrawer site={doing.placeAt} close={close} />}
    </SettingsFrame>
  );
}

function SiteCard({ site, act }: { site: Site; act: ((doing: Doing) => void) | null }) {
  const { t } = useTranslation(["settings", "common"]);
  const setActive = useSetActive();
  return (
    <Paper component="li" variant="outlined" data-row="">
      <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", px: 4, py: 2, flexWrap: "wrap", borderBottom: 1, borderColor: "divider" }}>
        <Box sx={{ flex: 1, minWidth: 160 }}>
          <Link to="/movements" search={{ site: site.code }} sx={{ fontWeight: 650, color: "text.primary" }}>
            {site.code} · {site.name}
          </Link>
          <Typography variant="body2" color="textSecondary">
            {t(`site.type.${site.type}` as "site.type.warehouse", { defaultValue: site.type })}
            {site.negative_ok && ` · ${t("site.negative_ok")}`}
          </Typography>
        </Box>
        {!site.active && <Chip size="small" variant="outlined" label={t("site.closed")} />}
        {act && (
          <>
            <Button size="small" startIcon={<AddIcon />} aria-label={`${t("place.new")}: ${site.code}`} onClick={() => act({ placeAt: site })}>
              {t("place.new")}
            </Button>
            <RowMenu
              label={`${t("common:more")}: ${site.code}`}
              acts={[
                { label: t("common:edit"), act: () => act({ site }) },
                { label: t(site.active ? "site.close" : "site.reopen"), act: () => setActive.mutate({ site, active: !site.active }) },
              ]}
            />
          </>
        )}
      </Stack>
      <Box component="ul" aria-label={t("place.of", { site: site.code })} sx={{ listStyle: "none", m: 0, px: 4, py: 2 }}>
        {site.locations.map((place) => (
          <Box component="li" key={place.id} sx={{ display: "grid", gridTemplateColumns: { xs: "1fr auto", sm: "180px 1fr auto" }, gap: 2, py: 1, pl: 4 }}>
            <Typography variant="body2" className="figures">
              {place.address}
            </Typography>
            <Typography variant="body2" color="textSecondary" sx={{ display: { xs: "none", sm: "block" } }}>
              {!BUILT_IN.has(place.code) && place.name}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {t(`place.role.${place.role}` as "place.role.stock", { defaultValue: place.role })}
            </Typography>
          </Box>
        ))}
      </Box>
    </Paper>
  );
}

function useSetActive() {
  const { t } = useTranslation(["settings", "common"]);
  const toast = useToast();
  const change = ({ site, active }: { site: Site; active: boolean }) => api.PATCH("/api/v1/sites/{site_id}", { params: { path: { site_id: site.id } }, body: { active } });
  const back = useAct(change, { touches: ["sites"] });
  return useAct(change, {
    touches: ["sites"],
    done: (_, { site, active }) => toast({ text: t(active ? "site.reopened" : "site.wasClosed", { site: site.code }), action: { label: t("common:undo"), do: () => back.mutate({ site, active: !active }) } }),
  });
}

type Values = { code: string; name: string; type: (typeof TYPES)[number]; negative_ok: boolean };

function SiteDrawer({ site, close }: { site: Site | null; close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const form = useForm<Values, unknown>({
    initial: { code: site?.code ?? "", name: site?.name ?? "", type: (site?.type as Values["type"]) ?? "warehouse", negative_ok: site?.negative_ok ?? false },
    touches: ["sites", "me"],
    done: close,
    send: ({ code, name, ...rest }) => {
      const body = { code: code.trim(), name: name.trim(), ...rest };
      return site ? data(api.PATCH("/api/v1/sites/{site_id}", { params: { path: { site_id: site.id }, header: ifUnchanged(site.version) }, body })) : data(api.POST("/api/v1/sites", { body }));
    },
  });
  const { values, set, field } = form;
  return (
    <FormDrawer open title={site ? site.name : t("site.new")} close={close} form={form} action={t("common:save")} disabled={!values.code.trim() || !values.name.trim()}>
      <TextField {...field("code")} required autoFocus={!site} label={t("common:code")} onChange={(event) => set("code", event.target.value.toUpperCase())} helperText={form.fault("code") ?? t("codeHint")} />
      <TextField {...field("name")} required label={t("common:name")} />
      <TextField {...field("type")} select label={t("site.kind")}>
        {TYPES.map((type) => (
          <MenuItem key={type} value={type}>
            {t(`site.type.${type}`)}
          </MenuItem>
        ))}
      </TextField>
      <FormControlLabel control={<Switch checked={values.negative_ok} onChange={(_, yes) => set("negative_ok", yes)} />} label={t("site.negative_ok")} />
    </FormDrawer>
  );
}

function PlaceDrawer({ site, close }: { site: Site; close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const form = useForm<{ code: string; name: string; role: (typeof ROLES)[number] }, unknown>({
    initial: { code: "", name: "", role: "stock" },
    touches: ["sites"],
    done: close,
    send: ({ code, name, role }) => data(api.POST("/api/v1/sites/{site_id}/locations", { params: { path: { site_id: site.id } }, body: { code: code.trim(), name: name.trim(), role } })),
  });
  const { values, set, field } = form;
  return (
    <FormDrawer open title={t("place.newAt", { site: site.code })} close={close} form={form} action={t("common:add")} disabled={!values.code.trim() || !values.name.trim()}>
      <TextField {...field("code")} required autoFocus label={t("common:code")} onChange={(event) => set("code", event.target.value.toUpperCase())} helperText={form.fault("code") ?? t("codeHint")} />
      <TextField {...field("name")} required label={t("common:name")} />
      <TextField {...field("role")} select label={t("place.purpose")}>
        {ROLES.map((role) => (
          <MenuItem key={role} value={role}>
            {t(`place.role.${role}`)}
          </MenuItem>
        ))}
      </TextField>
    </FormDrawer>
  );
}
