// The outbox: reports written on this device, kept until the server has them (docs/adr/0010-the-outbox.md).
// A report is stored before it is sent, under a number it has from the beginning, and the server stores that number once.
// One tab at a time sends. No page is needed here: `Outbox` knows IndexedDB and the room's own address, nothing else.

// Reports, and what is filled in of inspections: each kind in a database of its own.
const REPORTS = "est-outbox";
export const INSPECTIONS = "est-outbox-inspections";
const VERSION = 2;
const TIMEOUT_MS = 30_000;
const SENT_STAYS_MS = 3 * 24 * 3600 * 1000;
const LOOSE_STAYS_MS = 24 * 3600 * 1000;

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

function open(name) {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) {
      request.result.createObjectStore("reports", { keyPath: "uuid" }).createIndex("owner", "owner");
      request.result.createObjectStore("drafts", { keyPath: "owner" });
    }
    if (oldVersion < 2) {
      // Photos lie beside their reports, so that listing reports reads no pictures. A photo of a report that is still
      // being written is loose: only such a one has `looseSince`.
      const photos = request.result.createObjectStore("photos", { keyPath: "uuid" });
      photos.createIndex("report", "report");
      photos.createIndex("looseSince", "looseSince");
    }
  };
  return answerOf(request);
}

/** The database as it lies there, whatever its version; null where there is none. */
function openAsItIs(name) {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => request.transaction.abort();
  return answerOf(request).catch(() => null);
}

