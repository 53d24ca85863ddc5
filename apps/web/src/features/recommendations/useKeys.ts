import { useEffect, useRef } from "react";
import { isTyping, useShortcutsOn } from "../../ui/shortcuts";

const DEEDS: Record<string, string> = { a: "accept", x: "dismiss", s: "snooze" };

/** j and k go down and up the list; a accepts where one stands, x dismisses, s puts off. */
export function useKeys() {
  const list = useRef<HTMLUListElement>(null);
  const isOn = useShortcutsOn();
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
        return;
      }
      const cards = [...(list.current?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
      const at = cards.findIndex((card) => card.contains(document.activeElement));
      if (event.key === "j" || event.key === "k") {
        const next = cards[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), cards.length - 1)];
        next?.querySelector<HTMLElement>("a")?.focus();
        event.preventDefault();
      } else if (DEEDS[event.key] && at >= 0) {
        cards[at]!.querySelector<HTMLElement>(`[data-deed=${DEEDS[event.key]}]`)?.click();
        event.preventDefault();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [isOn]);
  return list;
}
