// Opens without network the entry page, the places to begin with, and the pages on which inspections are filled in. Pages
// are always asked of the server first; these are the only personal ones that are kept, and they go when somebody signs in
// or out. Files under static/ are nobody's.

const PAGES = "est-entry-1";
const FILES = "est-files-1";
const OFFLINE = "/offline/";
const ENTRY = /^\/[-\w]+\/incidents\/new\/$/;
const INSPECTIONS = /^\/[-\w]+\/inspections\/(?:new|\d+\/fill)\/$/;
const PLACES = /^\/[-\w]+\/priorities\/$/;
const NEW_SESSION = /^\/accounts\/.*(?:login|logout)\//;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const HEAVY = /\/npm\/plotly/;
const PATIENCE_MS = 8000;
// Whoever has not been online for so long no longer reads where others were asked to look.
const PLACES_KEPT_MS = 14 * 24 * 3600 * 1000;

// Counts sign-ins and sign-outs: what was asked for before one is not kept after it.
let sessions = 0;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.add(new Request(OFFLINE, { cache: "reload" }))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("est-") && name !== PAGES && name !== FILES) await caches.delete(name);
    await self.clients.claim();
  })());
});

function isKept(url) {
  return ENTRY.test(url.pathname) || PLACES.test(url.pathname) || INSPECTIONS.test(url.pathname);
}

function isFile(url) {
  return url.origin === self.location.origin && url.pathname.startsWith("/static/") && !HEAVY.test(url.pathname);
}

self.addEventListener("message", (event) => {
  const { keep, page } = event.data ?? {};
  if (!Array.isArray(keep) || !isKept({ pathname: page })) return;
  event.waitUntil((async () => {
    const files = await caches.open(FILES);
    for (const address of keep.filter((one) => isFile(new URL(one)))) {
      if (!(await files.match(address))) await files.add(address).catch(() => {});
    }
    const pages = await caches.open(PAGES);
    if (!(await pages.match(page))) await fetchPage(page).catch(() => {});
    // Whoever may report has the places with them as well, as new as the last time the entry page was opened.
    if (ENTRY.test(page)) await fetchPage(page.replace(/incidents\/new\/$/, "priorities/")).catch(() => {});
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && NEW_SESSION.test(url.pathname)) event.respondWith(changeSession(request));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(open(request, url));
  else if (isFile(url)) event.respondWith(file(request, url));
});

/**
 * Let a sign-in or a sign-out through and forget the personal pages: before, in case nobody waits for the answer, and
 * after, since the session has lasted until then.
 */
async function changeSession(request) {
  sessions += 1;
  await caches.delete(PAGES);
  const answer = await fetch(request).catch(() => null);
  sessions += 1;
  await caches.delete(PAGES);
  return answer ?? (await caches.match(OFFLINE)) ?? Response.error();
}

/** Fetch a page that is kept, and keep it unless the answer is another page, or somebody else's by now. */
async function fetchPage(request, address = request) {
  const session = sessions;
  const response = await fetch(request);
  // Opened before it is asked: what goes into a cache that is forgotten meanwhile is forgotten with it.
  const pages = await caches.open(PAGES);
  if (session !== sessions) return response;
  if (response.ok && !response.redirected && response.type === "basic") {
    await pages.put(address, response.clone()).catch(() => {});
  } else if (!ENTRY.test(new URL(address, self.location.origin).pathname) && response.status < 500) {
    // The server answers, and not with the page: whoever asks may not read it any more, or it is finished.
    await pages.delete(address);
  }
  return response;
}

/** The kept page, unless it is one of places and too old. */
async function keptPage(pages, url) {
  const kept = isKept(url) ? await pages.match(url.pathname) : null;
  if (!kept || !PLACES.test(url.pathname)) return kept ?? null;
  const age = Date.now() - Date.parse(kept.headers.get("date") ?? "");
  return age < PLACES_KEPT_MS ? kept : null;
}

async function open(request, url) {
  const pages = await caches.open(PAGES);
  const kept = await keptPage(pages, url);
  try {
    if (!isKept(url)) return await fetch(request);
    // What a question in the address filled in is not kept: the page opens empty the next time.
    const answer = url.search ? fetch(request) : fetchPage(request, url.pathname);
    if (!kept) return await answer;
    answer.catch(() => {});
    const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("slow")), PATIENCE_MS));
    return await Promise.race([answer, late]);
  } catch {
    if (kept) return kept;
    const first = (await pages.keys()).find((one) => ENTRY.test(new URL(one.url).pathname));
    if (url.pathname === "/" && first) return Response.redirect(first.url);
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function file(request, url) {
  const files = await caches.open(FILES);
  if (HASHED.test(url.pathname)) {
    const kept = await files.match(request);
    if (kept) return kept;
  }
  try {
    const response = await fetch(request);
    // Only what is kept already is renewed: the rest of the platform needs no room on a phone.
    if (response.ok && (await files.match(request))) await files.put(request, response.clone()).catch(() => {});
    return response;
  } catch (problem) {
    const kept = await files.match(request);
    if (kept) return kept;
    throw problem;
  }
}
