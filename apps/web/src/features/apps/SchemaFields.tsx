import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormats } from "../../ui/formats";
import { useSites } from "../../ui/pickers";
import type { Plugin } from "./plugin";
import type { Draft, DraftValue, Pair, SettingField } from "./schema";

type Secrets = Schemas["SettingsView"]["secrets"];
type Props = {
  plugin: Plugin;
  fields: readonly SettingField[];
  draft: Draft;
  set: (name: string, value: DraftValue) => void;
  /** By the place of the setting: "address", "locations/UIO". */
  faults: ReadonlyMap<string, string>;
  secrets: Secrets;
  forgotten: readonly string[];
  forget: (names: readonly string[]) => void;
  disabled?: boolean;
};

// Said so of words of which nobody knows the language, so that they are not read out as those of the page.
const IN_WHATEVER_LANGUAGE = "";

/** The settings of an app, each by what its schema says of it. */
export function SchemaFields(props: Props) {
  const words = useFieldWords(props.plugin);
  return (
    <>
      {props.fields.map((field) => {
        const { isTheirs, ...said } = words(field);
        return (
          <Box key={field.path} lang={isTheirs ? IN_WHATEVER_LANGUAGE : undefined}>
            <SchemaField {...props} field={field} said={said} />
          </Box>
        );
      })}
    </>
  );
}

function SchemaField({ field, said, ...props }: Props & { field: SettingField; said: { title: string; hint: string | undefined } }) {
  const { plugin, draft, set, faults, secrets, forgotten, forget, disabled = false } = props;
  const common = { field, ...said, fault: faults.get(field.path), disabled };
  const value = draft[field.name]!;
  const change = (to: DraftValue) => set(field.name, to);
  switch (field.kind) {
    case "secret":
      return <SecretField {...common} value={value as string} set={change} kept={secrets[field.name] ?? null} isForgotten={forgotten.includes(field.name)} forget={(yes) => forget(yes ? [...forgotten, field.name] : forgotten.filter((one) => one !== field.name))} />;
    case "boolean":
      return <BooleanField {...common} value={value as boolean} set={change} />;
    case "enum":
      return <EnumField {...common} plugin={plugin} value={value as string} set={change} />;
    case "list":
      return <ListField {...common} value={value as readonly string[]} set={change} faults={faults} />;
    case "pairs":
      return <PairsField {...common} value={value as readonly Pair[]} set={change} faults={faults} isOfSites={plugin.kind === "storefront" && field.name === "locations"} />;
    case "group":
      return (
        <Group title={common.title} hint={common.hint} fault={common.fault}>
          <SchemaFields plugin={plugin} fields={field.fields} draft={value as Draft} set={(name, to) => change({ ...(value as Draft), [name]: to })} faults={faults} secrets={{}} forgotten={[]} forget={() => undefined} disabled={disabled} />
        </Group>
      );
    default:
      return <PlainField {...common} value={value as string} set={change} />;
  }
}

/** What a setting is called: in the reader's language where it is known, else as its plugin says. */
function useFieldWords(plugin: Plugin) {
  const { t } = useTranslation("apps");
  return (field: SettingField) => {
    const own = t(`setting.${plugin.id}.${field.path}` as "setting.smtp.none", { defaultValue: "" });
    const shared = plugin.kind === "storefront" ? t(`setting.storefront.${field.path}` as "setting.smtp.none", { defaultValue: "" }) : "";
    const hint = plugin.kind === "storefront" ? t(`settingHint.${field.path}` as "settingHint.locations", { defaultValue: "" }) : "";
    return { title: own || shared || field.title, hint: hint || field.hint, isTheirs: !own && !shared };
  };
}

type One = { field: SettingField; title: string; hint: string | undefined; fault: string | undefined; disabled: boolean };

