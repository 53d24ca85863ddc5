import { expect, test } from "vitest";
import { changesOf, nameOf, pageOf } from "./entry";

test("of a change only what differs is shown", () => {
  expect(changesOf({ before: { price: "5", name: "A" }, after: { price: "6", name: "A" } })).toEqual([{ field: "price", before: "5", after: "6" }]);
});

test("of what is new all that was said of it is shown, but for its keys", () => {
  expect(changesOf({ before: null, after: { id: "1", created_at: "x", code: "UIO", note: null } })).toEqual([{ field: "code", before: null, after: "UIO" }]);
  expect(changesOf({ before: { code: "UIO" }, after: null })).toEqual([{ field: "code", before: "UIO", after: null }]);
});

test("a subject is named by what people call it", () => {
  expect(nameOf({ before: null, after: { code: "UIO", name: "Quito" } })).toBe("Quito");
  expect(nameOf({ before: { number: "T-1" }, after: null })).toBe("T-1");
  expect(nameOf({ before: null, after: null })).toBeNull();
});

test("a subject that is there still has its page", () => {
  expect(pageOf({ subject_type: "product", subject_id: "1", action: "changed" })).toBe("/products/1");
  expect(pageOf({ subject_type: "product", subject_id: "1", action: "deleted" })).toBeNull();
  expect(pageOf({ subject_type: "membership", subject_id: "1", action: "changed" })).toBeNull();
});
