import { useState } from "react";
import { useSession } from "../../session/session";
import { useSites } from "../../ui/pickers";
import { useOutboxOwner } from "../../offline/outbox";

/** Where this counter sells: the site that was asked for, the one chosen last on this device, or the only one. */
export function useCounterSite(asked: string | undefined) {
  const place = `pirwa-counter/${useOutboxOwner()}`;
  const { worksAt } = useSession();
  const [chosen, setChosen] = useState(() => asked ?? localStorage.getItem(place) ?? "");
  const sites = useSites().data;
  const own = (sites ?? []).filter((site) => site.active && worksAt(site.id));
  const known = sites === undefined ? chosen : own.find(({ code }) => code === chosen)?.code;
  return {
    site: known ?? (own.length === 1 ? own[0]!.code : ""),
    choose: (code: string) => {
      localStorage.setItem(place, code);
      setChosen(code);
    },
  };
}
