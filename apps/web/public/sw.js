// Serves the page and its parts without a network. What the API says is never kept: a stock that is not true any more
// is worse than none.
const PAGE = "pirwa-page-1";
const PARTS = "pirwa-parts-1";
const MOST_PARTS = 200;

self.addEventListener("install", (event) => event.waitUntil(caches.open(PAGE).then((cache) => cache.add("/"))));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "take-over") {
    self.skipWaiting();
  } else if (Array.isArray(event.data?.keep)) {
    event.waitUntil(Promise.all(event.data.keep.map(keep)));
  }
});

// A part that a page has loaded before this worker was in charge; it comes from what the browser holds.
async function keep(path) {
  const cache = await caches.open(PARTS);
  if (!path.startsWith("/assets/") && path !== "/theme-init.js") {
    return;
  }
  if (!(await cache.match(path))) {
    await cache.add(path).catch(() => undefined);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) {
    return;
  }
  if (url.pathname === "/theme-init.js") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(part(request));
  } else if (request.mode === "navigate" && !/^\/(api|schema|health|metrics|\.well-known)(\/|$)/.test(url.pathname)) {
    event.respondWith(page(request));
  }
});

// The network first: a new release is seen at once. Without a network the page as it was.
async function page(request) {
  const cache = await caches.open(PAGE);
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put("/", answer.clone());
    }
    return answer;
  } catch (unreachable) {
    const kept = await cache.match("/");
    if (kept) {
      return kept;
    }
    throw unreachable;
  }
}

// Parts carry a hash of their content in their name: what is kept is always right.
async function part(request) {
  const cache = await caches.open(PARTS);
  const kept = await cache.match(request);
  if (kept) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(keys.length - MOST_PARTS, 0)).map((key) => cache.delete(key)));
  }
  return answer;
}
