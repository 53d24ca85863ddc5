import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { Schemas } from "../../api/client";
import { asProblem, Problem } from "../../api/problem";
import { read } from "../../api/query";
import { useOutboxOwner } from "../../offline/outbox";
import { isGtin, keyOf, readGs1 } from "../../scan/gs1";
import { useSession } from "../../session/session";
import { useSites, type Site } from "../../ui/pickers";

/** What of a product scanning needs to know. `sites` and `price` are missing where this device does not know them (any more). */
export type Goods = {
  id: string;
  sku: string;
  name: string;
  unit: string;
  price: string | null;
  currency: string;
  tracking: string;
  kind: string;
  active: boolean;
  image: string | null;
  sites: readonly Schemas["catalogue_SiteFigures"][] | null;
};

/** What a code says beside what it names. */
export type Beside = { quantity: string; lot: string; expires_on: string };

export type Found =
  | { is: "product"; code: string; goods: Goods; beside: Beside }
  | { is: "site"; code: string; site: Site }
  | { is: "place"; code: string; site: Site; place: Site["locations"][number] }
  | { is: "document"; code: string; kind: "transfer" | "purchase_order" | "posting" | "category"; id: string; label: string }
  | { is: "unknown"; code: string; attach: { code: string; kind: "gtin" | "custom" }; beside: Beside; isOffline: boolean };

type Kept = { goods: Goods; codes: readonly (readonly [key: string, quantity: string])[] };

const MOST = 2000;
const FRESH = 300_000;
const STOCK_FRESH = 15_000;
const plain: Beside = { quantity: "1", lot: "", expires_on: "" };

/** Products that this device has seen, by all their codes: with them one scans on while the network is away. */
export class Memory {
  #kept = new Map<string, Kept>();
  constructor(private readonly place: string) {
    try {
      this.#kept = new Map(JSON.parse(localStorage.getItem(place) ?? "[]") as [string, Kept][]);
    } catch {
      // what cannot be read is learnt anew
    }
  }

