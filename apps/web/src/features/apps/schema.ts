/** The part of JSON Schema by which plugins say what they can be told, as fields of a form. */

export type Schema = { readonly [key: string]: unknown };

export type SettingField = {
  name: string;
  /** Where it stands: "address", "nested/key". */
  path: string;
  title: string;
  hint: string | undefined;
  example: string | undefined;
  kind: "text" | "secret" | "decimal" | "integer" | "number" | "boolean" | "enum" | "list" | "pairs" | "group";
  required: boolean;
  options: readonly string[];
  fields: readonly SettingField[];
  initial: unknown;
};

export type Pair = { key: string; value: string };
export type Draft = { [name: string]: DraftValue };
export type DraftValue = string | boolean | readonly string[] | readonly Pair[] | Draft;

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);

/** A schema with its references followed; what may also be null is meant without it. */
function meant(schema: Schema, root: Schema): Schema {
  const reference = text(schema.$ref);
  if (reference?.startsWith("#/$defs/")) {
    const { $ref: _, ...own } = schema;
    return meant({ ...((root.$defs as Schema)[reference.slice(8)] as Schema), ...own }, root);
  }
  const choices = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;
  const only = choices?.find((one) => one.type !== "null");
  if (!only) {
    return schema;
  }
  const { anyOf: _, oneOf: __, ...own } = schema;
  return { ...meant(only, root), ...own };
}

function kindOf(schema: Schema): SettingField["kind"] {
  if (schema.writeOnly === true) {
    return "secret";
  }
  if (Array.isArray(schema.enum)) {
    return "enum";
  }
  switch (schema.type) {
    case "boolean":
    case "integer":
    case "number":
      return schema.type;
    case "array":
      return "list";
    case "object":
      return schema.properties ? "group" : "pairs";
    default:
      return schema.format === "decimal" ? "decimal" : "text";
  }
}

/** The fields of a form, in the order in which the plugin names them. */
export function fieldsOf(schema: Schema, root: Schema = schema, above = ""): SettingField[] {
  const required = new Set((schema.required as readonly string[] | undefined) ?? []);
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, given]) => {
    const one = meant(given, root);
    const kind = kindOf(one);
    const path = `${above}${name}`;
    return {
      name,
      path,
      title: text(one.title) ?? name,
      hint: text(one.description),
      example: text((one.examples as readonly unknown[] | undefined)?.[0]),
      kind,
      required: required.has(name),
      options: kind === "enum" ? (one.enum as unknown[]).map(String) : [],
      fields: kind === "group" ? fieldsOf(one, root, `${path}/`) : [],
      initial: one.default ?? null,
    };
  });
}

/** What the form shows before anybody types: what was told, else what counts without being told. Secrets are never shown. */
export function draftOf(fields: readonly SettingField[], values: Schema): Draft {
  return Object.fromEntries(fields.map((field) => [field.name, draftValue(field, values[field.name] ?? field.initial)]));
}

function draftValue(field: SettingField, value: unknown): DraftValue {
  switch (field.kind) {
    case "secret":
      return "";
    case "boolean":
      return value === true;
    case "list":
      return Array.isArray(value) ? value.map(String) : [];
    case "pairs":
      return Object.entries((value ?? {}) as Schema).map(([key, one]) => ({ key, value: String(one) }));
    case "group":
      return draftOf(field.fields, (value ?? {}) as Schema);
    default:
      return value === null || value === undefined ? "" : String(value);
  }
}

/** What is sent. Of `changes`, null takes away what was told; told whole, it is left out. An empty secret stays as it is, `forgotten` ones go. */
export function settingsOf(fields: readonly SettingField[], draft: Draft, { changes, forgotten = [] }: { changes: boolean; forgotten?: readonly string[] }): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  for (const field of fields) {
    const value = field.kind === "secret" && forgotten.includes(field.name) ? null : sentValue(field, draft[field.name]!);
    if (value !== undefined && (value !== null || changes || field.kind === "secret")) {
      told[field.name] = value;
    }
  }
  return told;
}

function sentValue(field: SettingField, value: DraftValue): unknown {
  switch (field.kind) {
    case "boolean":
      return value;
    case "secret":
      return value === "" ? undefined : value;
    case "list":
      return (value as readonly string[]).filter(Boolean);
    case "pairs":
      return Object.fromEntries((value as readonly Pair[]).filter((pair) => pair.key || pair.value).map((pair) => [pair.key, pair.value]));
    case "group":
      return settingsOf(field.fields, value as Draft, { changes: false });
    case "integer":
    case "number":
      return value === "" ? null : /^-?\d+(\.\d+)?$/.test((value as string).trim()) ? Number(value) : value;
    default:
      return (value as string).trim() || null;
  }
}
