import { expect, test } from "vitest";
import { temporaryPassword } from "./password";

test("a temporary password can be read out, and no two are the same", () => {
  const some = Array.from({ length: 50 }, () => temporaryPassword());
  expect(new Set(some).size).toBe(50);
  for (const one of some) {
    expect(one).toMatch(/^([a-hjkmnp-zA-HJ-NP-Z2-9]{5}-){3}[a-hjkmnp-zA-HJ-NP-Z2-9]{5}$/);
  }
});
