import type { Schemas } from "../../api/client";

/** The page of what a piece of news is about, where there is one. */
const PAGES: Record<string, string> = {
  product: "products",
  order_request: "requests",
  request: "requests",
  transfer: "transfers",
  purchase_order: "purchases",
  channel_order: "channel-orders",
  stock_count: "counts",
};

export function placeOf(item: Pick<Schemas["NotificationItem"], "subject_type" | "subject_id">): string | null {
  const page = PAGES[item.subject_type];
  if (page) {
    return `/${page}/${item.subject_id}`;
  }
  if (item.subject_type === "report_schedule") {
    return "/reports/schedules";
  }
  return item.subject_type.startsWith("replenishment") ? "/replenishment" : item.subject_type.startsWith("plugin") ? "/apps" : null;
}
