import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { useEffect, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { isProven, send } from "../api/client";
import { asProblem, Problem } from "../api/problem";
import { refresh } from "../api/query";
import { useSession } from "../session/session";
import { times } from "../ui/formats";

/** A deed that only adds (a posting, a counted line, a receipt), kept on this device until the server has taken it. */
export type Unsent = {
  /** Also its idempotency key: however often it is sent, it takes effect once. */
  id: string;
  /** Whose it is: nobody else's session ever sends it. */
  owner: string;
  /** Below /api/v1. */
  path: string;
  body: unknown;
  /** What people are told that it is. */
  title: string;
  /** What the server shows anew once it has it. */
  touches: readonly string[];
  madeAt: string;
  state: "waiting" | "review";
  /** Its lines name products by codes that this device did not know ("code:4006381333931"): the server is asked before it is sent. */
  codes?: boolean;
  /** Papers that support it: they are attached to what the server makes of it. */
  files?: readonly File[];
  /** Instead of a body: a file that is attached to what is there already. */
  upload?: { subject_type: "posting"; subject_id: string; file: File };
  /** Why the server would not take it. */
  problem?: { code: string; detail: string; body: Record<string, unknown> };
};

interface Shelf extends DBSchema {
  unsent: { key: string; value: Unsent; indexes: { owner: string } };
}

let shelf: Promise<IDBPDatabase<Shelf>> | null = null;

function open(): Promise<IDBPDatabase<Shelf>> {
  shelf ??= openDB<Shelf>("pirwa-outbox", 1, {
    upgrade: (database) => {
      database.createObjectStore("unsent", { keyPath: "id" }).createIndex("owner", "owner");
    },
  });
  return shelf;
}

type Count = { items: readonly Unsent[]; waiting: number; toReview: number; isOnline: boolean };
let count: Count = { items: [], waiting: 0, toReview: 0, isOnline: navigator.onLine };
const listeners = new Set<() => void>();
const senders = new Set<() => void>();
const tabs = new BroadcastChannel("pirwa-outbox");

/** Deeds that this page is doing just now: they are on the shelf already, but do not wait. */
const trying = new Set<string>();

async function recount(owner: string): Promise<void> {
  const items = (await (await open()).getAllFromIndex("unsent", "owner", owner)).filter(({ id }) => !trying.has(id)).sort((a, b) => a.madeAt.localeCompare(b.madeAt));
  const toReview = items.filter(({ state }) => state === "review").length;
  count = { items, waiting: items.length - toReview, toReview, isOnline: navigator.onLine };
  listeners.forEach((tell) => tell());
}

/** Takes a deed and sends it as soon as there is a way. Resolves when it is safely on this device. A deed that was tried before
 * keeps its key: its answer alone may have been lost. */
export async function enqueue(deed: Omit<Unsent, "id" | "madeAt" | "state">, id: string = crypto.randomUUID()): Promise<string> {
  await (await open()).put("unsent", { ...deed, id, madeAt: new Date().toISOString(), state: "waiting" });
  await changed(deed.owner);
  sendWaiting();
  return id;
}

/** What came of a deed: what the server answered, or that it waits on this device. */
export type Performed<Answer> = { answer: Answer } | { waits: string };

/** Does a deed at once where that can be, in the order in which deeds are given. It is on this device before it is sent, so that
 * it is not lost with the page, and its key makes that it is not done twice. What the server refuses is thrown; if `keeps`, it is
 * also kept to be reviewed. `late` is its body if it is sent later than it was done. */
export async function perform<Answer>(
  deed: Omit<Unsent, "id" | "madeAt" | "state">,
  { keeps = false, late = deed.body, id = crypto.randomUUID() }: { keeps?: boolean; late?: unknown; id?: string } = {},
): Promise<Performed<Answer>> {
  if (mustWait()) {
    return { waits: await enqueue({ ...deed, body: late }, id) };
  }
  trying.add(id);
  const database = await open();
  const kept: Unsent = { ...deed, id, madeAt: new Date().toISOString(), state: "waiting" };
  await database.put("unsent", kept);
  try {
    return await alone(async () => {
      if (mustWait()) {
        await database.put("unsent", { ...kept, body: late }); // the network went while others were first: it was never tried
        return { waits: id };
      }
      try {
        const answer = await send("POST", deed.path, JSON.stringify(deed.body), { "content-type": "application/json", "Idempotency-Key": id });
        const body = (await answer.json().catch(() => null)) as Answer;
        await database.delete("unsent", id);
        return { answer: body };
      } catch (error) {
        const problem = asProblem(error);
        if (mayPass(problem)) {
          return { waits: id };
        }
        await (keeps ? database.put("unsent", refused(kept, problem)) : database.delete("unsent", id));
        throw problem;
      }
    });
  } finally {
    trying.delete(id);
    await changed(deed.owner);
    if (count.waiting > 0) {
      sendWaiting();
    }
  }
}

/** Whether it is worth keeping a deed for another try: also when somebody has to sign in first, or the page does not know
 * their session yet because it was opened without a network. */
const mayPass = (problem: Problem): boolean => problem.isPassing || problem.status === 401 || problem.code === "csrf_token_required";

const refused = (deed: Unsent, problem: Problem): Unsent => ({ ...deed, state: "review", problem: { code: problem.code, detail: problem.message, body: { ...problem.body } } });

/** Tries once more what was refused, perhaps mended. Its key is another: the server has answered the first. */
export async function sendAgain(deed: Unsent, body: unknown = deed.body): Promise<void> {
  const { problem: _, ...rest } = deed;
  const database = await open();
  const transaction = database.transaction("unsent", "readwrite");
  await Promise.all([
    transaction.store.delete(deed.id),
    transaction.store.put({ ...rest, body, id: crypto.randomUUID(), state: "waiting" }),
    transaction.done,
  ]);
  await changed(deed.owner);
  sendWaiting();
}

/** Gives a deed up. False if it is too late: the server has it. */
export async function drop(deed: Pick<Unsent, "id" | "owner">): Promise<boolean> {
  const was = await alone(async () => {
    const database = await open();
    const known = await database.get("unsent", deed.id);
    await database.delete("unsent", deed.id);
    return known !== undefined;
  });
  await changed(deed.owner);
  return was;
}

/** Whether a deed has to wait its turn: there is no network, or others made before it have not reached the server. */
export function mustWait(): boolean {
  return !navigator.onLine || !isProven() || count.waiting > 0;
}

/** Nobody sends meanwhile, in any tab. */
async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks ? navigator.locks.request("pirwa-outbox", work) : work();
}

