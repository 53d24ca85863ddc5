import AddIcon from "@mui/icons-material/AddOutlined";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { RowMenu } from "../../ui/RowMenu";
import { useSiteNames } from "../../ui/SitesField";
import { StateChip } from "../../ui/StateChip";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { NewProgram, ProgramDrawer } from "./ProgramDrawers";
import { SecretDialog, type Shown } from "./SecretDialog";
import { SettingsFrame } from "./SettingsFrame";

const route = getRouteApi("/shell/settings/programs");
type Key = Schemas["ApiKeyView"];
type Client = Schemas["OAuthClientView"];
/** A key or a client; what they have in common is all that the lists show. */
export type Program = (Key & { kind: "key" }) | (Client & { kind: "client" });
const TOUCHED = ["api-keys", "oauth-clients"];

/** Programs that were let in: by keys, and as OAuth clients. */
export function ProgramsPage() {
  const { t } = useTranslation(["settings", "common"]);
  const { all, program: open } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useSession().can("api_key:write");
  const query = all ? {} : { live: true };
  const keys = useList("/api/v1/api-keys", { query });
  const clients = useList("/api/v1/oauth-clients", { query });
  const [making, setMaking] = useState<Program["kind"] | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const [revoking, setRevoking] = useState<Program | null>(null);
  const acts = useProgramActs((secret) => setShown(secret));
  const show = (program: string | undefined) => void navigate({ search: (before) => ({ ...before, program }), replace: true });
  const columns = useColumns(
    mayWrite &&
      ((program) => (
        <RowMenu
          label={`${t("common:more")}: ${program.name}`}
          acts={
            program.live
              ? [
                  { label: t("common:edit"), act: () => show(program.id) },
                  program.kind === "client" && { label: t("program.addSecret"), act: () => acts.addSecret.mutate(program) },
                  ...(program.kind === "client" && program.secrets.length > 1
                    ? program.secrets.map(({ number }) => ({ label: t("program.dropSecret", { number }), act: () => acts.dropSecret.mutate({ program, number }), danger: true }))
                    : []),
                  { label: t("program.revoke"), act: () => setRevoking(program), danger: true },
                ]
              : []
          }
        />
      )),
  );
  const lists = [
    { kind: "key" as const, list: keys, rows: keys.items.map((one): Program => ({ ...one, kind: "key" })) },
    { kind: "client" as const, list: clients, rows: clients.items.map((one): Program => ({ ...one, kind: "client" })) },
  ];
  const opened = lists.flatMap(({ rows }) => rows).find(({ id }) => id === open);
  return (
    <SettingsFrame>
      <FormControlLabel sx={{ mb: 4 }} control={<Switch checked={all ?? false} onChange={(_, yes) => void navigate({ search: yes ? { all: true } : {}, replace: true })} />} label={t("program.all")} />
      {lists.map(({ kind, list, rows }) => {
        const add = mayWrite && (
          <Button variant="outlined" startIcon={<AddIcon />} onClick={() => setMaking(kind)}>
            {t(`program.${kind}.new`)}
          </Button>
        );
        return (
          <Section key={kind} title={t(`program.${kind}.title`)} actions={rows.length > 0 && add}>
            <DataTable caption={t(`program.${kind}.title`)} rows={rows} rowId={({ id }) => id} list={list} columns={columns} empty={{ title: t(`program.${kind}.empty`), hint: t(`program.${kind}.hint`), action: add }} />
          </Section>
        );
      })}
      {making && (
        <NewProgram
          kind={making}
          close={() => setMaking(null)}
          made={(secret) => {
            setMaking(null);
            setShown(secret);
          }}
        />
      )}
      {opened && <ProgramDrawer key={opened.id} program={opened} readOnly={!mayWrite || !opened.live} close={() => show(undefined)} />}
      <SecretDialog shown={shown} close={() => setShown(null)} />
      <ReasonDialog
        open={revoking !== null}
        title={t("program.revokeTitle", { name: revoking?.name })}
        text={t("program.revokeText")}
        action={t("program.revoke")}
        close={() => setRevoking(null)}
        act={() => acts.revoke.mutate(revoking!, { onSuccess: () => setRevoking(null) })}
        busy={acts.revoke.isPending}
        problem={acts.revoke.error}
      />
    </SettingsFrame>
  );
}

function useProgramActs(show: (secret: Shown) => void) {
  const { t } = useTranslation("settings");
  const toast = useToast();
  return {
    revoke: useAct(
      (program: Program) => {
        const header = ifUnchanged(program.version);
        return program.kind === "key" ? api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id: program.id }, header } }) : api.DELETE("/api/v1/oauth-clients/{oauth_client_id}", { params: { path: { oauth_client_id: program.id }, header } });
      },
      { touches: TOUCHED, quiet: true, done: (_, { name }) => toast({ text: t("program.revoked", { name }) }) },
    ),
    addSecret: useAct((program: Program) => data(api.POST("/api/v1/oauth-clients/{oauth_client_id}/secrets", { params: { path: { oauth_client_id: program.id } } })), {
      touches: TOUCHED,
      done: (made, { name }) => show({ title: name, fields: [{ label: t("program.clientId"), value: made.client_id }, { label: t("program.secret"), value: made.client_secret }] }),
    }),
    dropSecret: useAct(({ program, number }: { program: Program; number: number }) => api.DELETE("/api/v1/oauth-clients/{oauth_client_id}/secrets/{number}", { params: { path: { oauth_client_id: program.id, number } } }), {
      touches: TOUCHED,
      done: () => toast({ text: t("program.secretDropped") }),
    }),
  };
}

function useColumns(acts: false | ((program: Program) => React.ReactNode)): Column<Program>[] {
  const { t } = useTranslation(["settings", "common"]);
  const { day, time, quantity } = useFormats();
  const sites = useSiteNames();
  const search = route.useSearch();
  return [
    {
      id: "name",
      header: t("common:name"),
      cell: (one) => (
        <Link to="/settings/programs" search={{ ...search, program: one.id }} replace sx={{ fontWeight: 600, color: "text.primary" }}>
          {one.name}
        </Link>
      ),
    },
    { id: "id", header: "ID", cell: (one) => <span className="figures">{one.kind === "key" ? one.public_id : one.client_id}</span> },
    { id: "scopes", header: t("program.scopes"), align: "right", cell: (one) => quantity(one.scopes.length) },
    { id: "sites", header: t("tab.sites"), cell: (one) => sites(one.sites) },
    { id: "used", header: t("program.used"), cell: (one) => (one.last_used_at ? time(one.last_used_at) : t("program.never")) },
    { id: "expires", header: t("program.expires"), cell: (one) => day(one.expires_at) },
    { id: "state", header: t("common:status"), cell: (one) => <StateChip state={one.live ? "open" : one.revoked_at ? "revoked" : "expired"} /> },
    ...(acts ? [{ id: "act", header: "", align: "right" as const, cell: acts }] : []),
  ];
}
