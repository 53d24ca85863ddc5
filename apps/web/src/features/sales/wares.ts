import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { asProblem, Problem } from "../../api/problem";
import { read } from "../../api/query";
import { useOutboxOwner } from "../../offline/outbox";
import type { Ware } from "./sale";

/** What a code stands for: a product, how many of it (a box may be twelve), and the lot where the code says one. */
export type Scanned = { ware: Ware; quantity: string; lot: string };

const MOST = 1000;
const FRESH = 300_000;

/** Products that this device has seen, so that one can go on selling without a network. */
class Memory {
  #wares = new Map<string, Ware>();
  #codes = new Map<string, { id: string; quantity: string }>();
  constructor(private readonly place: string) {
    try {
      const kept = JSON.parse(localStorage.getItem(place) ?? "{}") as { wares?: Ware[]; codes?: [string, { id: string; quantity: string }][] };
      this.#wares = new Map((kept.wares ?? []).map((ware) => [ware.id, ware]));
      this.#codes = new Map(kept.codes ?? []);
    } catch {
      // what cannot be read is learnt anew
    }
  }

  learn(wares: readonly Ware[], code?: { code: string; id: string; quantity: string }): void {
    wares.forEach((ware) => this.#wares.set(ware.id, ware));
    if (code) {
      this.#codes.set(code.code, { id: code.id, quantity: code.quantity });
    }
    try {
      localStorage.setItem(this.place, JSON.stringify({ wares: [...this.#wares.values()].slice(-MOST), codes: [...this.#codes].slice(-MOST) }));
    } catch {
      // the device is full: what is known stays known until the page is left
    }
  }

  byCode(code: string): Scanned | null {
    const coded = this.#codes.get(code);
    const ware = coded ? this.#wares.get(coded.id) : [...this.#wares.values()].find(({ sku }) => sku.toLowerCase() === code.toLowerCase());
    return ware ? { ware, quantity: coded?.quantity ?? "1", lot: "" } : null;
  }

  search(text: string): Ware[] {
    const sought = text.toLowerCase();
    return [...this.#wares.values()].filter(({ name, sku }) => `${sku} ${name}`.toLowerCase().includes(sought)).slice(0, 8);
  }
}

const memories = new Map<string, Memory>();

function memoryOf(owner: string): Memory {
  if (!memories.has(owner)) {
    memories.set(owner, new Memory(`pirwa-wares/${owner}`));
  }
  return memories.get(owner)!;
}

async function ask(client: QueryClient, code: string): Promise<Scanned> {
  const found = await client.fetchQuery({ ...read("/api/v1/lookup", { query: { code } }), staleTime: FRESH });
  if (found.type !== "product") {
    throw new Problem(404, { code: "no_product" });
  }
  const ware = await wareOf(client, found.id);
  const { scanned } = found;
  return { ware, quantity: scanned?.quantity ?? found.pack_quantity ?? "1", lot: scanned?.serial || scanned?.lot || "" };
}

export function wareOf(client: QueryClient, id: string): Promise<Ware> {
  return client.fetchQuery({ ...read("/api/v1/products/{product_id}", { path: { product_id: id } }), staleTime: FRESH });
}

const plain = ({ id, sku, name, unit, price, currency, tracking, kind }: Ware): Ware => ({ id, sku, name, unit, price, currency, tracking, kind });

/** Finds what is sold by a code or by words; without a network among what this device has seen. */
export function useWares() {
  const client = useQueryClient();
  const memory = memoryOf(useOutboxOwner());

  useEffect(() => {
    const all = client.fetchQuery({ ...read("/api/v1/products", { query: { active: true, limit: 200 } }), staleTime: FRESH });
    void all.then(({ items }) => memory.learn(items.map((item) => plain({ ...item, tracking: memory.byCode(item.sku)?.ware.tracking ?? "none" })))).catch(() => undefined);
  }, [client, memory]);

  const byCode = useCallback(
    async (code: string): Promise<Scanned> => {
      try {
        const found = await ask(client, code);
        memory.learn([plain(found.ware)], found.lot ? undefined : { code, id: found.ware.id, quantity: found.quantity });
        return { ...found, ware: plain(found.ware) };
      } catch (error) {
        const known = asProblem(error).status === 0 ? memory.byCode(code) : null;
        if (known) {
          return known;
        }
        throw error;
      }
    },
    [client, memory],
  );

  const byId = useCallback(
    async (id: string): Promise<Ware> => {
      const ware = plain(await wareOf(client, id));
      memory.learn([ware]);
      return ware;
    },
    [client, memory],
  );

  const search = useCallback(
    async (text: string): Promise<Ware[]> => {
      try {
        const { items } = await client.fetchQuery({ ...read("/api/v1/products", { query: { q: text, active: true, limit: 8 } }), staleTime: 15_000 });
        return items.map((item) => plain({ ...item, tracking: memory.byCode(item.sku)?.ware.tracking ?? "none" }));
      } catch (error) {
        if (asProblem(error).status === 0) {
          return memory.search(text);
        }
        throw error;
      }
    },
    [client, memory],
  );
  return { byCode, byId, search };
}
