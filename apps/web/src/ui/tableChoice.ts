import { useCallback } from "react";
import { usePreferences } from "../shell/preferences";

/** How this person wants a table: its columns in their order, and how many rows at a time. Kept with their preferences. */
export function useTableChoice(table: string | undefined) {
  const { preferences, change } = usePreferences();
  const kept = preferences.tables.find((one) => one.table === table);
  const choose = useCallback(
    (to: { columns?: string[]; page_size?: 25 | 50 | 100 }) => {
      if (table) {
        const next = { table, columns: kept?.columns ?? [], page_size: kept?.page_size ?? (50 as const), ...to };
        change({ tables: [...preferences.tables.filter((one) => one.table !== table), next] });
      }
    },
    [table, kept, preferences.tables, change],
  );
  return { columns: kept?.columns?.length ? kept.columns : null, size: kept?.page_size ?? 50, choose };
}
