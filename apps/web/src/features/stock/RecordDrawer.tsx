import AddIcon from "@mui/icons-material/AddOutlined";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQueries } from "@tanstack/react-query";
import { useContext, useRef, type Dispatch, type SetStateAction } from "react";
import { useTranslation } from "react-i18next";
import type { Fault } from "../../api/problem";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { CustomsContext } from "../../ui/formats";
import { SitePicker, useSites, type ProductRef } from "../../ui/pickers";
import { useFaultText } from "../../ui/problems";
import { useForm } from "../../ui/useForm";
import { useUnsentReady } from "../unsent/ready";
import { DocumentFields } from "./DocumentFields";
import { FileField } from "./FileField";
import { emptyLine, kindsFor, needsReason, postingOf, RECORD_KINDS, type Draft, type DraftLine, type RecordKind } from "./posting";
import { ReasonField } from "./ReasonField";
import { RecordLine } from "./RecordLine";
import { TOUCHED, useRecord, useRecordedToast } from "./useRecord";

type Props = {
  open: boolean;
  close: () => void;
  kind?: RecordKind | undefined;
  product?: ProductRef | null | undefined;
  /** Its code. */
  site?: string | undefined;
};

/** Whether this person may record anything by it at all: what opens it is offered only then. */
export function useMayRecord(): boolean {
  const { can } = useSession();
  return kindsFor(can).length > 0;
}

/** Goods that came in, went out or were found otherwise than expected. One and the same wherever it is opened. */
export function RecordDrawer({ open, ...props }: Props) {
  return open ? <Record {...props} /> : null;
}

function Record({ close, kind, product, site }: Omit<Props, "open">) {
  const { t } = useTranslation("stock");
  const { can } = useSession();
  const { timeZone } = useContext(CustomsContext);
  const kinds = kindsFor(can);
  const first = kind && kinds.includes(kind) ? kind : (kinds[0] ?? "issue");
  const record = useRecord();
  const tell = useRecordedToast();
  const origins = useRef<number[]>([]);
  const preset = usePresetSite(site);
  useUnsentReady();
  const form = useForm<Draft, Awaited<ReturnType<typeof record>>>({
    initial: draftOf(first, product ?? null),
    touches: TOUCHED,
    send: (draft, key) => {
      const posting = postingOf({ ...draft, site: draft.site || preset }, (id) => details.get(id)?.tracking, timeZone);
      origins.current = posting.origins;
      const title = titleOf(draft);
      return record({ path: "stock/postings", body: posting.body, title, files: draft.files }, key);
    },
    done: (recorded, draft) => {
      close();
      tell(recorded, titleOf(draft));
    },
  });
  const { values, set, setValues } = form;
  const details = useDetails(values.lines);
  const faultsOf = useLineFaults(form.problem?.faults ?? [], origins.current);
  const titleOf = (draft: Draft) => {
    const name = draft.lines[0]?.product?.name ?? "";
    return t("recorded", { kind: t(`kind.${draft.kind}`), count: draft.lines.length, name, more: draft.lines.length - 1 });
  };
  const chooseKind = (next: RecordKind) => setValues((draft) => ({ ...draft, kind: next, document: { ...draft.document, type: RECORD_KINDS[next].document } }));
  const chosenSite = values.site || preset;

  return (
    <FormDrawer open title={t("record.title")} close={close} form={form} action={t("record.action")} width={560} disabled={values.lines.every((line) => !line.product)}>
      <TextField select label={t("record.kind")} value={values.kind} onChange={(event) => chooseKind(event.target.value as RecordKind)} helperText={t(`kindHint.${values.kind}`)}>
        {kinds.map((one) => (
          <MenuItem key={one} value={one}>
            {t(`kind.${one}`)}
          </MenuItem>
        ))}
      </TextField>
      <Place site={chosenSite} location={values.location} setValues={setValues} fault={faultsOf.anywhere("site", "location")} />
      <Stack spacing={3} component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {values.lines.map((line, index) => (
          <RecordLine
            key={line.key}
            kind={values.kind}
            site={chosenSite}
            location={values.location}
            line={line}
            earlier={values.lines.slice(0, index).filter((one) => one.product && one.product.id === line.product?.id)}
            details={line.product ? details.get(line.product.id) : undefined}
            fault={(field) => faultsOf.line(index, field)}
            set={(change) => set("lines", values.lines.map((one) => (one.key === line.key ? { ...one, ...change } : one)))}
            remove={values.lines.length > 1 ? () => set("lines", values.lines.filter(({ key }) => key !== line.key)) : null}
            autoFocus={!product && index === values.lines.length - 1}
          />
        ))}
      </Stack>
      <div>
        <Button size="small" startIcon={<AddIcon />} onClick={() => set("lines", [...values.lines, emptyLine()])}>
          {t("record.addLine")}
        </Button>
      </div>
      <ReasonField kind={values.kind} value={values.reason} set={(reason) => set("reason", reason)} required={needsReason(values.kind)} fault={form.fault("reason")} />
      <DocumentFields value={values.document} set={(document) => set("document", document)} fault={form.fault} />
      <FilesAndWhen draft={values} set={set} faultAt={form.fault("effective_at")} mayAttach={can("attachment:add")} />
    </FormDrawer>
  );
}

