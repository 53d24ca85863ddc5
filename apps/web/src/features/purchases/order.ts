import Big from "big.js";
import type { Schemas } from "../../api/client";
import { compare, plus, times } from "../../ui/formats";
import type { STAGES } from "./routes";

export type Order = Schemas["PurchaseOrderView"];
export type OrderState = Order["state"];
export type OrderLine = Order["lines"][number];
export type Stage = (typeof STAGES)[number];

/** What a change of an order may change elsewhere. */
export const TOUCHED = ["purchase-orders", "replenishment", "suppliers", "stock", "products", "dashboard"];

export const STATES_OF: Record<Stage, OrderState[]> = {
  draft: ["draft"],
  to_approve: ["to_approve"],
  to_send: ["approved"],
  to_receive: ["sent", "acknowledged", "partially_received"],
  finished: ["received", "closed", "cancelled"],
};

/** What an order's state allows; who may do it is another question. */
const DEEDS = {
  change: ["draft"],
  submit: ["draft"],
  approve: ["to_approve"],
  send: ["approved"],
  acknowledge: ["sent", "acknowledged"],
  receive: ["sent", "acknowledged", "partially_received"],
  takeBack: ["partially_received", "received"],
  close: ["partially_received", "received"],
  cancel: ["to_approve", "approved", "sent", "acknowledged"],
} as const satisfies Record<string, readonly OrderState[]>;
export type Deed = keyof typeof DEEDS;
export const allows = (state: OrderState, deed: Deed): boolean => (DEEDS[deed] as readonly OrderState[]).includes(state);

/** Whether a program is handing it to the supplier, or tries to. */
export const isUnderway = ({ state, sending }: Pick<Order, "state" | "sending">): boolean => state === "approved" && sending?.state === "waiting";

type Terms = Pick<Schemas["SupplierItemView"], "price_breaks" | "minimum_order_quantity" | "order_multiple">;

/** The supplier's price of so many units. */
export function priceFor(item: Terms | null, quantity: string): string | null {
  const reached = (item?.price_breaks ?? []).filter(({ from_quantity }) => compare(from_quantity, quantity) <= 0);
  return reached.at(-1)?.unit_price ?? null;
}

/** The least that the supplier sells and that is at least so much. */
export function orderable(item: Terms | null, wanted: string): string {
  const least = new Big(item?.minimum_order_quantity ?? "0");
  const pack = new Big(item?.order_multiple ?? "0");
  const asked = new Big(wanted).lt(least) ? least : new Big(wanted);
  return (pack.gt(0) ? asked.div(pack).round(0, Big.roundUp).times(pack) : asked).toFixed();
}

export function sumOf(lines: readonly { quantity: string; price: string | null }[]): string {
  return plus(...lines.map(({ quantity, price }) => times(quantity, price ?? "0")));
}
