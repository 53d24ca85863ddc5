import type { Schemas } from "../../api/client";
import { compare, minus, plus, typedNumber } from "../../ui/formats";

type Line = Schemas["TransferLineView"];
export type Gap = "coming" | "short" | "lost" | "damaged" | "several";
export const GAPS: readonly Gap[] = ["coming", "short", "lost", "damaged", "several"];

/** What the receiver says of a line: how much came sound, and what became of the rest. */
export type Receipt = { line: number; coming: string; received: string; gap: Gap; short: string; lost: string; damaged: string };

/** What can still come of a line: before it is dispatched what was asked for, then what is on its way. */
export const comingOf = (line: Line, isPending: boolean): string => (isPending ? line.requested : line.in_transit);

/** Everything came as it was sent, until somebody says otherwise. */
export function receiptsOf(lines: readonly Line[], isPending: boolean): Receipt[] {
  return lines
    .map((line) => ({ line: line.line, coming: comingOf(line, isPending) }))
    .filter(({ coming }) => compare(coming, "0") > 0)
    .map(({ line, coming }) => ({ line, coming, received: coming, gap: isPending ? "short" : "coming", short: "", lost: "", damaged: "" }));
}

/** How much of a line did not come sound; nothing while what was typed is no number, or if more came. */
export function gapOf({ coming, received }: Pick<Receipt, "coming" | "received">): string {
  const arrived = typedNumber(received || "0");
  const gap = arrived === null ? "0" : minus(coming, arrived);
  return compare(gap, "0") > 0 ? gap : "0";
}

/** What was said of the parts of a gap, and what of it is still on its way. */
export function leftOf(receipt: Receipt): string {
  const said = plus(...[receipt.short, receipt.lost, receipt.damaged].map((part) => typedNumber(part || "0") ?? "0"));
  return minus(gapOf(receipt), said);
}

const amount = (typed: string): string => typedNumber(typed || "0") ?? typed.trim();

/** The lines in the words of the API. */
export function bodyOf(receipts: readonly Receipt[]): Schemas["ReceiveTransfer"] {
  return {
    lines: receipts.map((receipt) => {
      const gap = gapOf(receipt);
      const resolution =
        compare(gap, "0") === 0 || receipt.gap === "coming"
          ? null
          : receipt.gap === "several"
            ? { short: amount(receipt.short), lost: amount(receipt.lost), damaged: amount(receipt.damaged) }
            : { [receipt.gap]: gap };
      return { line: receipt.line, received: amount(receipt.received), ...(resolution ? { resolution } : {}) };
    }),
  };
}
