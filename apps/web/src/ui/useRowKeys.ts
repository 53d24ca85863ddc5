import { useEffect, useRef } from "react";
import { isTyping, useShortcutsOn } from "./shortcuts";

/** j and k go down and up the rows, x chooses, Space takes a glance, Enter follows the row's link. */
export function useRowKeys(count: number, choose: (index: number) => void, peek?: (index: number) => void) {
  const table = useRef<HTMLTableElement>(null);
  const isOn = useShortcutsOn();
  const latest = useRef({ choose, peek });
  latest.current = { choose, peek };
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || !["j", "k", "x", " "].includes(event.key)) {
        return;
      }
      const rows = [...(table.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      if (event.key === "x") {
        latest.current.choose(at);
        return;
      }
      if (event.key === " ") {
        // On a button, Space presses it; on a row's link it would only scroll.
        if (at >= 0 && latest.current.peek && document.activeElement?.matches("a")) {
          event.preventDefault();
          latest.current.peek(at);
        }
        return;
      }
      const next = rows[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), count - 1)];
      next?.querySelector<HTMLElement>("a")?.focus();
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [count, isOn]);
  return table;
}
