import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useSession } from "../../session/session";

/** Who did it: oneself, a colleague where one may see the members, or a program. */
export function useActorName(): (actor: string | null) => string {
  const { t } = useTranslation("stock");
  const { profile, can } = useSession();
  const members = useQuery({ ...read("/api/v1/users", { query: { limit: 200 } }), staleTime: 300_000, enabled: can("user:read") }).data?.items;
  return useCallback(
    (actor) => {
      if (actor === null) {
        return t("who.system");
      }
      if (actor === profile.id) {
        return t("who.you", { name: profile.name });
      }
      return members?.find(({ id }) => id === actor)?.name ?? t("who.colleague");
    },
    [members, profile, t],
  );
}
