import { expect, test } from "vitest";
import { partsOf, standingOf, type Plugin } from "./plugin";

const plugin = (state: Plugin["state"], more: object = {}) => ({ state, trouble: null, dead: 0, refused: 0, ...more });

test("a card says how its app stands", () => {
  expect(standingOf(plugin("enabled"))).toBe("on");
  expect(standingOf(plugin("built_in"))).toBe("on");
  expect(standingOf(plugin("installed"))).toBe("off");
  expect(standingOf(plugin("removed"))).toBe("off");
  expect(standingOf(plugin("paused"))).toBe("attention");
  expect(standingOf(plugin("enabled", { dead: 1 }))).toBe("attention");
  expect(standingOf(plugin("enabled", { trouble: "too slow" }))).toBe("attention");
  expect(standingOf(plugin("quarantined"))).toBe("broken");
});

test("why something failed is its kind and what was said", () => {
  expect(partsOf("Misconfigured: bad: token")).toEqual({ kind: "Misconfigured", said: "bad: token" });
  expect(partsOf("it needs another version")).toEqual({ kind: null, said: "it needs another version" });
});