/** Run `work` on the stores in one transaction: all of it is kept, or nothing. */
async function together(database, mode, work) {
  const transaction = database.transaction([...database.objectStoreNames], mode, { durability: "strict" });
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new DOMException("The transaction was ended", "AbortError"));
  });
  try {
    const [reports, drafts, photos] = ["reports", "drafts", "photos"].map((name) =>
      database.objectStoreNames.contains(name) ? transaction.objectStore(name) : null,
    );
    const result = await work(reports, drafts, photos);
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

/** How many reports and inspections on this device the server does not have, whoever wrote them. */
export async function countUnsent() {
  if (!globalThis.indexedDB) return 0;
  return (await countUnsentIn(REPORTS)) + (await countUnsentIn(INSPECTIONS));
}

async function countUnsentIn(name) {
  // Only the entry page brings the database up to date: an older copy of that page may be what opens without network.
  const database = await openAsItIs(name);
  if (!database) return 0;
  try {
    const all = await together(database, "readonly", (reports) => answerOf(reports.getAll()));
    return all.filter(({ state }) => state !== SENT).length;
  } finally {
    database.close();
  }
}

/** Let go of photos whose report was never kept and is not being written either. */
async function forgetLoose(drafts, photos) {
  const old = IDBKeyRange.upperBound(Date.now() - LOOSE_STAYS_MS);
  const keys = await answerOf(photos.index("looseSince").getAllKeys(old));
  if (!keys.length) return;
  const written = new Set((await answerOf(drafts.getAll())).map(({ uuid }) => uuid));
  for (const key of keys) if (!written.has((await answerOf(photos.get(key))).report)) await answerOf(photos.delete(key));
}

/** Delete a report's photos that `isGone`. */
async function deletePhotos(photos, report, isGone = () => true) {
  for (const photo of await answerOf(photos.index("report").getAll(report))) {
    if (isGone(photo)) await answerOf(photos.delete(photo.uuid));
  }
}

const isLoose = ({ looseSince }) => looseSince !== undefined;

/** Whether two forms hold the same. */
export function isSame(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

export class Outbox extends EventTarget {
  /**
   * `owner` is the person and collaboration the page was made for, `address` where reports are sent. A page that is one
   * of several to write on has a `desk` of its own, on which its draft lies.
   */
  static async open(owner, address, { name = REPORTS, desk = owner } = {}) {
    const outbox = new Outbox();
    outbox.owner = owner;
    outbox.desk = desk;
    outbox.address = address;
    outbox.lock = `${name}-sending`;
    outbox.database = await open(name);
    // A newer page may want to change the database: an old one must not stand in its way.
    outbox.database.onversionchange = () => outbox.database.close();
    outbox.channel = new BroadcastChannel(name);
    outbox.channel.onmessage = () => outbox.dispatchEvent(new Event("change"));
    return outbox;
  }

  #changed() {
    this.channel.postMessage("change");
    this.dispatchEvent(new Event("change"));
  }

  /** The writer's own reports, oldest first, and how many of others wait here. What has long been sent is forgotten. */
  async list() {
    const all = await together(this.database, "readwrite", async (reports, drafts, photos) => {
      await forgetLoose(drafts, photos);
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

  /**
   * Keep a report, new or changed, and let go of its draft in the same step. False when it is on its way already, or
   * when it is new here and something else is kept under its number: two tabs can begin with the same draft.
   */
  async keep(uuid, fields, summary, { photos: chosen = [], isChange = false } = {}) {
    const isKept = await together(this.database, "readwrite", async (reports, drafts, photos) => {
      const known = await answerOf(reports.get(uuid));
      if (known && (known.owner !== this.owner || known.state === SENDING || known.state === SENT || known.stored)) return false;
      if (known && !isChange && !isSame(known.fields, fields)) return false;
      const writtenAt = known?.writtenAt ?? Date.now();
      const item = { uuid, owner: this.owner, address: this.address, fields, summary, writtenAt, photos: chosen.length, state: WAITING };
      await answerOf(reports.put(item));
      const numbers = new Set(chosen.map((photo) => photo.uuid));
      await deletePhotos(photos, uuid, (photo) => !numbers.has(photo.uuid));
      for (const [index, { uuid: number, data, width, height, at, about }] of chosen.entries()) {
        const kept = { uuid: number, report: uuid, owner: this.owner, number: index + 1, data, width, height, at, about };
        await answerOf(photos.put(kept));
      }
      const draft = await answerOf(drafts.get(this.desk));
      if (draft?.continues === uuid) await deletePhotos(photos, draft.uuid);
      await answerOf(drafts.delete(this.desk));
      return true;
    });
    if (isKept) this.#changed();
    return isKept;
  }

  /** Forget a report that has not been sent, and its photos, unless it is on its way this moment. */
  async remove(uuid) {
    const isGone = await together(this.database, "readwrite", async (reports, drafts, photos) => {
      const known = await answerOf(reports.get(uuid));
      if (!known || known.owner !== this.owner || known.state === SENDING) return false;
      await answerOf(reports.delete(uuid));
      await deletePhotos(photos, uuid);
      const draft = await answerOf(drafts.get(this.desk));
      if (draft?.continues === uuid) {
        await deletePhotos(photos, draft.uuid);
        await answerOf(drafts.delete(this.desk));
      }
      return true;
    });
    this.#changed();
    return isGone;
  }

  draft() {
    return together(this.database, "readonly", (reports, drafts) => answerOf(drafts.get(this.desk)));
  }

  /** A draft of what `continues` a kept report lies under a number of its own: it is still there when that is sent. */
  async keepDraft(uuid, fields, { continues = "" } = {}) {
    await together(this.database, "readwrite", async (reports, drafts) => {
      // A draft written late must not outlive its own report.
      const known = await answerOf(reports.get(uuid));
      if (!known || known.state === WAITING || known.state === FAILED) {
        await answerOf(drafts.put({ owner: this.desk, uuid, fields, continues, keptAt: Date.now() }));
      }
    });
  }

  dropDraft() {
    return together(this.database, "readwrite", async (reports, drafts, photos) => {
      const draft = await answerOf(drafts.get(this.desk));
      if (draft) await deletePhotos(photos, draft.uuid, isLoose);
      await answerOf(drafts.delete(this.desk));
    });
  }

  // --- Photos ---

  /** Keep a photo of what is being written, and the writing with it: a phone may close the page for its camera. */
  keepPhoto(report, fields, { uuid, data, width, height, at, about }, { continues = "" } = {}) {
    return together(this.database, "readwrite", async (reports, drafts, photos) => {
      const known = await answerOf(reports.get(report));
      if (known && (known.state === SENDING || known.state === SENT || known.stored)) return;
      const looseSince = Date.now();
      await answerOf(photos.put({ uuid, report, owner: this.owner, data, width, height, at, about, looseSince }));
      await answerOf(drafts.put({ owner: this.desk, uuid: report, fields, continues, keptAt: looseSince }));
    });
  }

  /** Let go of a photo that was only being written with. One that is kept goes when its report is kept without it. */
  dropPhoto(uuid) {
    return together(this.database, "readwrite", async (reports, drafts, photos) => {
      const known = await answerOf(photos.get(uuid));
      if (known && isLoose(known)) await answerOf(photos.delete(uuid));
    });
  }

  /** A report's photos, in the order they were taken. */
  async photosOf(report) {
    const found = await together(this.database, "readonly", (reports, drafts, photos) => answerOf(photos.index("report").getAll(report)));
    return found.filter(({ owner }) => owner === this.owner).sort((a, b) => a.at - b.at);
  }

  // --- Sending ---

  /** Send what waits, one tab at a time. Answers why it stopped: "" when nothing waits any longer. */
  send() {
    const run = () => this.#sendAll().then(() => "", (problem) => {
      if (problem instanceof Stopped) return problem.reason;
      throw problem;
    });
    return navigator.locks ? navigator.locks.request(this.lock, run) : run();
  }

  /** After a crash a report may still be called "sending" though nobody sends it: let it wait again. */
  recover() {
    return navigator.locks?.request(this.lock, { ifAvailable: true }, async (lock) => {
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
      if (item) await (item.stored ? this.#sendPhotos(item, token) : this.#sendOne(item, token));
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

  async #fetch(address, options, answers = []) {
    let response;
    try {
      response = await fetch(address, {
        ...options, redirect: "manual", cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new Stopped("offline");
    }
    if (response.type === "opaqueredirect" || response.status === 401) throw new Stopped("signed_out");
    if (answers.includes(response.status)) return response;
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
    if (response.ok) {
      const kept = await this.#acknowledge(uuid, answer);
      return kept && this.#sendPhotos(kept, token);
    }
    if (answer.code === "other_person") return this.#stop(uuid, "other_person");
    const errors = answer.errors ?? { __all__: [{ message: answer.message ?? "" }] };
    const arrived = answer.id ? { id: answer.id, ref: answer.ref, url: answer.url } : null;
    await this.#move(uuid, [SENDING], { state: FAILED, errors, arrived, asksToConfirm: Boolean(answer.asks_to_confirm), theirs: answer.theirs });
  }

  /** The report has arrived; now its photos, one by one. One that is refused is forgotten, and told of. */
  async #sendPhotos({ uuid, stored }, token) {
    for (const photo of (await this.photosOf(uuid)).filter((one) => !isLoose(one))) {
      let response;
      let answer;
      try {
        const headers = {
          "Content-Type": "image/jpeg", Accept: "application/json", "X-CSRFToken": token,
          "X-Photo-Number": photo.uuid, "X-Outbox-Owner": this.owner,
          // Which item of a checklist it shows; a report's photos are about all of it.
          ...(photo.about ? { "X-Photo-About": photo.about } : {}),
        };
        response = await this.#fetch(new URL(stored.photos, this.address), { method: "POST", headers, body: photo.data }, [404, 413]);
        answer = response.ok || [404, 413].includes(response.status) ? {} : await response.json().catch(() => {
          throw new Stopped("server");
        });
      } catch (problem) {
        return this.#stop(uuid, problem.reason ?? "offline");
      }
      if (answer.code === "other_person") return this.#stop(uuid, "other_person");
      const refusal = response.ok ? null : { number: photo.number, status: response.status, message: answer.message ?? "" };
      await this.#photoAnswered(uuid, photo.uuid, refusal);
    }
    return this.#finish(uuid);
  }

  /** The server has the photo, or does not want it: either way its bytes leave the device. */
  async #photoAnswered(uuid, number, refusal) {
    await together(this.database, "readwrite", async (reports, drafts, photos) => {
      await answerOf(photos.delete(number));
      const known = await answerOf(reports.get(uuid));
      if (known && refusal) await answerOf(reports.put({ ...known, refused: [...(known.refused ?? []), refusal] }));
    });
  }

  /** Everything has been answered: the report is sent when its photos are there too, else it says which are not. */
  async #finish(uuid) {
    await together(this.database, "readwrite", async (reports) => {
      const known = await answerOf(reports.get(uuid));
      if (!known || known.state !== SENDING) return;
      const { reason, ...rest } = known;
      const sent = { state: SENT, sentAt: Date.now(), arrived: known.stored };
      await answerOf(reports.put({ ...rest, ...(known.refused ? { state: FAILED } : sent) }));
    });
    this.#changed();
  }

  async #stop(uuid, reason) {
    await this.#move(uuid, [SENDING, WAITING], { state: WAITING, reason });
    throw new Stopped(reason);
  }

  /**
   * The server has it: say so, forget what was written, and with it a draft of the same report. All in one step.
   * Answers with the report while photos of it still wait.
   */
  async #acknowledge(uuid, { id, ref, url, photos: address }) {
    const kept = await together(this.database, "readwrite", async (reports, drafts, photos) => {
      const known = await answerOf(reports.get(uuid));
      await deletePhotos(photos, uuid, isLoose);
      const isMore = known && (await answerOf(photos.index("report").count(uuid))) > 0;
      let item = null;
      if (known) {
        const stored = { id, ref, url, photos: address };
        const sent = { state: SENT, sentAt: Date.now(), arrived: { id, ref, url } };
        item = { uuid, owner: known.owner, address: known.address, summary: known.summary, writtenAt: known.writtenAt, photos: known.photos };
        item = { ...item, ...(isMore ? { state: SENDING, stored } : sent) };
        await answerOf(reports.put(item));
      }
      const draft = await answerOf(drafts.get(this.desk));
      if (draft?.uuid === uuid) await answerOf(drafts.delete(this.desk));
      return isMore ? item : null;
    });
    this.#changed();
    return kept;
  }

  /** Change a report if it is in one of these states; null when it is not, or is gone. */
  async #move(uuid, states, changes) {
    const moved = await together(this.database, "readwrite", async (reports) => {
      const known = await answerOf(reports.get(uuid));
      if (!known || known.owner !== this.owner || !states.includes(known.state)) return null;
      const { reason, errors, arrived, theirs, ...rest } = known;
      const item = { ...rest, ...changes };
      await answerOf(reports.put(item));
      return item;
    });
    if (moved) this.#changed();
    return moved;
  }
}
