// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";
import { listenTo, parse, type Told } from "./eventStream";

afterEach(() => vi.unstubAllGlobals());

test("a message has a name, an id and its lines of data; a comment is none", () => {
  expect(parse('event: sale_recorded\nid: c7\ndata: {"a":\ndata: 1}')).toEqual({ event: "sale_recorded", id: "c7", data: '{"a":\n1}' });
  expect(parse(": ping")).toBeNull();
});

test("messages that arrive in pieces are whole, and the stream goes on after the last one that was heard", async () => {
  const heard: Told[] = [];
  const asked: (string | null)[] = [];
  const pieces = [["event: transfer_sub", "mitted\nid: 5\nda", "ta: {}\n\n: ping\n\n"], ["event: transfer_received\r\nid: 6\r\ndata: {}\r\n\r\n"]];
  const done = new Promise<void>((resolve) => {
    vi.stubGlobal("fetch", (_: string, init: { headers: Record<string, string>; signal: AbortSignal }) => {
      asked.push(init.headers["last-event-id"] ?? null);
      const own = pieces.shift();
      if (!own) {
        resolve();
        return new Promise(() => undefined);
      }
      return Promise.resolve(new Response(new Blob(own).stream()));
    });
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const stop = listenTo("/stream", (message) => heard.push(message), () => undefined);
  await vi.waitUntil(() => heard.length === 1);
  await vi.advanceTimersByTimeAsync(2_000);
  await vi.waitUntil(() => heard.length === 2);
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
  stop();
  vi.useRealTimers();
  expect(heard.map(({ event }) => event)).toEqual(["transfer_submitted", "transfer_received"]);
  expect(asked).toEqual([null, "5", "6"]);
});

test("a connection on which nothing is heard any more is given up for another", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked: AbortSignal[] = [];
  vi.stubGlobal("fetch", (_: string, { signal }: { signal: AbortSignal }) => {
    asked.push(signal);
    return new Promise((_resolve, refuse) => signal.addEventListener("abort", refuse));
  });
  const stop = listenTo("/stream", () => undefined, () => undefined);
  await vi.advanceTimersByTimeAsync(39_000);
  expect(asked.map(({ aborted }) => aborted)).toEqual([false]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, false]);
  stop();
  vi.useRealTimers();
});

test("however long the server was away, one listens again within two seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const ask = vi.fn<() => Promise<Response>>(() => Promise.reject(new TypeError("away")));
  vi.stubGlobal("fetch", ask);
  const stop = listenTo("/stream", () => undefined, () => undefined);
  await vi.advanceTimersByTimeAsync(120_000);
  const before = ask.mock.calls.length;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ask.mock.calls.length).toBeGreaterThan(before);
  stop();
  vi.useRealTimers();
});
