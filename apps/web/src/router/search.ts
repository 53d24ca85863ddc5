/** The search part of an address holds plain text, so that a code such as 00123 or 1e5 stays what it is. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(values: Record<string, unknown>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

type Raw = Record<string, unknown>;

/** Readers of single values, for `validateSearch: searchOf({ q: text, low: flag, period: oneOf("7", "30") })`. What makes no
 * sense is left out. */
export const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
export const flag = (value: unknown): true | undefined => (value === true || value === "true" ? true : undefined);
export const oneOf =
  <Value extends string>(...values: Value[]) =>
  (value: unknown): Value | undefined =>
    values.find((one) => one === value);

export function searchOf<Readers extends Record<string, (value: unknown) => unknown>>(readers: Readers) {
  return (raw: Raw): { [Name in keyof Readers]?: NonNullable<ReturnType<Readers[Name]>> } =>
    Object.fromEntries(
      Object.entries(readers)
        .map(([name, reader]) => [name, reader(raw[name])] as const)
        .filter(([, value]) => value !== undefined),
    ) as never;
}