  learn(goods: Goods, codes: readonly { code: string; pack_quantity: string }[]): void {
    this.#kept.delete(goods.id); // to the end: what was seen last is kept longest
    this.#kept.set(goods.id, { goods: { ...goods, sites: null }, codes: codes.map(({ code, pack_quantity }) => [keyOf(code), pack_quantity] as const) });
    try {
      localStorage.setItem(this.place, JSON.stringify([...this.#kept].slice(-MOST)));
    } catch {
      // the device is full: what is known stays known until the page is left
    }
  }

  byId(id: string): Goods | null {
    return this.#kept.get(id)?.goods ?? null;
  }

  find(text: string): { goods: Goods; beside: Beside } | null {
    const gs1 = readGs1(text);
    const key = keyOf(gs1?.gtin ?? text.trim());
    for (const { goods, codes } of this.#kept.values()) {
      const pack = codes.find(([code]) => code === key)?.[1] ?? (goods.sku.toLowerCase() === key || goods.id === key ? "1" : null);
      if (pack !== null) {
        return { goods, beside: { quantity: gs1?.quantity ?? pack, lot: gs1?.serial || gs1?.lot || "", expires_on: gs1?.expires_on ?? "" } };
      }
    }
    return null;
  }
}

const memories = new Map<string, Memory>();

function memoryOf(owner: string): Memory {
  if (!memories.has(owner)) {
    memories.set(owner, new Memory(`pirwa-goods/${owner}`));
  }
  return memories.get(owner)!;
}

export function goodsOf(product: Schemas["ProductView"]): Goods {
  const { id, sku, name, unit, price, currency, tracking, kind, active, images, stock } = product;
  return { id, sku, name, unit, price, currency, tracking, kind, active, image: images[0]?.thumbnail_url ?? null, sites: stock };
}

/** The place with this code: at the site where one is, else at the only site that has such a one. */
export function placeOf(sites: readonly Site[], code: string, here: string): { site: Site; place: Site["locations"][number] } | null {
  const sought = code.trim().toLowerCase();
  const all = sites.flatMap((site) => site.locations.filter((place) => place.code.toLowerCase() === sought).map((place) => ({ site, place })));
  return all.find(({ site }) => site.code === here) ?? (all.length === 1 ? all[0]! : null);
}

function besideOf(scanned: Schemas["Scanned"] | null | undefined, pack: string | null | undefined): Beside {
  return { quantity: scanned?.quantity ?? pack ?? "1", lot: scanned?.serial || scanned?.lot || "", expires_on: scanned?.expires_on ?? "" };
}

/** What this code is, as the server says; without a network, as far as this device remembers. */
export function useFind(here: string) {
  const client = useQueryClient();
  const owner = useOutboxOwner();
  const memory = useMemo(() => memoryOf(owner), [owner]);
  const { can } = useSession();
  const mayReadProducts = can("product:read");
  const sites = useSites().data;

  /** Reads a product, and remembers it with its codes. */
  const learn = useCallback(
    async (id: string, age = STOCK_FRESH): Promise<Goods> => {
      const product = await client.fetchQuery({ ...read("/api/v1/products/{product_id}", { path: { product_id: id } }), staleTime: age });
      const goods = goodsOf(product);
      memory.learn(goods, product.barcodes);
      return goods;
    },
    [client, memory],
  );

  const find = useCallback(
    async (code: string): Promise<Found> => {
      const text = code.trim();
      try {
        return await ask(client, text, { sites: sites ?? [], here, learn: mayReadProducts ? learn : null });
      } catch (error) {
        const problem = asProblem(error);
        const known = problem.status === 0 ? memory.find(text) : null;
        if (known) {
          return { is: "product", code: text, ...known };
        }
        const place = problem.status === 0 || problem.code === "code_not_found" ? placeOf(sites ?? [], text, here) : null;
        if (place) {
          return { is: "place", code: text, ...place };
        }
        return unknownOf(text, problem);
      }
    },
    [client, here, learn, mayReadProducts, memory, sites],
  );
  return { find, learn, memory };
}

function unknownOf(code: string, problem: Problem): Found {
  if (problem.status === 0) {
    const gs1 = readGs1(code);
    const attach = gs1?.gtin ?? code;
    return { is: "unknown", code, attach: { code: attach, kind: isGtin(attach) ? "gtin" : "custom" }, beside: gs1 ? { quantity: gs1.quantity ?? "1", lot: gs1.serial || gs1.lot, expires_on: gs1.expires_on ?? "" } : plain, isOffline: true };
  }
  if (problem.code !== "code_not_found") {
    throw problem;
  }
  const { attach, scanned } = problem.body as { attach?: { code: string; kind: "gtin" | "custom" }; scanned?: Schemas["Scanned"] | null };
  return { is: "unknown", code, attach: attach ?? { code, kind: "custom" }, beside: besideOf(scanned, null), isOffline: false };
}

type Around = { sites: readonly Site[]; here: string; learn: ((id: string, age?: number) => Promise<Goods>) | null };

async function ask(client: QueryClient, code: string, { sites, learn }: Around): Promise<Found> {
  const named = await client.fetchQuery({ ...read("/api/v1/lookup", { query: { code } }), staleTime: FRESH });
  if (named.type === "product") {
    const goods = learn ? await learn(named.id) : labelled(named);
    return { is: "product", code, goods, beside: besideOf(named.scanned, named.pack_quantity) };
  }
  const site = named.type === "site" ? sites.find(({ id }) => id === named.id) : undefined;
  if (site) {
    return { is: "site", code, site };
  }
  return { is: "document", code, kind: named.type as "transfer", id: named.id, label: named.label };
}

/** What is known of a product by those who may only look up codes. */
function labelled({ id, label }: { id: string; label: string }): Goods {
  const [sku = "", ...name] = label.split(" ");
  return { id, sku, name: name.join(" ") || sku, unit: "", price: null, currency: "", tracking: "none", kind: "unit", active: true, image: null, sites: null };
}

export type Finder = ReturnType<typeof useFind>;
export const isProblem = (error: unknown): error is Problem => error instanceof Problem;
