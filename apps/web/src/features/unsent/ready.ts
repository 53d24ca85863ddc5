import i18n from "i18next";
import { useEffect } from "react";
import { fetchMessages } from "../../ui/toasts";
import { fetchUnsentPage } from "./routes";

/** Fetches, while there is a network, what is needed most when there is none: the messages, and the page of what is unsent with its
 * words. */
export function useUnsentReady(): void {
  useEffect(() => {
    Promise.all([fetchMessages(), fetchUnsentPage(), i18n.loadNamespaces("unsent")]).catch(() => undefined);
  }, []);
}