/** Sends one deed, and takes it off the shelf. Its papers go on there in its place, as deeds of their own. */
async function deliver(database: IDBPDatabase<Shelf>, deed: Unsent): Promise<void> {
  if (deed.upload) {
    await attach(deed.upload);
    await database.delete("unsent", deed.id);
    return;
  }
  const body = deed.codes ? await decoded(database, deed) : deed.body;
  const answer = await send("POST", deed.path, JSON.stringify(body), { "content-type": "application/json", "Idempotency-Key": deed.id });
  const made = deed.files?.length ? ((await answer.json()) as { id: string }) : null;
  const transaction = database.transaction("unsent", "readwrite");
  const papers = (deed.files ?? []).map((file) => uploadOf(deed, made!.id, file));
  await Promise.all([transaction.store.delete(deed.id), ...papers.map((paper) => transaction.store.put(paper)), transaction.done]);
}

type CodedBody = { lines: { product: string; quantity: string }[] };
const CODED = "code:";

/** The body with products in place of the codes that were scanned without a network. It is kept so: every further try sends the same. */
async function decoded(database: IDBPDatabase<Shelf>, deed: Unsent): Promise<unknown> {
  const given = deed.body as CodedBody;
  const lines = await Promise.all(
    given.lines.map(async (line) => {
      if (!line.product.startsWith(CODED)) {
        return line;
      }
      const query = new URLSearchParams({ code: line.product.slice(CODED.length) });
      const named = (await (await send("GET", `lookup?${query}`)).json()) as { type: string; id: string; pack_quantity?: string | null };
      if (named.type !== "product") {
        throw new Problem(404, { code: "code_not_found", detail: line.product });
      }
      return { ...line, product: named.id, quantity: times(line.quantity, named.pack_quantity ?? "1") };
    }),
  );
  const body = { ...given, lines };
  const { codes: _, ...plain } = deed;
  await database.put("unsent", { ...plain, body });
  return body;
}

