export type Provider = { company: string; provider: string };

const KEPT = "pirwa-single-sign-on";

/** By whom somebody came in last on this device. */
export function knownProvider(): Provider | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Partial<Provider> | null;
    return kept?.company && kept.provider ? { company: kept.company, provider: kept.provider } : null;
  } catch {
    return null;
  }
}

/** Sends the browser to the company's provider; it comes back with a session, or to the sign-in page with what was refused. */
export function startSingleSignOn({ company, provider }: Provider, next?: string): void {
  localStorage.setItem(KEPT, JSON.stringify({ company, provider }));
  location.assign(startAddress({ company, provider }, next));
}

export function startAddress({ company, provider }: Provider, next = "/"): string {
  const query = new URLSearchParams({ company, return_to: next, cookie: "true" });
  return `/api/v1/auth/oidc/${encodeURIComponent(provider)}/start?${query}`;
}
