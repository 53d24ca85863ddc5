
export const MODES = ["look-up", "sale", "receive", "count", "transfer"] as const;
export type Mode = (typeof MODES)[number];
type Can = (permission: string) => boolean;

const NEEDS: Readonly<Record<Mode, readonly string[]>> = {
  "look-up": ["lookup:read"],
  sale: ["lookup:read", "sale:record"],
  receive: ["lookup:read", "purchase:receive"],
  count: ["lookup:read", "count:count"],
  transfer: ["lookup:read", "transfer:confirm"],
};

/** What a person may do by scanning. */
export const modesFor = (can: Can): Mode[] => MODES.filter((mode) => NEEDS[mode].every(can));

/** What one begins with: what was asked for, what was done last on this device, else a sale. A code that came along is looked up. */
export function firstMode(can: Can, asked: Mode | undefined, last: string | null, hasCode = false): Mode {
  const modes = modesFor(can);
  const wanted = asked ?? (hasCode ? "look-up" : (last ?? "sale"));
  return modes.find((mode) => mode === wanted) ?? (modes.includes("sale") && !asked ? "sale" : "look-up");
}

export const OPEN_ORDERS = ["sent", "acknowledged", "partially_received"] as const;