function PlainField({ field, title, hint, fault, disabled, value, set }: One & { value: string; set: (value: string) => void }) {
  const { t } = useTranslation("apps");
  const isNumber = field.kind !== "text";
  return (
    <TextField
      id={`setting-${field.path}`}
      label={title}
      value={value}
      required={field.required}
      disabled={disabled}
      onChange={(event) => set(isNumber ? event.target.value.replace(",", ".") : event.target.value)}
      error={Boolean(fault)}
      helperText={fault ?? hint ?? (field.example ? t("example", { example: field.example }) : undefined)}
      slotProps={{ htmlInput: { autoComplete: "off", spellCheck: false, autoCapitalize: "none", ...(isNumber && { inputMode: "decimal", className: "figures" }) } }}
    />
  );
}

type SecretProps = One & { value: string; set: (value: string) => void; kept: Secrets[string] | null; isForgotten: boolean; forget: (yes: boolean) => void };

/** Written and never read: of what is kept, only its end is shown. */
function SecretField({ field, title, hint, fault, disabled, value, set, kept, isForgotten, forget }: SecretProps) {
  const { t } = useTranslation(["apps", "common"]);
  const { day } = useFormats();
  const [isReplacing, setReplacing] = useState(false);
  if (kept && !isReplacing && !isForgotten) {
    return (
      <TextField
        id={`setting-${field.path}`}
        label={title}
        value={`••••${kept.hint ?? "••••"}`}
        error={Boolean(fault)}
        helperText={fault ?? t("secret.since", { day: day(kept.set_at) })}
        slotProps={{
          htmlInput: { readOnly: true },
          input: {
            endAdornment: !disabled && (
              <InputAdornment position="end">
                <Button size="small" aria-label={`${t("secret.replace")}: ${title}`} onClick={() => setReplacing(true)}>
                  {t("secret.replace")}
                </Button>
                {!field.required && (
                  <Button size="small" aria-label={`${t("secret.forget")}: ${title}`} onClick={() => forget(true)}>
                    {t("secret.forget")}
                  </Button>
                )}
              </InputAdornment>
            ),
          },
        }}
      />
    );
  }
  return (
    <TextField
      id={`setting-${field.path}`}
      type="password"
      label={title}
      value={value}
      required={field.required && !kept}
      disabled={disabled}
      autoFocus={isReplacing}
      onChange={(event) => {
        if (isForgotten) {
          forget(false);
        }
        set(event.target.value);
      }}
      error={Boolean(fault)}
      helperText={fault ?? (isForgotten ? t("secret.willGo") : hint)}
      slotProps={{
        htmlInput: { autoComplete: "new-password", spellCheck: false },
        input: {
          endAdornment: kept && (
            <InputAdornment position="end">
              <Button
                size="small"
                onClick={() => {
                  setReplacing(false);
                  forget(false);
                  set("");
                }}
              >
                {t("secret.keep")}
              </Button>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}

function BooleanField({ field, title, hint, fault, disabled, value, set }: One & { value: boolean; set: (value: boolean) => void }) {
  return (
    <Box>
      <FormControlLabel control={<Switch id={`setting-${field.path}`} checked={value} disabled={disabled} onChange={(_, checked) => set(checked)} />} label={title} />
      {(fault ?? hint) && <FormHelperText error={Boolean(fault)}>{fault ?? hint}</FormHelperText>}
    </Box>
  );
}

function EnumField({ plugin, field, title, hint, fault, disabled, value, set }: One & { plugin: Plugin; value: string; set: (value: string) => void }) {
  const { t } = useTranslation("apps");
  const words = (option: string) => t(`option.${plugin.id}.${field.path}.${option}` as "option.smtp.none", { defaultValue: "" }) || t(`option.${field.path}.${option}` as "option.smtp.none", { defaultValue: option });
  return (
    <TextField select id={`setting-${field.path}`} label={title} value={value} required={field.required} disabled={disabled} onChange={(event) => set(event.target.value)} error={Boolean(fault)} helperText={fault ?? hint}>
      {!field.required && field.initial === null && <MenuItem value="">–</MenuItem>}
      {field.options.map((option) => (
        <MenuItem key={option} value={option}>
          {words(option)}
        </MenuItem>
      ))}
    </TextField>
  );
}

function Group({ title, hint, fault, children }: { title: string; hint: string | undefined; fault: string | undefined; children: ReactNode }) {
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, minWidth: 0 }}>
      <Typography component="legend" variant="body2" sx={{ fontWeight: 600, mb: hint ? 0 : 2 }}>
        {title}
      </Typography>
      {hint && (
        <Typography variant="body2" color="textSecondary" sx={{ mb: 3 }}>
          {hint}
        </Typography>
      )}
      <Stack spacing={3}>{children}</Stack>
      {fault && <FormHelperText error>{fault}</FormHelperText>}
    </Box>
  );
}

function ListField({ field, title, hint, fault, disabled, value, set, faults }: One & { value: readonly string[]; set: (value: readonly string[]) => void; faults: ReadonlyMap<string, string> }) {
  const { t } = useTranslation("common");
  return (
    <Group title={title} hint={hint} fault={fault}>
      {value.map((one, index) => (
        <Stack key={index} direction="row" spacing={2} sx={{ alignItems: "flex-start" }}>
          <TextField
            value={one}
            disabled={disabled}
            onChange={(event) => set(value.map((other, at) => (at === index ? event.target.value : other)))}
            error={faults.has(`${field.path}/${index}`)}
            helperText={faults.get(`${field.path}/${index}`)}
            slotProps={{ htmlInput: { "aria-label": `${title} ${index + 1}` } }}
          />
          <IconButton aria-label={`${t("delete")}: ${title} ${index + 1}`} disabled={disabled} onClick={() => set(value.filter((_, at) => at !== index))}>
            <DeleteIcon />
          </IconButton>
        </Stack>
      ))}
      <Box>
        <Button startIcon={<AddIcon />} disabled={disabled} onClick={() => set([...value, ""])}>
          {t("add")}
        </Button>
      </Box>
    </Group>
  );
}

type PairsProps = One & { value: readonly Pair[]; set: (value: readonly Pair[]) => void; faults: ReadonlyMap<string, string>; isOfSites: boolean };

/** One text for each of several names, such as a location for each site. */
function PairsField({ field, title, hint, fault, disabled, value, set, faults, isOfSites }: PairsProps) {
  const { t } = useTranslation(["apps", "common"]);
  const sites = useSites().data ?? [];
  const rows = value.length > 0 ? value : [{ key: "", value: "" }];
  const change = (index: number, to: Partial<Pair>) => set(rows.map((row, at) => (at === index ? { ...row, ...to } : row)));
  const names = isOfSites ? { key: t("common:site"), value: t("locations.place") } : { key: t("common:name"), value: title };
  return (
    <Group title={title} hint={hint} fault={fault}>
      {rows.map((row, index) => (
        <Stack key={index} direction="row" spacing={2} sx={{ alignItems: "flex-start" }}>
          <TextField select={isOfSites} label={names.key} value={row.key} disabled={disabled} onChange={(event) => change(index, { key: event.target.value })} error={Boolean(fault) && !row.key}>
            {isOfSites &&
              sites.map((site) => (
                <MenuItem key={site.id} value={site.code}>
                  {site.code} · {site.name}
                </MenuItem>
              ))}
          </TextField>
          <TextField label={names.value} value={row.value} disabled={disabled} onChange={(event) => change(index, { value: event.target.value })} error={faults.has(`${field.path}/${row.key}`) || (Boolean(fault) && !row.value)} helperText={faults.get(`${field.path}/${row.key}`)} />
          <IconButton aria-label={`${t("common:delete")}: ${names.key} ${index + 1}`} disabled={disabled || value.length === 0} onClick={() => set(rows.filter((_, at) => at !== index))}>
            <DeleteIcon />
          </IconButton>
        </Stack>
      ))}
      <Box>
        <Button startIcon={<AddIcon />} disabled={disabled} onClick={() => set([...rows, { key: "", value: "" }])}>
          {t("common:add")}
        </Button>
      </Box>
    </Group>
  );
}
