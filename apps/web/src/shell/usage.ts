import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { send } from "../api/client";
import { useSession } from "../session/session";
import type { Destination } from "./navigation";
import { usePreferences } from "./preferences";

const SENT_EVERY = 60_000;
const opened = { pages: [] as string[], reports: [] as string[], products: [] as string[] };

/** Notes lightly which pages are opened, for shortcuts and what is shown first; sent once a minute and when the page is left. */
export function useUsage(destinations: readonly Destination[]): void {
  const { pathname } = useLocation();
  const { preferences } = usePreferences();
  const { profile } = useSession();
  const isOn = preferences.usage && profile.company !== null;
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const [, first = "", second] = pathname.split("/");
    const page = destinations.find(({ to }) => to === `/${first}`)?.page;
    if (page && opened.pages.length < 100) {
      opened.pages.push(page);
      if (second && first === "reports" && opened.reports.length < 100) {
        opened.reports.push(second);
      } else if (second && first === "products" && UUID.test(second) && opened.products.length < 100) {
        opened.products.push(second);
      }
    }
  }, [pathname, destinations, isOn]);
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const timer = setInterval(tell, SENT_EVERY);
    window.addEventListener("pagehide", tell);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", tell);
    };
  }, [isOn]);
}

const UUID = /^[0-9a-f-]{36}$/;

function tell(): void {
  if (opened.pages.length === 0) {
    return;
  }
  const body = JSON.stringify(opened);
  opened.pages = [];
  opened.reports = [];
  opened.products = [];
  // What is lost here is a hint, not a fact.
  send("POST", "me/usage", body, { "content-type": "application/json" }, { keepalive: true }).catch(() => undefined);
}
