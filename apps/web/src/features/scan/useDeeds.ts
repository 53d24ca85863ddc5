import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once, type Schemas } from "../../api/client";
import { read, refresh } from "../../api/query";
import { drop, enqueue, perform, useOutboxOwner, type Performed } from "../../offline/outbox";
import { compare, minus, typedNumber } from "../../ui/formats";
import { useSession } from "../../session/session";
import type { Card, Undo } from "./log";
import { deedOf, type Doc, type Tally } from "./tally";

export const TOUCHED = {
  stock: ["stock", "sales", "products", "dashboard"],
  order: ["purchase-orders", "stock", "products", "dashboard"],
  transfer: ["transfers", "stock", "products", "dashboard"],
  count: ["stock/counts"],
} as const;

/** What came of recording: how it can be taken back, or the key under which it waits. */
export type Done = { undo: Undo | null } | { waits: string };
export type Where = { site: string; location: string };
export type CountRef = { id: string; number: number; site: string };

const isWaiting = <Answer>(performed: Performed<Answer>): performed is { waits: string } => "waits" in performed;

/** Everything that is recorded by scanning. Each deed takes effect once, also where the network comes and goes; `keeps` says that
 * what the server refuses is to be reviewed later, because nobody waits for the answer. */
export function useDeeds() {
  const { t } = useTranslation("scan");
  const owner = useOutboxOwner();
  const client = useQueryClient();
  const { can } = useSession();
  const mayReverse = can("stock:reverse");
  const touch = useCallback((paths: readonly string[]) => void refresh(client, paths), [client]);

  const sell = useCallback(
    async (card: Card, { site, location }: Where, keeps: boolean): Promise<Done> => {
      const body = {
        lines: [{ product: card.goods.id, quantity: typedNumber(card.quantity) ?? card.quantity, site, ...(location ? { location } : {}), ...(card.lot.trim() ? { lot: card.lot.trim() } : {}), ...(card.goods.price === null ? {} : { unit_price: card.goods.price }) }],
        source: "scan",
      };
      const deed = { owner, path: "sales", body, title: t("deed.sale", { what: card.goods.name, quantity: card.quantity }), touches: TOUCHED.stock };
      const performed = await perform<Schemas["PostingView"]>(deed, { keeps, late: { ...body, effective_at: new Date().toISOString() }, id: card.key });
      touch(TOUCHED.stock);
      return isWaiting(performed) ? performed : { undo: mayReverse ? { by: "posting", id: performed.answer.id } : null };
    },
    [mayReverse, owner, t, touch],
  );

  /** Goods that came without an order. */
  const bring = useCallback(
    async (card: Card, { site, location }: Where, keeps: boolean): Promise<Done> => {
      const body = {
        kind: "receipt",
        lines: [{ product: card.goods.id, quantity: typedNumber(card.quantity) ?? card.quantity, site, ...(location ? { location } : {}), ...(card.lot.trim() ? { lot: card.lot.trim() } : {}), ...(card.expires_on ? { expires_on: card.expires_on } : {}) }],
        source: "scan",
      };
      const deed = { owner, path: "stock/postings", body, title: t("deed.goods", { what: card.goods.name, quantity: card.quantity }), touches: TOUCHED.stock };
      const performed = await perform<Schemas["PostingView"]>(deed, { keeps, late: { ...body, effective_at: new Date().toISOString() }, id: card.key });
      touch(TOUCHED.stock);
      return isWaiting(performed) ? performed : { undo: mayReverse ? { by: "posting", id: performed.answer.id } : null };
    },
    [mayReverse, owner, t, touch],
  );

  /** A sale or receipt of a code that this device does not know, without a network: the server says later what it is. */
  const keepCode = useCallback(
    async (code: string, kind: "sale" | "receipt", { site, location }: Where, key: string): Promise<Done> => {
      const lines = [{ product: `code:${code}`, quantity: "1", site, ...(location ? { location } : {}) }];
      const body = { ...(kind === "receipt" ? { kind } : {}), lines, source: "scan", effective_at: new Date().toISOString() };
      const path = kind === "sale" ? "sales" : "stock/postings";
      return { waits: await enqueue({ owner, path, body, title: t(kind === "sale" ? "deed.sale" : "deed.goods", { what: code, quantity: "1" }), touches: TOUCHED.stock, codes: true }, key) };
    },
    [owner, t],
  );

  const count = useCallback(
    async (card: Card, of: CountRef, location: string, mode: "add" | "set", keeps: boolean): Promise<Done> => {
      const line = { product: card.goods.id, quantity: typedNumber(card.quantity) ?? card.quantity, mode, ...(location ? { location } : {}), ...(card.lot.trim() ? { lot: card.lot.trim() } : {}) };
      const deed = { owner, path: `stock/counts/${of.id}/lines`, body: { lines: [line] }, title: t("deed.count", { what: card.goods.name, quantity: card.quantity }), touches: TOUCHED.count };
      const performed = await perform<Schemas["FiguresRecorded"]>(deed, { keeps, late: { lines: [{ ...line, counted_at: new Date().toISOString() }] }, id: card.key });
      touch(TOUCHED.count);
      if (isWaiting(performed)) {
        return performed;
      }
      const answer = performed.answer.lines[0];
      return { undo: answer && mode === "add" ? { by: "counting", count: of.id, product: answer.product, at: answer.location, location, lot: answer.lot, quantity: line.quantity } : null };
    },
    [owner, t, touch],
  );

  /** What was scanned of an order or a transfer. */
  const settle = useCallback(
    async (doc: Doc, tally: Tally, key: string): Promise<Done> => {
      const { path, body } = deedOf(doc, tally);
      const touches = doc.kind === "order" ? TOUCHED.order : TOUCHED.transfer;
      const performed = await perform<Schemas["PurchaseOrderView"] | Schemas["TransferView"]>({ owner, path, body, title: t(`deed.${doc.kind}`, { number: doc.number }), touches }, { id: key });
      touch(touches);
      if (isWaiting(performed)) {
        return performed;
      }
      const receipts = "receipts" in performed.answer ? performed.answer.receipts : [];
      const last = receipts.reduce<Schemas["ReceiptView"] | null>((latest, one) => (latest === null || one.number > latest.number ? one : latest), null);
      return { undo: last ? { by: "receipt", order: doc.id, posting: last.posting } : null };
    },
    [owner, t, touch],
  );

  /** Takes a deed back. False if it is too late. */
  const takeBack = useCallback(
    async (undo: Undo): Promise<boolean> => {
      const header = once();
      const reason = t("undone");
      switch (undo.by) {
        case "dropping":
          return drop({ id: undo.id, owner });
        case "posting":
          await api.POST("/api/v1/stock/postings/{posting_id}/reverse", { params: { path: { posting_id: undo.id }, header }, body: { reason } });
          touch(TOUCHED.stock);
          return true;
        case "receipt":
          await api.POST("/api/v1/purchase-orders/{order_id}/receipts/{posting_id}/reverse", { params: { path: { order_id: undo.order, posting_id: undo.posting }, header }, body: { reason } });
          touch(TOUCHED.order);
          return true;
        case "counting": {
          // Others may have counted the same meanwhile: what is there now, less what this scan added.
          const path = { count_id: undo.count };
          const { items } = await data(api.GET("/api/v1/stock/counts/{count_id}/lines", { params: { path, query: { product: undo.product, limit: 200 } } }));
          const now = items.find(({ location, lot }) => location === undo.at && lot === undo.lot)?.counted ?? "0";
          const less = minus(now, undo.quantity);
          const quantity = compare(less, "0") > 0 ? less : "0";
          await api.POST("/api/v1/stock/counts/{count_id}/lines", { params: { path, header }, body: { lines: [{ product: undo.product, ...(undo.location ? { location: undo.location } : {}), ...(undo.lot ? { lot: undo.lot } : {}), quantity, mode: "set" }] } });
          touch(TOUCHED.count);
          return true;
        }
      }
    },
    [owner, t, touch],
  );

  /** The document anew from the server. */
  const readOrder = useCallback((id: string) => client.fetchQuery({ ...read("/api/v1/purchase-orders/{order_id}", { path: { order_id: id } }), staleTime: 0 }), [client]);
  const readTransfer = useCallback((id: string) => client.fetchQuery({ ...read("/api/v1/transfers/{transfer_id}", { path: { transfer_id: id } }), staleTime: 0 }), [client]);
  return { sell, bring, keepCode, count, settle, takeBack, readOrder, readTransfer };
}
