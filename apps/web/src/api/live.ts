import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSession } from "../session/session";
import { listenTo } from "./eventStream";
import { refresh } from "./query";

/** Which lists an event makes old, by the beginning of its type; the first that fits. What is not named concerns nothing that is shown. */
const TOUCHED: readonly [RegExp, readonly string[]][] = [
  [/^stock_count/, ["stock/counts", "dashboard"]],
  [/^(sale|stock|posting|opening_stock|out_of_stock|back_in_stock|low_stock)/, ["stock", "products", "sales", "dashboard"]],
  [/^reservation/, ["stock", "products"]],
  [/^transfer/, ["transfers", "stock", "dashboard"]],
  [/^request/, ["requests", "dashboard"]],
  [/^purchase_order/, ["purchase-orders", "dashboard"]],
  [/^replenishment/, ["replenishment", "dashboard"]],
  [/^recommendation/, ["recommendations", "dashboard"]],
  [/^supplier/, ["suppliers"]],
  [/^channel_order/, ["channel-orders", "dashboard"]],
  [/^(channel|storefront)/, ["channels"]],
  [/^(plugin|delivery)/, ["plugins", "dashboard"]],
  [/^product/, ["products"]],
  [/^category/, ["categories"]],
  [/^(site|location)/, ["sites"]],
  [/^(user|invitation)/, ["users", "invitations"]],
  [/^role/, ["roles"]],
  [/^webhook/, ["webhooks"]],
  [/^policy/, ["stock/policies"]],
  [/^company/, ["company"]],
  [/^file_attached/, ["attachments"]],
];

export function touchedBy(type: string): readonly string[] {
  return TOUCHED.find(([pattern]) => pattern.test(type))?.[1] ?? [];
}

/** Keeps what is shown fresh: one stream for all tabs of the browser, whose leader tells the others what has become old. */
export function useLive(): void {
  const client = useQueryClient();
  const { can, profile } = useSession();
  const mayListen = can("event:read");
  const isInCompany = profile.company !== null;
  useEffect(() => (isInCompany ? listen(client, mayListen) : undefined), [client, isInCompany, mayListen]);
}

function listen(client: QueryClient, toEvents: boolean): () => void {
  const tabs = new BroadcastChannel("pirwa-live");
  const collected = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const note = (paths: readonly string[]) => {
    paths.forEach((path) => collected.add(path));
    // Many events in a row, such as those of an import, lead to one reading.
    timer ??= setTimeout(() => {
      timer = undefined;
      const touched = [...collected];
      collected.clear();
      void refresh(client, touched);
    }, 250);
  };
  tabs.onmessage = ({ data }: MessageEvent<readonly string[]>) => note(data);
  const tell = (paths: readonly string[]) => {
    if (paths.length > 0) {
      note(paths);
      tabs.postMessage(paths);
    }
  };
  const leaving = new AbortController();
  void lead(leaving.signal, () => openStreams(tell, toEvents));
  return () => {
    leaving.abort();
    clearTimeout(timer);
    tabs.close();
  };
}

/** Runs `work` in one tab at a time; the next takes over when that is closed. */
async function lead(signal: AbortSignal, work: () => () => void): Promise<void> {
  const alone = (): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const stop = work();
      signal.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
  try {
    await (navigator.locks ? navigator.locks.request("pirwa-live", { signal }, alone) : alone());
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

/** What may have changed while the stream was closed, if nobody can say. */
const EVERYTHING = ["stock", "products", "transfers", "requests", "purchase-orders", "dashboard", "notifications"];

function openStreams(tell: (paths: readonly string[]) => void, toEvents: boolean): () => void {
  const again = () => tell(EVERYTHING);
  const streams = [listenTo("/api/v1/notifications/stream", () => tell(["notifications"]), again)];
  if (toEvents) {
    streams.push(listenTo("/api/v1/events/stream", ({ event }) => tell(touchedBy(event)), again));
  }
  return () => streams.forEach((stop) => stop());
}
