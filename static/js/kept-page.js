// Lets the service worker keep this page for a cellar, and says how old it is when there is no network.

const { worker, old } = document.querySelector("script[data-old]").dataset;
const { fetched } = document.querySelector("[data-fetched]").dataset;
const notice = document.querySelector("[data-kept-notice]");

function say() {
  notice.hidden = navigator.onLine;
  const form = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  const moment = new Intl.DateTimeFormat(document.documentElement.lang, form).format(new Date(fetched));
  notice.textContent = notice.hidden ? "" : old.replace("{moment}", moment);
}

async function keep() {
  if (!navigator.serviceWorker || !worker) return;
  await navigator.serviceWorker.register(worker, { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({ keep: [...new Set(parts)].filter((name) => name.startsWith(`${location.origin}/`)), page: location.pathname });
}

addEventListener("online", say);
addEventListener("offline", say);
say();
keep().catch((problem) => console.warn("kept-page:", problem));
