import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { send } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Page } from "../../ui/Page";
import { useList } from "../../ui/useList";
import { Filters, PeriodFilter, usePeriod } from "../stock/Filters";
import { ACTIONS, nameOf, pageOf, type Entry } from "./entry";
import { Changes } from "./Changes";
import { SUBJECTS } from "./subjects";

const route = getRouteApi("/shell/audit");

/** Who did what, when, from where, and what it was before and after. */
export function AuditPage() {
  const { t } = useTranslation(["audit", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { time } = useFormats();
  const { actor, type, subject } = search;
  const action = ACTIONS.find((one) => one === search.action);
  const narrow = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const query = { ...(actor ? { actor } : {}), ...(type ? { subject_type: type } : {}), ...(subject ? { subject_id: subject } : {}), ...(action ? { action } : {}), ...usePeriod(search) };
  const list = useList("/api/v1/audit", { query });
  return (
    <Page title={t("common:nav.audit")} subtitle={t("subtitle")} actions={<Export query={query} />}>
      <DataTable
        table="audit"
        caption={t("common:nav.audit")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("empty") }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <Filters>
            <ActorFilter actor={actor} set={(value) => narrow({ actor: value })} />
            <TextField select label={t("what")} value={type ?? ""} onChange={(event) => narrow({ type: event.target.value || undefined, subject: undefined })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("common:all")}</MenuItem>
              {[...new Set([...SUBJECTS, ...(type ? [type] : [])])].map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`subject.${one}` as "subject.product", { defaultValue: one })}
                </MenuItem>
              ))}
            </TextField>
            <TextField select label={t("deed")} value={action ?? ""} onChange={(event) => narrow({ action: event.target.value || undefined })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("common:all")}</MenuItem>
              {ACTIONS.map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`action.${one}`)}
                </MenuItem>
              ))}
            </TextField>
            <PeriodFilter since={search.since} until={search.until} set={narrow} />
            {subject && <Chip label={t("onlyThis")} onDelete={() => narrow({ subject: undefined })} sx={{ alignSelf: "center", justifySelf: "start" }} />}
          </Filters>
        }
        columns={[
          { id: "what", header: t("what"), cell: (entry) => <Subject entry={entry} /> },
          { id: "at", header: t("common:date"), cell: (entry) => <Box component="span" sx={{ whiteSpace: "nowrap" }}>{time(entry.at)}</Box> },
          { id: "actor", header: t("who"), cell: (entry) => <Actor entry={entry} /> },
          { id: "deed", header: t("deed"), cell: (entry) => t(`action.${entry.action}`) },
          { id: "change", header: t("change"), cell: (entry) => <Changes entry={entry} /> },
          { id: "origin", header: t("origin"), hidden: true, card: "none", cell: (entry) => entry.origin?.address ?? "–" },
          { id: "request", header: t("request"), hidden: true, card: "none", cell: (entry) => entry.origin?.request_id ?? "–" },
        ]}
      />
    </Page>
  );
}

/** Room for a finger, also where two links are below each other. */
const TARGET = { display: "inline-block", minHeight: 24, minWidth: 24, lineHeight: "24px" } as const;

/** What it happened to: a link to all that happened to it, and one to it. */
function Subject({ entry }: { entry: Entry }) {
  const { t } = useTranslation("audit");
  const page = pageOf(entry);
  const name = entry.subject_type === "request" ? entry.subject_id : nameOf(entry);
  return (
    <>
      <Link to="/audit" search={{ type: entry.subject_type, subject: entry.subject_id }} sx={{ fontWeight: 600, color: "text.primary", ...TARGET }}>
        {t(`subject.${entry.subject_type}` as "subject.product", { defaultValue: entry.subject_type })}
      </Link>
      {(name || page) && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {page ? <Link to={page as "/"} sx={TARGET}>{name ?? t("open")}</Link> : name}
        </Typography>
      )}
    </>
  );
}

function Actor({ entry: { actor, agent, reason } }: { entry: Entry }) {
  const { t } = useTranslation("audit");
  return (
    <>
      {actor.name ?? (actor.login === "system" ? t("system") : (actor.login ?? "–"))}
      {(agent || actor.is_platform_owner) && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {actor.is_platform_owner ? [t("platformOwner"), reason].filter(Boolean).join(": ") : t(`agent.${agent?.split(":")[0]}` as "agent.api_key", { defaultValue: agent })}
        </Typography>
      )}
    </>
  );
}

/** Members are offered; whoever has left is found by their user name. */
function ActorFilter({ actor, set }: { actor: string | undefined; set: (actor: string | undefined) => void }) {
  const { t } = useTranslation("audit");
  const members = useQuery({ ...read("/api/v1/users", { query: { limit: 200 } }), staleTime: 300_000, enabled: useMay("user:read") }).data?.items ?? [];
  const names = new Map(members.map((one) => [one.login, one.name]));
  return (
    <Autocomplete
      freeSolo
      options={[...names.keys()]}
      value={actor ?? null}
      onChange={(_, login) => set(login?.trim() || undefined)}
      getOptionLabel={(login) => (names.has(login) ? `${names.get(login)} (${login})` : login)}
      renderInput={(params) => <TextField {...params} label={t("who")} />}
    />
  );
}

function Export({ query }: { query: Record<string, string> }) {
  const { t } = useTranslation("audit");
  const save = useAct(
    async (asked: Record<string, string>) => {
      const answer = await send("GET", `audit:export?${new URLSearchParams(asked).toString()}`);
      const address = URL.createObjectURL(await answer.blob());
      Object.assign(document.createElement("a"), { href: address, download: /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "audit.csv" }).click();
      URL.revokeObjectURL(address);
    },
    { touches: [] },
  );
  return (
    <Button variant="outlined" startIcon={<DownloadIcon />} loading={save.isPending} onClick={() => save.mutate(query)}>
      {t("export")}
    </Button>
  );
}
