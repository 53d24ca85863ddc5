import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";

const tokenOf = (hash: string) => new URLSearchParams(hash.replace(/^#/, "")).get("token");

/** What the link of a letter holds after its #. It is taken out of the address at once, so that it stays in no history; with `keep`
 * it outlives a detour, such as signing in, until it is taken away with null. */
export function useToken(keep?: string): readonly [string | null, (token: null) => void] {
  const hash = useLocation({ select: (location) => location.hash });
  const [token, setToken] = useState(() => tokenOf(hash) ?? (keep ? sessionStorage.getItem(keep) : null));
  useEffect(() => {
    const found = tokenOf(hash);
    if (found === null) {
      return;
    }
    setToken(found);
    if (keep) {
      sessionStorage.setItem(keep, found);
    }
    history.replaceState(history.state, "", location.pathname + location.search);
  }, [hash, keep]);
  const forget = () => {
    if (keep) {
      sessionStorage.removeItem(keep);
    }
    setToken(null);
  };
  return [token, forget];
}
