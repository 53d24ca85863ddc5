import type { Schemas } from "../../api/client";

type State = Schemas["TransferState"];
export type Tab = "send" | "transit" | "receive" | "all";

export const UNDER_WAY: readonly State[] = ["in_transit", "partially_received"];
export const TABS: readonly Tab[] = ["send", "transit", "receive", "all"];

const STATES: Record<Tab, readonly State[]> = { send: ["draft", "pending"], transit: UNDER_WAY, receive: UNDER_WAY, all: [] };
/** Which end of a transfer the site is on: who sends gives, who receives gets. */
const END: Record<Tab, "source" | "destination" | "site"> = { send: "source", receive: "destination", transit: "site", all: "site" };

/** What a tab asks the server for. */
export function asked(tab: Tab, site: string | undefined, product: string | undefined) {
  const states = STATES[tab];
  return { ...(states.length > 0 ? { state: [...states] } : {}), ...(site ? { [END[tab]]: site } : {}), ...(product ? { product } : {}) };
}
