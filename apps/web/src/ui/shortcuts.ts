import { createContext, useContext } from "react";

/** Whether this person wants single-key shortcuts. */
export const ShortcutsContext = createContext(true);
export const useShortcutsOn = (): boolean => useContext(ShortcutsContext);

/** Whether the key is meant for a field. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return Boolean(target?.closest("input, textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox]"));
}
