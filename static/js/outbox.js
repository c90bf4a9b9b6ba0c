// The outbox: reports written on this device, kept until the server has them (docs/adr/0010-the-outbox.md).
// A report is stored before it is sent, under a number it has from the beginning, and the server stores that number once.
// One tab at a time sends. No page is needed here: `Outbox` knows IndexedDB and the room's own address, nothing else.

const DATABASE = "est-outbox";
const LOCK = "est-outbox-sending";
const CHANNEL = "est-outbox";
const TIMEOUT_MS = 30_000;
const SENT_STAYS_MS = 3 * 24 * 3600 * 1000;

export const WAITING = "waiting";
export const SENDING = "sending";
export const SENT = "sent";
export const FAILED = "failed";

/** Why a sending stopped; the report still waits. */
export class Stopped extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("reports", { keyPath: "uuid" }).createIndex("owner", "owner");
    request.result.createObjectStore("drafts", { keyPath: "owner" });
  };
  return answerOf(request);
}

/** Run `work` on both stores in one transaction: all of it is kept, or nothing. */
async function together(database, mode, work) {
  const transaction = database.transaction(["reports", "drafts"], mode, { durability: "strict" });
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new DOMException("The transaction was ended", "AbortError"));
  });
  try {
    const result = await work(transaction.objectStore("reports"), transaction.objectStore("drafts"));
    await finished;
    return result;
  } catch (problem) {
    finished.catch(() => {});
    try {
      transaction.abort();
    } catch {
      // It has ended by itself.
    }
    throw problem;
  }
}

/** A number of the report's own, also where the page came without TLS. */
export function newNumber() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** How many reports on this device the server does not have, whoever wrote them. */
export async function countUnsent() {
  if (!globalThis.indexedDB) return 0;
  const database = await open();
  try {
    const all = await together(database, "readonly", (reports) => answerOf(reports.getAll()));
    return all.filter(({ state }) => state !== SENT).length;
  } finally {
    database.close();
  }
}

export class Outbox extends EventTarget {
  /** `owner` is the person and collaboration the page was made for, `address` where reports are sent. */
  static async open(owner, address) {
    const outbox = new Outbox();
    outbox.owner = owner;
    outbox.address = address;
    outbox.database = await open();
    // A newer page may want to change the database: an old one must not stand in its way.
    outbox.database.onversionchange = () => outbox.database.close();
    outbox.channel = new BroadcastChannel(CHANNEL);
    outbox.channel.onmessage = () => outbox.dispatchEvent(new Event("change"));
    return outbox;
  }

