import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let waiting: ServiceWorker | null = null;

/** Whether a newer release is ready. */
export function useNewVersion(): boolean {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => waiting !== null,
  );
}

/** Goes over to the newer release. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting?.postMessage("take-over");
}

/** Registers the worker that serves the page without a network. */
export function startServiceWorker(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) {
    return;
  }
  const watch = (registration: ServiceWorkerRegistration) =>
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed" && navigator.serviceWorker.controller) {
          waiting = worker;
          listeners.forEach((tell) => tell());
        }
      });
    });
  // Where a browser lets no worker in, the application is the same but for that it needs a network.
  navigator.serviceWorker.register("/sw.js").then(watch).catch(() => undefined);
}

/** Has the worker keep every part of the application that this page has loaded, also those that came before it was in charge. */
export function keepParts(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) {
    return;
  }
  void navigator.serviceWorker.ready.then(({ active }) => {
    const parts = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith("/assets/"));
    active?.postMessage({ keep: [...new Set([...parts, ...partsOfDocument()])] });
  });
}

const partsOfDocument = (): string[] => [...document.querySelectorAll<HTMLScriptElement>("script[src^='/']")].map(({ src }) => new URL(src).pathname);
