import Big from "big.js";
import type { Schemas } from "../../api/client";

/** How a verdict looks, beside its word. */
export const TONES = { good: "success", fair: "info", poor: "warning", too_little_data: "default" } as const satisfies Record<Schemas["Verdict"], string>;

/** What is reckoned and not counted, to a tenth. */
export const rounded = (value: string): string => new Big(value).round(1).toFixed();