  #changed() {
    this.channel.postMessage("change");
    this.dispatchEvent(new Event("change"));
  }

  /** The writer's own reports, oldest first, and how many of others wait here. What has long been sent is forgotten. */
  async list() {
    const all = await together(this.database, "readwrite", async (reports) => {
      const found = await answerOf(reports.getAll());
      const isOld = ({ state, sentAt }) => state === SENT && Date.now() - sentAt > SENT_STAYS_MS;
      for (const item of found.filter(isOld)) reports.delete(item.uuid);
      return found.filter((item) => !isOld(item));
    });
    const own = all.filter(({ owner }) => owner === this.owner).sort((a, b) => a.writtenAt - b.writtenAt);
    const others = all.filter(({ owner, state }) => owner !== this.owner && state !== SENT).length;
    return { own, others };
  }

  get(uuid) {
    return together(this.database, "readonly", (reports) => answerOf(reports.get(uuid)));
  }

  /** Keep a report, new or changed, and let go of its draft in the same step. False when it is on its way already. */
  async keep(uuid, fields, summary) {
    const isKept = await together(this.database, "readwrite", async (reports, drafts) => {
      const known = await answerOf(reports.get(uuid));
      if (known && (known.owner !== this.owner || known.state === SENDING || known.state === SENT)) return false;
      const writtenAt = known?.writtenAt ?? Date.now();
      await answerOf(reports.put({ uuid, owner: this.owner, address: this.address, fields, summary, writtenAt, state: WAITING }));
      await answerOf(drafts.delete(this.owner));
      return true;
    });
    if (isKept) this.#changed();
    return isKept;
  }

  /** Forget a report that has not been sent, unless it is on its way this moment. */
  async remove(uuid) {
    const isGone = await together(this.database, "readwrite", async (reports) => {
      const known = await answerOf(reports.get(uuid));
      if (!known || known.owner !== this.owner || known.state === SENDING) return false;
      await answerOf(reports.delete(uuid));
      return true;
    });
    this.#changed();
    return isGone;
  }

  draft() {
    return together(this.database, "readonly", (reports, drafts) => answerOf(drafts.get(this.owner)));
  }

  async keepDraft(uuid, fields) {
    await together(this.database, "readwrite", async (reports, drafts) => {
      // A draft written late must not outlive its own report.
      const known = await answerOf(reports.get(uuid));
      if (!known || known.state === WAITING || known.state === FAILED) {
        await answerOf(drafts.put({ owner: this.owner, uuid, fields, keptAt: Date.now() }));
      }
    });
  }

  dropDraft() {
    return together(this.database, "readwrite", (reports, drafts) => answerOf(drafts.delete(this.owner)));
  }

  /** Send what waits, one tab at a time. Answers why it stopped: "" when nothing waits any longer. */
  send() {
    const run = () => this.#sendAll().then(() => "", (problem) => {
      if (problem instanceof Stopped) return problem.reason;
      throw problem;
    });
    return navigator.locks ? navigator.locks.request(LOCK, run) : run();
  }

  /** After a crash a report may still be called "sending" though nobody sends it: let it wait again. */
  recover() {
    return navigator.locks?.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      const { own } = await this.list();
      for (const { uuid, state } of own) if (state === SENDING) await this.#move(uuid, [SENDING], { state: WAITING });
    });
  }

  async #sendAll() {
    // Whoever holds the lock is the only one to send, so what is "sending" now was left behind.
    const { own } = await this.list();
    const waiting = own.filter(({ state }) => state === WAITING || state === SENDING);
    if (!waiting.length) return;
    const token = await this.#tokenFor(waiting[0]);
    for (const { uuid } of waiting) {
      const item = await this.#move(uuid, [WAITING, SENDING], { state: SENDING });
      if (item) await this.#sendOne(item, token);
    }
  }

  /** Ask whose session this is, and for a fresh token: a phone may have been away for days. */
  async #tokenFor(item) {
    const response = await this.#fetch(this.address, { headers: { Accept: "application/json" } }).catch((problem) => problem);
    if (response instanceof Stopped) await this.#stop(item.uuid, response.reason);
    const { owner, csrf } = await response.json().catch(() => ({}));
    if (!csrf) await this.#stop(item.uuid, "server");
    if (owner !== this.owner) await this.#stop(item.uuid, "other_person");
    return csrf;
  }

  async #fetch(address, options) {
    let response;
    try {
      response = await fetch(address, {
        ...options, redirect: "manual", cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new Stopped("offline");
    }
    if (response.type === "opaqueredirect" || response.status === 401) throw new Stopped("signed_out");
    if (response.status === 403 || response.status === 404) throw new Stopped("forbidden");
    if (response.status === 429 || response.status >= 500) throw new Stopped("server");
    return response;
  }

  async #sendOne(item, token) {
    const { uuid, fields } = item;
    let response;
    let answer;
    try {
      response = await this.#fetch(this.address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ owner: this.owner, client_uuid: uuid, fields }),
      });
      answer = await response.json().catch(() => {
        throw new Stopped("server");
      });
    } catch (problem) {
      return this.#stop(uuid, problem.reason ?? "offline");
    }
    if (response.ok) return this.#acknowledge(uuid, answer);
    if (answer.code === "other_person") return this.#stop(uuid, "other_person");
    const errors = answer.errors ?? { __all__: [{ message: answer.message ?? "" }] };
    const arrived = answer.id ? { id: answer.id, ref: answer.ref, url: answer.url } : null;
    await this.#move(uuid, [SENDING], { state: FAILED, errors, arrived, asksToConfirm: Boolean(answer.asks_to_confirm) });
  }

  async #stop(uuid, reason) {
    await this.#move(uuid, [SENDING, WAITING], { state: WAITING, reason });
    throw new Stopped(reason);
  }

  /** The server has it: say so, forget what was written, and with it a draft of the same report. All in one step. */
  async #acknowledge(uuid, { id, ref, url }) {
    await together(this.database, "readwrite", async (reports, drafts) => {
      const known = await answerOf(reports.get(uuid));
      if (known) {
        const { owner, address, summary, writtenAt } = known;
        await answerOf(reports.put({ uuid, owner, address, summary, writtenAt, state: SENT, sentAt: Date.now(), arrived: { id, ref, url } }));
      }
      const draft = await answerOf(drafts.get(this.owner));
      if (draft?.uuid === uuid) await answerOf(drafts.delete(this.owner));
    });
    this.#changed();
  }

  /** Change a report if it is in one of these states; null when it is not, or is gone. */
  async #move(uuid, states, changes) {
    const moved = await together(this.database, "readwrite", async (reports) => {
      const known = await answerOf(reports.get(uuid));
      if (!known || known.owner !== this.owner || !states.includes(known.state)) return null;
      const { reason, errors, arrived, ...rest } = known;
      const item = { ...rest, ...changes };
      await answerOf(reports.put(item));
      return item;
    });
    if (moved) this.#changed();
    return moved;
  }
}
