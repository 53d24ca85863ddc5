import { useSession } from "../../session/session";
import { useSites } from "../../ui/pickers";

/** The only site where one works; whoever works at several or at all has none. */
export function useOwnSite(): string | undefined {
  const { profile } = useSession();
  const sites = useSites().data;
  return profile.sites?.length === 1 ? sites?.find(({ id }) => id === profile.sites![0])?.code : undefined;
}
