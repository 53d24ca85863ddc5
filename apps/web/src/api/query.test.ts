import { QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { keep, makeQueryClient, part, read, refresh } from "./query";

const id = "0199a1b2-0000-7000-8000-000000000001";
const client = makeQueryClient();
const stops: (() => void)[] = [];

afterEach(() => {
  keep(id);
  stops.splice(0).forEach((stop) => stop());
  client.clear();
});

/** Something that shows what it reads, and how often it has asked. */
async function show(query: { queryKey: readonly unknown[] }): Promise<() => number> {
  const ask = vi.fn<() => Promise<string>>(() => Promise.resolve("read"));
  const observer = new QueryObserver(client, { queryKey: query.queryKey, queryFn: ask, staleTime: Infinity });
  stops.push(observer.subscribe(() => undefined));
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe("read"));
  return () => ask.mock.calls.length;
}

const order = read("/api/v1/purchase-orders/{order_id}", { path: { order_id: id } });
const orders = read("/api/v1/purchase-orders");
const sites = read("/api/v1/sites");

test("what has become old is read again where it is shown, and nothing else", async () => {
  const asked = [await show(order), await show(orders), await show(sites)];
  await refresh(client, ["purchase-orders"]);
  expect(asked.map((times) => times())).toEqual([2, 2, 1]);
});

test("one thing that nobody shows is not shown as it was, a list is until it is read again", async () => {
  await show(order);
  await show(orders);
  stops.splice(0).forEach((stop) => stop());
  await refresh(client, ["purchase-orders"]);
  expect(client.getQueryData(order.queryKey)).toBeUndefined();
  expect(client.getQueryData(orders.queryKey)).toBe("read");
});

test("nobody asks for what was deleted here, though its page is still in view", async () => {
  const asked = [await show(order), await show(orders)];
  part(client, id);
  await refresh(client, ["purchase-orders"]);
  expect(asked.map((times) => times())).toEqual([1, 2]);
  expect(client.getQueryState(order.queryKey)?.isInvalidated).toBe(true);
});

test("what could not be deleted is read again", async () => {
  const asked = await show(order);
  part(client, id);
  keep(id);
  await refresh(client, ["purchase-orders"]);
  expect(asked()).toBe(2);
});
