import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, type Problem } from "../../api/problem";
import { useOutboxOwner } from "../../offline/outbox";
import { give, type Signal } from "../../scan/signals";
import { useSession } from "../../session/session";
import { plus, typedNumber, useFormats } from "../../ui/formats";
import { useFaultText, useProblemText } from "../../ui/problems";
import { kindsFor } from "../stock/posting";
import { useCounterSite } from "../sales/useCounterSite";
import { useOpenCounts, useOpenOrders, useOpenTransfers } from "./Choosers";
import { useFind, type Beside, type Found, type Goods } from "./goods";
import { amountOf, log, scanned, type Card, type Entry } from "./log";
import type { Mode } from "./modes";
import { after, docOfOrder, docOfTransfer, lineFor, portion, takenOf, withTaken, type Doc, type Tally } from "./tally";
import { useDeeds, type CountRef, type Done } from "./useDeeds";
import { useHeld, useKept } from "./useKept";

type Unknown = Extract<Found, { is: "unknown" }>;
type Document = Extract<Found, { is: "document" }>;
type Result = { number: number; tone: Signal; text: string };
type Paper = { doc: Doc; tally: Tally; latest: number | null };

/** Scanning: what a code means in the mode that one is in, and what is recorded of it. */
export function useScan(mode: Mode, go: (mode: Mode) => void, askedSite: string | undefined) {
  const { t } = useTranslation("scan");
  const { quantity: shown } = useFormats();
  const owner = useOutboxOwner();
  const { can, worksAt } = useSession();
  const { site, choose: chooseSite } = useCounterSite(askedSite);
  const [place, setPlace, placeNow] = useHeld("");
  const [isContinuous, setContinuous] = useKept("pirwa-scan-continuous", false);
  const [card, setCard, cardNow] = useHeld<Card | null>(null);
  const [unknown, setUnknown] = useState<Unknown | null>(null);
  const [named, setNamed] = useState<Document | null>(null);
  const [order, setOrder, orderNow] = useKept<Paper | null>(`pirwa-scan-order/${owner}`, null);
  const [transfer, setTransfer, transferNow] = useKept<Paper | null>(`pirwa-scan-transfer/${owner}`, null);
  const [count, setCount] = useKept<CountRef | null>(`pirwa-scan-count/${owner}`, null);
  const [countMode, setCountMode] = useState<"add" | "set">("add");
  const [isLoose, setLoose] = useState(false);
  const [entries, dispatch] = useReducer(log, []);
  const [result, setResult] = useState<Result | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy, busyNow] = useHeld(false); // two taps come before one drawing
  const problemText = useProblemText();
  const faultText = useFaultText();
  const finder = useFind(site);
  const deeds = useDeeds();
  const orders = useOpenOrders(mode === "receive" && can("purchase:read"));
  const transfers = useOpenTransfers(mode === "transfer" && can("transfer:read"));
  const counts = useOpenCounts(mode === "count" && can("count:read"));
  const mayBring = kindsFor(can).includes("receipt");

  const tell = useCallback((tone: Signal, text: string) => {
    give(tone);
    setResult((last) => ({ number: (last?.number ?? 0) + 1, tone, text }));
  }, []);
  const words = (problem: Problem): string => problem.faults.map(faultText).join(" ") || problemText(problem);

  const forget = () => {
    setCard(null);
    setUnknown(null);
    setNamed(null);
    setFault(null);
  };

  const entryOf = (one: Card, deed: Mode): Omit<Entry, "state" | "undo"> => ({
    key: one.key,
    mode: deed,
    code: one.code,
    title: `${shown(typedNumber(one.quantity) ?? one.quantity)} × ${one.goods.name}`,
    detail: [one.goods.sku, one.lot, deed === "count" ? t("document.count", { number: count?.number ?? 0 }) : site].filter(Boolean).join(" · "),
    quantity: typedNumber(one.quantity) ?? "0",
    amount: deed === "sale" ? amountOf(one.goods, one.quantity) : null,
  });

  const where = () => ({ site, location: placeNow.current ?? "" });
  const run = (one: Card, deed: Mode, keeps: boolean): Promise<Done> =>
    deed === "sale" ? deeds.sell(one, where(), keeps) : deed === "count" ? deeds.count(one, count!, placeNow.current ?? "", countMode, keeps) : deeds.bring(one, where(), keeps);
  const settled = (key: string, done: Done) => dispatch("waits" in done ? { do: "waits", key, id: done.waits } : { do: "recorded", key, undo: done.undo });

  /** One scan, one unit, no tap. */
  const recordAtOnce = (one: Card, deed: Mode) => {
    dispatch({ do: "begin", entry: entryOf(one, deed) });
    tell("good", t(`told.${deed as "sale"}`, { what: one.goods.name, quantity: shown(one.quantity) }));
    run(one, deed, true).then(
      (done) => settled(one.key, done),
      (error: unknown) => {
        const why = words(asProblem(error));
        dispatch({ do: "refused", key: one.key, fault: why });
        tell("bad", t("told.refused", { what: one.goods.name, why }));
      },
    );
  };

  /** The large button. */
  const act = async () => {
    const one = cardNow.current;
    if (!one || busyNow.current) {
      return;
    }
    const deed = mode;
    setBusy(true);
    setFault(null);
    try {
      const done = await run(one, deed, false);
      dispatch({ do: "begin", entry: entryOf(one, deed) });
      settled(one.key, done);
      if (cardNow.current?.key === one.key) {
        setCard(null);
      }
      tell("good", t("waits" in done ? "told.waits" : `told.${deed as "sale"}`, { what: one.goods.name, quantity: shown(typedNumber(one.quantity) ?? one.quantity) }));
    } catch (error) {
      const why = words(asProblem(error));
      setFault(why);
      const now = cardNow.current;
      if (now?.key === one.key) {
        setCard({ ...now, key: crypto.randomUUID() }); // the server has answered: another try is another deed
      }
      tell("bad", why);
    } finally {
      setBusy(false);
    }
  };

  const needsLot = (goods: Goods, lot: string): boolean => lot === "" && (goods.tracking === "serial" || (goods.tracking === "lot" && mode !== "sale"));

  /** The product lies before the person; one more of the same is counted up. */
  const present = (code: string, goods: Goods, beside: Beside) => {
    const { card: next, left } = scanned(mode === "look-up" ? null : cardNow.current, code, goods, beside);
    if (left && mode !== "look-up") {
      dispatch({ do: "left", entry: entryOf(left, mode) });
    }
    setCard(next);
    const here = goods.sites?.find((one) => one.code === site);
    const stock = here ? t("told.stockHere", { quantity: shown(here.on_hand), site }) : "";
    tell("good", [`${shown(next.quantity)} × ${goods.name}`, stock].filter(Boolean).join(" · "));
  };

  const paperOf = (): [Paper | null, (to: Paper | null) => void] => (mode === "receive" ? [orderNow.current, setOrder] : [transferNow.current, setTransfer]);

  const tallyScan = (paper: Paper, set: (to: Paper) => void, goods: Goods, beside: Beside, atOnce: boolean) => {
    const line = lineFor(paper.doc, paper.tally, goods, beside.lot);
    if (!line) {
      tell("bad", t("told.notInDocument", { what: goods.name }));
      return;
    }
    const part = portion(paper.tally, line, { ...beside, lot: line.tracking === "none" ? "" : beside.lot }, atOnce);
    const tally = part ? withTaken(paper.tally, line, part) : paper.tally;
    set({ ...paper, tally, latest: line.line });
    const figures = { what: goods.name, taken: shown(takenOf(tally, line.line)), left: shown(line.left) };
    tell(part ? "good" : "bad", t(part ? "told.taken" : "told.takenAlready", figures));
  };

  const takeProduct = (code: string, goods: Goods, beside: Beside, atOnce: boolean) => {
    if (mode === "receive" || mode === "transfer") {
      const [paper, set] = paperOf();
      if (paper) {
        tallyScan(paper, set, goods, beside, atOnce);
        return;
      }
      if (mode === "transfer" || !isLoose) {
        tell("bad", t(mode === "transfer" ? "told.transferFirst" : "told.orderFirst", { what: goods.name }));
        return;
      }
    }
    if (mode === "count" && !count) {
      tell("bad", t("told.countFirst"));
      return;
    }
    if (atOnce && mode !== "look-up" && !needsLot(goods, beside.lot) && (mode === "count" || site)) {
      recordAtOnce({ key: crypto.randomUUID(), code, goods, ...beside }, mode);
      return;
    }
    present(code, goods, beside);
  };

  /** Learns the codes of all lines while there is a network, so that they can be scanned without one. */
  const learnAll = (doc: Doc) => {
    const unseen = [...new Set(doc.lines.map(({ product }) => product))].slice(0, 100);
    void unseen.reduce((before, id) => before.then(() => finder.learn(id, 300_000)).then(() => undefined, () => undefined), Promise.resolve());
  };

  const openOrder = async (id: string) => {
    const doc = docOfOrder(await deeds.readOrder(id));
    if (doc.lines.every(({ left }) => left === "0")) {
      tell("bad", t("told.nothingLeft", { number: doc.number }));
      return;
    }
    setOrder({ doc, tally: orderNow.current?.doc.id === id ? orderNow.current.tally : [], latest: null });
    go("receive");
    learnAll(doc);
    tell("good", t("document.order", { number: doc.number }));
  };
  const openTransfer = async (id: string) => {
    const doc = docOfTransfer(await deeds.readTransfer(id));
    if (!doc) {
      tell("bad", t("told.nothingToDo"));
      return;
    }
    setTransfer({ doc, tally: transferNow.current?.doc.id === id && transferNow.current.doc.kind === doc.kind ? transferNow.current.tally : [], latest: null });
    go("transfer");
    learnAll(doc);
    tell("good", t(`document.${doc.kind}`, { number: doc.number }));
  };
  const open = (kind: "order" | "transfer", id: string): Promise<void> => (kind === "order" ? openOrder(id) : openTransfer(id)).catch((error: unknown) => tell("bad", words(asProblem(error))));

  const take = async (found: Found, atOnce: boolean): Promise<void> => {
    setUnknown(null);
    setNamed(null);
    setFault(null);
    switch (found.is) {
      case "product":
        takeProduct(found.code, found.goods, found.beside, atOnce);
        return;
      case "site":
      case "place": {
        const isOwn = worksAt(found.site.id) && found.site.active;
        if (isOwn) {
          chooseSite(found.site.code);
          setPlace(found.is === "place" ? found.place.code : "");
        }
        const name = found.is === "place" ? `${found.site.code} · ${found.place.code}` : `${found.site.code} · ${found.site.name}`;
        tell(isOwn ? "good" : "bad", t(isOwn ? "told.place" : "told.placeNotYours", { place: name }));
        return;
      }
      case "document":
        if (found.kind === "purchase_order" && can("purchase:receive")) {
          await open("order", found.id);
        } else if (found.kind === "transfer" && can("transfer:confirm")) {
          await open("transfer", found.id);
        } else {
          setNamed(found);
          tell("good", t(`named.${found.kind}`, { label: found.label }));
        }
        return;
      case "unknown":
        setUnknown(found);
        tell("bad", t(found.isOffline ? "unknown.offline" : "unknown.none", { code: found.attach.code }));
    }
  };

  /** In the modes that work on documents a number is first of all that of one which is open. */
  const documentOf = (code: string): Found | null => {
    const number = /^\d{1,9}$/.test(code) ? Number(code) : null;
    if (number === null) {
      return null;
    }
    const kind = mode === "receive" && !orderNow.current ? "purchase_order" : mode === "transfer" && !transferNow.current ? "transfer" : null;
    const known = kind && (kind === "purchase_order" ? orders : transfers).items.find((one) => one.number === number);
    return known ? { is: "document", code, kind: kind!, id: known.id, label: code } : null;
  };

  // Codes are looked up side by side and taken in the order in which they were scanned, by what the page is at that moment.
  const latest = useRef({ take, documentOf, find: finder.find, words, isContinuous });
  latest.current = { take, documentOf, find: finder.find, words, isContinuous };
  const line = useRef<Promise<void>>(Promise.resolve());
  const [pending, setPending] = useState(0);
  const hear = useCallback(
    (code: string, atOnce?: boolean) => {
      const { documentOf, find } = latest.current;
      const known = documentOf(code.trim());
      const ask = known ? Promise.resolve(known) : find(code);
      ask.catch(() => undefined); // heard below, when its turn has come
      setPending((before) => before + 1);
      line.current = line.current
        .then(() => ask)
        .then((found) => latest.current.take(found, atOnce ?? latest.current.isContinuous))
        .catch((error: unknown) => tell("bad", latest.current.words(asProblem(error))))
        .finally(() => setPending((before) => before - 1));
    },
    [tell],
  );

  const settle = async () => {
    const [paper, set] = paperOf();
    if (!paper || busyNow.current) {
      return;
    }
    setBusy(true);
    setFault(null);
    const key = crypto.randomUUID();
    try {
      const tally = paper.tally.map((taken) => ({ ...taken, quantity: typedNumber(taken.quantity) ?? taken.quantity }));
      const done = await deeds.settle(paper.doc, tally, key);
      const title = t(`deed.${paper.doc.kind}`, { number: paper.doc.number });
      const quantity = plus("0", ...tally.map((one) => one.quantity));
      dispatch({ do: "begin", entry: { key, mode, title, detail: t("latest.units", { count: Number(quantity), quantity: shown(quantity) }), quantity, amount: null } });
      settled(key, done);
      const left = after(paper.doc, tally);
      set(left && { doc: left, tally: [], latest: null });
      tell("good", "waits" in done ? t("told.waits", { what: title, quantity: shown(quantity) }) : title);
    } catch (error) {
      const why = words(asProblem(error));
      setFault(why);
      tell("bad", why);
    } finally {
      setBusy(false);
    }
  };

  const undo = async (entry: Entry) => {
    if (!entry.undo) {
      return;
    }
    try {
      const isGone = await deeds.takeBack(entry.undo);
      if (isGone) {
        dispatch({ do: "undone", key: entry.key });
        if (entry.undo.by === "receipt" && orderNow.current) {
          setOrder({ ...orderNow.current, doc: docOfOrder(await deeds.readOrder(entry.undo.order)) });
        }
      }
      tell(isGone ? "good" : "bad", t(isGone ? "told.undone" : "told.tooLate", { what: entry.title }));
    } catch (error) {
      tell("bad", words(asProblem(error)));
    }
  };

  /** Of a code that this device does not know while the network is away: the server finds out later. */
  const keepable = unknown?.isOffline && site && (mode === "sale" || (mode === "receive" && isLoose && !order)) ? (mode === "sale" ? ("sale" as const) : ("receipt" as const)) : null;
  const keepCode = async () => {
    if (!unknown || !keepable) {
      return;
    }
    const key = crypto.randomUUID();
    const done = await deeds.keepCode(unknown.code, keepable, where(), key);
    dispatch({ do: "begin", entry: { key, mode, code: unknown.code, title: `1 × ${unknown.code}`, detail: site, quantity: "1", amount: null } });
    settled(key, done);
    setUnknown(null);
    tell("good", t("told.waits", { what: unknown.code, quantity: "1" }));
  };

  useEffect(() => setFault(null), [mode]);
  return {
    mode, site, chooseSite, place, setPlace, isContinuous, setContinuous, card, setCard, unknown, setUnknown, named, setNamed, order, setOrder, transfer, setTransfer,
    count, setCount, countMode, setCountMode, isLoose, setLoose, entries, dispatch, result, fault, isBusy, pending, orders, transfers, counts, mayBring, keepable, keepCode,
    hear, act, settle, undo, open, forget, needsLot, hush: () => setResult(null),
  };
}

export type Scanning = ReturnType<typeof useScan>;