function draftOf(kind: RecordKind, product: ProductRef | null): Draft {
  return { kind, site: "", location: "", lines: [emptyLine(product)], document: { type: RECORD_KINDS[kind].document, number: "", date: "", party: "" }, reason: "", note: "", effective_at: "", files: [] };
}

/** The named site, else the only one where one may write. */
function usePresetSite(site: string | undefined): string {
  const { worksAt } = useSession();
  const own = (useSites().data ?? []).filter((one) => one.active && worksAt(one.id));
  return own.find(({ code }) => code === site)?.code ?? (own.length === 1 ? own[0]!.code : "");
}

/** The products of the lines: how they are tracked and what every site holds. */
function useDetails(lines: readonly DraftLine[]) {
  const ids = [...new Set(lines.flatMap(({ product }) => (product ? [product.id] : [])))];
  const answers = useQueries({ queries: ids.map((id) => read("/api/v1/products/{product_id}", { path: { product_id: id } })) });
  return new Map(answers.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
}

/** What is wrong with the lines of the draft, of which the server may have got several for one (a serial number each). */
function useLineFaults(faults: readonly Fault[], origins: readonly number[]) {
  const text = useFaultText();
  const ofLines = faults.flatMap((fault) => {
    const [, head, index, field] = (fault.pointer ?? "").split("/");
    return head === "lines" ? [{ line: index === undefined ? 0 : (origins[Number(index)] ?? Number(index)), field: field ?? "", text: text(fault) }] : [];
  });
  const join = (found: { text: string }[]) => [...new Set(found.map((one) => one.text))].join(" ") || undefined;
  return {
    line: (index: number, field: string) => join(ofLines.filter((one) => one.line === index && one.field === field)),
    anywhere: (...fields: string[]) => join(ofLines.filter(({ field }) => fields.includes(field))),
  };
}

function Place({ site, location, setValues, fault }: { site: string; location: string; setValues: Dispatch<SetStateAction<Draft>>; fault: string | undefined }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const places = (useSites().data?.find(({ code }) => code === site)?.locations ?? []).filter(({ role }) => role !== "transit");
  return (
    <Stack direction={{ xs: "column", sm: "row" }} spacing={3}>
      <SitePicker mine required label={common("site")} value={site} set={(code) => setValues((draft) => ({ ...draft, site: code, location: "" }))} error={Boolean(fault)} helperText={fault} />
      {places.length > 1 && (
        <TextField select label={t("record.place")} value={location} onChange={(event) => setValues((draft) => ({ ...draft, location: event.target.value }))} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
          {places.map(({ id, code, name, role }) => (
            <MenuItem key={id} value={code === "STOCK" ? "" : code}>
              {role === "stock" && code === "STOCK" ? t("place.stock") : code === "QUARANTINE" ? t("place.quarantine") : `${code} · ${name}`}
            </MenuItem>
          ))}
        </TextField>
      )}
    </Stack>
  );
}

function FilesAndWhen({ draft, set, faultAt, mayAttach }: { draft: Draft; set: <K extends keyof Draft>(name: K, value: Draft[K]) => void; faultAt: string | undefined; mayAttach: boolean }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  return (
    <>
      {mayAttach && <FileField files={draft.files} set={(files) => set("files", files)} />}
      <TextField
        type="datetime-local"
        label={t("record.when")}
        value={draft.effective_at}
        onChange={(event) => set("effective_at", event.target.value)}
        error={Boolean(faultAt)}
        helperText={faultAt ?? t("record.whenHint")}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <TextField label={common("note")} multiline minRows={2} value={draft.note} onChange={(event) => set("note", event.target.value)} />
      <Typography variant="caption" color="textSecondary">
        {t("record.forever")}
      </Typography>
    </>
  );
}
