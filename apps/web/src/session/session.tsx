import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, type ReactNode } from "react";
import i18n from "i18next";
import { api, data, onSignedOut, rememberCsrfToken, type Schemas } from "../api/client";
import { asProblem } from "../api/problem";
import { read } from "../api/query";
import { CustomsContext, type Customs } from "../ui/formats";
import { Reauthenticate } from "./Reauthenticate";

export type Profile = Schemas["Profile"];

type Session = {
  profile: Profile;
  /** Whether the server lets this person do it ("transfer:start"). It decides again when they do. */
  can: (permission: string) => boolean;
  /** Whether they may write at a site. */
  worksAt: (site: string) => boolean;
  signOut: () => Promise<void>;
  switchTo: (company: string) => Promise<void>;
};

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) {
    throw new Error("nobody is signed in here");
  }
  return session;
}

/** Whether one may, as a hook: `const mayApprove = useMay("request:approve")`. */
export function useMay(permission: string): boolean {
  return useSession().can(permission);
}

const ME = "/api/v1/me";

const KEPT = "pirwa-profile";

/** Who was signed in here last, so that the page opens without a network; not what proves it. Signing out forgets it. */
function keptProfile(): Profile | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as Profile | null;
  } catch {
    return null;
  }
}

async function readProfile(): Promise<Profile> {
  try {
    const profile = await data(api.GET(ME));
    localStorage.setItem(KEPT, JSON.stringify({ ...profile, csrf_token: null }));
    return profile;
  } catch (error) {
    const { status } = asProblem(error);
    const kept = status === 0 ? keptProfile() : null;
    if (kept) {
      return kept;
    }
    if (status === 401) {
      localStorage.removeItem(KEPT);
    }
    throw error;
  }
}

/** Reads who is signed in. A 401 means nobody; a 403 `password_change_required` that a new password comes first. Without a network
 * it is who was signed in last, until the server can be asked. */
export function useProfile() {
  const answer = useQuery({
    ...read(ME),
    queryFn: readProfile,
    staleTime: Infinity,
    retry: (times, error) => asProblem(error).isPassing && times < 2,
    refetchInterval: ({ state }) => (state.data?.csrf_token === null ? 3_000 : false),
  });
  if (answer.data) {
    rememberCsrfToken(answer.data.csrf_token);
  }
  return answer;
}

export function SessionProvider({ profile, children }: { profile: Profile; children: ReactNode }) {
  const client = useQueryClient();
  const leave = useCallback(() => {
    rememberCsrfToken(null);
    localStorage.removeItem(KEPT);
    client.clear();
    location.assign(signInAddress());
  }, [client]);
  useEffect(() => {
    onSignedOut.current = leave;
    return () => {
      onSignedOut.current = () => undefined;
    };
  }, [leave]);
  useEffect(() => {
    const language = profile.locale.slice(0, 2);
    if (i18n.resolvedLanguage !== language) {
      void i18n.changeLanguage(language);
    }
  }, [profile.locale]);

  const session = useMemo<Session>(() => {
    const permissions = new Set(profile.permissions);
    const sites = profile.sites && new Set(profile.sites);
    return {
      profile,
      can: (permission) => permissions.has(permission),
      worksAt: (site) => sites === null || sites.has(site),
      signOut: async () => {
        await api.POST("/api/v1/auth/logout");
        rememberCsrfToken(null);
        localStorage.removeItem(KEPT);
        client.clear();
        location.assign("/login");
      },
      switchTo: async (company) => {
        localStorage.removeItem(KEPT);
        const switched = await api.POST("/api/v1/auth/switch", { body: { company } });
        rememberCsrfToken(switched.data?.csrf_token);
        location.assign("/"); // nothing of the other company may stay in memory
      },
    };
  }, [profile, client]);

  const customs = useMemo<Customs>(
    () => ({
      locale: numberLocale(profile),
      currency: profile.customs?.currency ?? "USD",
      timeZone: profile.time_zone ?? profile.customs?.time_zone ?? "UTC",
    }),
    [profile],
  );
  return (
    <SessionContext.Provider value={session}>
      <CustomsContext.Provider value={customs}>
        {children}
        <Reauthenticate />
      </CustomsContext.Provider>
    </SessionContext.Provider>
  );
}

/** The company's way of writing numbers, in the person's own language if they chose another. */
function numberLocale(profile: Profile): string {
  const company = profile.customs?.locale ?? profile.locale;
  const own = profile.locale.slice(0, 2);
  if (company.startsWith(own)) {
    return company;
  }
  const region = company.split("-")[1];
  return region ? `${own}-${region}` : own;
}

export function signInAddress(): string {
  const here = location.pathname + location.search;
  return here === "/" ? "/login" : `/login?next=${encodeURIComponent(here)}`;
}
