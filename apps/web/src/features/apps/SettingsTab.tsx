import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import type { Problem } from "../../api/problem";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { useFaultText, useProblemText } from "../../ui/problems";
import { useToast } from "../../ui/toasts";
import { HookAddress } from "./HookAddress";
import { isAtWork, TOUCHED, usePluginWords, useReason, type Plugin } from "./plugin";
import { draftOf, fieldsOf, settingsOf, type Draft } from "./schema";
import { SchemaFields } from "./SchemaFields";

type Settings = Schemas["SettingsView"];
type Mode = "check" | "save" | "on";
type Wanted = { mode: Mode; draft: Draft; forgotten: readonly string[] };
type Outcome = { checked?: Schemas["CheckedPlugin"]; required?: readonly string[] };

/** What an app is told, tried at the other side, and its switch. */
export function SettingsTab({ plugin }: { plugin: Plugin }) {
  const answer = useQuery(read("/api/v1/plugins/{plugin_id}/settings", { path: { plugin_id: plugin.id } }));
  if (answer.error && !answer.data) {
    return <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} />;
  }
  return answer.data ? <SettingsForm key={answer.data.version} plugin={plugin} settings={answer.data} /> : <LateSkeleton />;
}

function SettingsForm({ plugin, settings }: { plugin: Plugin; settings: Settings }) {
  const { t } = useTranslation(["apps", "common"]);
  const mayWrite = useMay("plugin:write");
  const { title } = usePluginWords()(plugin);
  const atWork = isAtWork(plugin);
  const [fields] = useState(() => fieldsOf(settings.schema));
  const [draft, setDraft] = useState(() => draftOf(fields, settings.values));
  const [forgotten, setForgotten] = useState<readonly string[]>([]);
  const [isChanged, setChanged] = useState(false);
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  // Where a shop is at work, its locations have a page of their own that knows their names.
  const shown = plugin.kind === "storefront" && atWork ? fields.filter(({ name }) => name !== "locations" && name !== "safety_buffer") : fields;
  const act = useDeed(plugin, settings, shown, fields, (mode) => {
    if (mode !== "check") {
      toast({ text: mode === "on" ? t("switchedOn", { title }) : t("saved") });
    }
  });
  const faults = useFaults(act.error);
  const run = (mode: Mode) => act.mutate({ mode, draft, forgotten }, { onError: () => requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(atWork ? "save" : "on");
  };
  const mode = act.variables?.mode;
  return (
    <Stack spacing={6} sx={{ maxWidth: 640 }}>
      <Box component="form" ref={form} onSubmit={submit} noValidate>
        <Stack spacing={4}>
          <WhatItSees plugin={plugin} />
          <SchemaFields
            plugin={plugin}
            fields={shown}
            draft={draft}
            set={(name, value) => {
              setChanged(true);
              setDraft((before) => ({ ...before, [name]: value }));
            }}
            faults={faults}
            secrets={settings.secrets}
            forgotten={forgotten}
            forget={(names) => {
              setChanged(true);
              setForgotten(names);
            }}
            disabled={!mayWrite}
          />
          <Result mode={mode} outcome={act.data} problem={act.error} orphans={faults.get("")} />
          {mayWrite && (
            <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap" }}>
              {atWork ? (
                <Button type="submit" variant="contained" loading={act.isPending && mode === "save"} disabled={!isChanged}>
                  {t("common:save")}
                </Button>
              ) : (
                <Button type="submit" variant="contained" loading={act.isPending && mode === "on"}>
                  {t("switchOn")}
                </Button>
              )}
              <Button variant="outlined" loading={act.isPending && mode === "check"} onClick={() => run("check")}>
                {t("check.act")}
              </Button>
              {!atWork && isChanged && settings.version > 0 && (
                <Button loading={act.isPending && mode === "save"} onClick={() => run("save")}>
                  {t("saveOnly")}
                </Button>
              )}
            </Stack>
          )}
        </Stack>
      </Box>
      {settings.hook_url && <HookAddress plugin={plugin} address={settings.hook_url} />}
    </Stack>
  );
}

type Fields = ReturnType<typeof fieldsOf>;

function useDeed(plugin: Plugin, settings: Settings, shown: Fields, all: Fields, done: (mode: Mode) => void) {
  const path = { plugin_id: plugin.id };
  return useAct<Wanted, Outcome>(
    async ({ mode, draft, forgotten }) => {
      if (mode === "check") {
        const changes = settingsOf(shown, draft, { changes: true, forgotten });
        return { checked: await data(api.POST("/api/v1/plugins/{plugin_id}/check", { params: { path }, body: { settings: changes } })) };
      }
      if (mode === "save") {
        await api.PATCH("/api/v1/plugins/{plugin_id}/settings", { params: { path, header: ifUnchanged(settings.version) }, body: { settings: settingsOf(shown, draft, { changes: true, forgotten }) } });
        return {};
      }
      return data(api.POST("/api/v1/plugins/{plugin_id}/enable", { params: { path }, body: { settings: settingsOf(all, draft, { changes: false, forgotten }), with_required: true } }));
    },
    { touches: TOUCHED, quiet: true, done: (_, { mode }) => done(mode) },
  );
}

/** What is wrong with which setting, by its place; what belongs to none of them under "". */
function useFaults(problem: Problem | null): Map<string, string> {
  const text = useFaultText();
  const faults = new Map<string, string>();
  for (const fault of problem?.faults ?? []) {
    const place = (fault.pointer ?? "").replace(/^\/settings\/?/, "");
    const said = fault.code === "invalid" && fault.detail ? fault.detail : text(fault);
    faults.set(place, [faults.get(place), said].filter(Boolean).join(" "));
  }
  return faults;
}

/** What came of trying, saving or switching on. */
function Result({ mode, outcome, problem, orphans }: { mode: Mode | undefined; outcome: Outcome | undefined; problem: Problem | null; orphans: string | undefined }) {
  const { t } = useTranslation("apps");
  const reason = useReason();
  const text = useProblemText();
  const checked = outcome?.checked;
  if (problem) {
    const names = (problem.body.missing ?? problem.body.plugins) as string[] | undefined;
    const said =
      problem.code === "plugin_check_failed" ? reason(problem.message) : problem.faults.length > 0 ? (orphans ?? t("check.mend")) : names && problem.code === "required_needs_settings" ? t("check.needs", { names: names.join(", ") }) : text(problem);
    return (
      <Alert severity="error">
        <AlertTitle>{t(mode === "check" ? "check.failed" : "check.notDone")}</AlertTitle>
        {said}
      </Alert>
    );
  }
  if (!checked) {
    return null;
  }
  return checked.works ? (
    <Alert severity="success" role="status">
      {checked.account ? t("check.worksAs", { account: checked.account, currency: checked.currency ?? "" }) : t("check.works")}
    </Alert>
  ) : (
    <Alert severity="error">
      <AlertTitle>{t("check.failed")}</AlertTitle>
      {reason(checked.problem ?? checked.failure ?? "")}
    </Alert>
  );
}

/** Where it sends data, of what it is told, and what has to be on before it. */
function WhatItSees({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("apps");
  const all = useQuery(read("/api/v1/plugins")).data?.items ?? [];
  const words = usePluginWords();
  const lines = [
    plugin.hosts.length > 0 && `${t("sees.hosts")}: ${plugin.hosts.includes("*") ? t("sees.anyHost") : plugin.hosts.join(", ")}`,
    plugin.events.length > 0 && `${t("sees.events")}: ${plugin.events.join(", ")}`,
    plugin.requires.length > 0 && `${t("sees.requires")}: ${plugin.requires.map((id) => all.find((one) => one.id === id)).map((one, index) => (one ? words(one).title : plugin.requires[index])).join(", ")}`,
  ].filter(Boolean);
  return (
    <Box>
      {lines.map((line) => (
        <Typography key={String(line)} variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {line}
        </Typography>
      ))}
    </Box>
  );
}
