// What a chart or a map needs to know about the page's colours, which live in CSS only.

/** The colour a custom property stands for right now, also when it is written with light-dark() or other variables. */
export function colour(name, within = document.body) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  within.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** A copy of a JSON value in which every "var(--name)" is the colour it stands for. */
export function withColours(value, within) {
  const known = new Map();
  const look = (text) => {
    const name = /^var\((--[\w-]+)\)$/.exec(text)?.[1];
    if (!name) return text;
    if (!known.has(name)) known.set(name, colour(name, within));
    return known.get(name);
  };
  const walk = (part) => {
    if (typeof part === "string") return look(part);
    if (Array.isArray(part)) return part.map(walk);
    if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([k, v]) => [k, walk(v)]));
    return part;
  };
  return walk(value);
}

/** Call back when the device turns from light to dark or the other way. Gives a function that ends it. */
export function onSchemeChange(callback) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", callback);
  return () => dark.removeEventListener("change", callback);
}

/** The event by which a page that is about to be printed asks for everything at once. */
export const DRAW_ALL = "est:draw-all";

/** Call back once, when the element comes near what the reader sees or all are asked for. Gives a function that ends it. */
export function whenSeen(element, callback) {
  const begin = () => {
    stop();
    callback();
  };
  const stop = () => {
    observer.disconnect();
    document.removeEventListener(DRAW_ALL, begin);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) begin();
    },
    { rootMargin: "300px" },
  );
  observer.observe(element);
  document.addEventListener(DRAW_ALL, begin);
  return stop;
}

/** A sentence for people who expected a picture. */
export function sentence(text) {
  return Object.assign(document.createElement("p"), { className: "meta", textContent: text });
}