function uploadOf({ owner, touches, madeAt }: Unsent, subject: string, file: File): Unsent {
  const upload = { subject_type: "posting", subject_id: subject, file } as const;
  return { id: crypto.randomUUID(), owner, path: "attachments", body: null, title: file.name, touches: [...touches, "attachments"], madeAt, state: "waiting", upload };
}

/** Attaches a file, unless an earlier try whose answer was lost has done so. */
async function attach({ file, ...subject }: NonNullable<Unsent["upload"]>): Promise<void> {
  const there = (await (await send("GET", `attachments?subject_id=${subject.subject_id}`)).json()) as { name: string; size: number }[];
  if (there.some(({ name, size }) => name === file.name && size === file.size)) {
    return;
  }
  const form = new FormData();
  form.set("file", file);
  Object.entries(subject).forEach(([name, value]) => form.set(name, value));
  await send("POST", "attachments", form);
}

async function changed(owner: string): Promise<void> {
  await recount(owner);
  tabs.postMessage(owner);
}

/** Sends what waits, the oldest first, in one tab at a time. Stops at the first that the network or the server lost. */
async function flush(owner: string, sent: (deed: Unsent) => void): Promise<void> {
  if (!isProven()) {
    return;
  }
  const work = async (): Promise<void> => {
    const database = await open();
    const waiting = (await database.getAllFromIndex("unsent", "owner", owner))
      .filter(({ id, state }) => state === "waiting" && !trying.has(id))
      .sort((a, b) => a.madeAt.localeCompare(b.madeAt));
    for (const deed of waiting) {
      try {
        await deliver(database, deed);
        sent(deed);
      } catch (error) {
        const problem = asProblem(error);
        if (mayPass(problem)) {
          break; // it is kept; whoever signs in again sends it
        }
        await database.put("unsent", refused(deed, problem));
      }
      await changed(owner);
    }
  };
  await (navigator.locks ? navigator.locks.request("pirwa-outbox", { ifAvailable: true }, (lock) => (lock ? work() : undefined)) : work());
}

/** What of this person's deeds in this company has not reached the server. */
export function useUnsent(): Count {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => count,
  );
}

/** Whose deeds these are: of one person in one company. */
export function useOutboxOwner(): string {
  const { profile } = useSession();
  return `${profile.id}/${profile.company?.id ?? ""}`;
}

/** Sends what waits: at the start, when the network is back, and every quarter of a minute. */
export function useOutbox(): void {
  const owner = useOutboxOwner();
  const client = useQueryClient();
  const isProven = useSession().profile.csrf_token !== null; // opened without a network, the page learns later who it is
  useEffect(() => {
    const work = () => void flush(owner, (deed) => void refresh(client, deed.touches)).then(() => recount(owner));
    const look = () => void recount(owner);
    const onTab = ({ data }: MessageEvent<string>) => data === owner && look();
    const timer = setInterval(work, 15_000);
    window.addEventListener("online", work);
    window.addEventListener("offline", look);
    tabs.addEventListener("message", onTab);
    senders.add(work);
    look();
    work();
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", work);
      window.removeEventListener("offline", look);
      tabs.removeEventListener("message", onTab);
      senders.delete(work);
    };
  }, [owner, client, isProven]);
}

/** Sends now what waits. */
export function sendWaiting(): void {
  senders.forEach((work) => work());
}
