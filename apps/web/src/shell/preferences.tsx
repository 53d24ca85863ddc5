import { useColorScheme } from "@mui/material/styles";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, type ReactNode } from "react";
import { api, data, type Schemas } from "../api/client";
import { read, useAct } from "../api/query";
import { useSession } from "../session/session";
import { useSetDensity } from "../theme/density";
import { ShortcutsContext } from "../ui/shortcuts";

export type Preferences = Required<Schemas["Preferences"]>;

/** As it is for everybody at first. */
export const PLAIN: Preferences = {
  views: [],
  tables: [],
  pins: [],
  hidden: [],
  theme: "system",
  density: "comfortable",
  shortcuts: true,
  start_page: "home",
  usage: true,
};

type Kept = { preferences: Preferences; change: (to: Partial<Preferences>) => void };

const PreferencesContext = createContext<Kept>({ preferences: PLAIN, change: () => undefined });

/** How this person likes it, in this company: kept by the server, so that it is so on every device. */
export const usePreferences = (): Kept => useContext(PreferencesContext);

const MINE = "/api/v1/me/preferences";

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const setDensity = useSetDensity();
  const { setMode } = useColorScheme();
  // Outside a company nothing is kept for long.
  const isInCompany = useSession().profile.company !== null;
  const answer = useQuery({ ...read(MINE), staleTime: Infinity, enabled: isInCompany });
  const preferences = useMemo(() => ({ ...PLAIN, ...answer.data }), [answer.data]);
  const save = useAct((to: Preferences) => data(api.PUT(MINE, { body: to })), { touches: [] });
  const { mutate } = save;

  const change = useCallback(
    (to: Partial<Preferences>) => {
      const next = { ...preferences, ...to };
      client.setQueryData(read(MINE).queryKey, next);
      if (isInCompany) {
        mutate(next);
      }
    },
    [client, isInCompany, mutate, preferences],
  );
  useEffect(() => setDensity(preferences.density as "comfortable" | "compact"), [preferences.density, setDensity]);
  useEffect(() => {
    if (answer.data) {
      setMode(answer.data.theme as "system" | "light" | "dark");
    }
  }, [answer.data, setMode]);
  const kept = useMemo(() => ({ preferences, change }), [preferences, change]);
  return (
    <PreferencesContext.Provider value={kept}>
      <ShortcutsContext.Provider value={preferences.shortcuts}>{children}</ShortcutsContext.Provider>
    </PreferencesContext.Provider>
  );
}
