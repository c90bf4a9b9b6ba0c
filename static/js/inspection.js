// <inspection-entry> keeps what is filled in of an inspection on the device at once, and sends it through the outbox
// (docs/adr/0010-the-outbox.md), so that neither a lost network nor a reloaded page takes anything away.
// Without JavaScript, or where the browser can store nothing, the form it holds is sent as any form is.

import { findings } from "./guard.js";
import { FAILED, INSPECTIONS, newNumber, Outbox, SENDING, SENT, WAITING } from "./outbox.js";
import { words } from "./when.js";

const DRAFT_MS = 300;
const PATIENCE_MS = 4000;
const AGAIN_MS = [15_000, 60_000, 300_000];
const SYMBOLS = { [WAITING]: "◷", [SENDING]: "↑", [SENT]: "✓", [FAILED]: "!" };
const COLOURS = { [WAITING]: "warning", [SENDING]: "info", [SENT]: "success", [FAILED]: "danger" };
// What the page itself says: a later page knows it better than what was kept.
const OF_THE_PAGE = new Set(["csrfmiddlewaretoken", "client_uuid", "photos"]);

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(text, press, variant = "secondary") {
  const made = make("button", { className: "ds-button", type: "button", textContent: text });
  made.dataset.variant = variant;
  made.addEventListener("click", press);
  return made;
}

function link({ url }, text) {
  return make("a", { className: "ds-link", href: url, textContent: text });
}

class InspectionEntry extends HTMLElement {
  async connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form.inspection");
    this.said = this.querySelector("[data-said]");
    this.panel = this.querySelector("[data-outbox]");
    this.tries = 0;
    this.#choosePlaces();
    this.form.addEventListener("change", () => this.#count());
    this.#count();
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    try {
      const desk = `${this.dataset.owner} ${this.dataset.inspection ?? "new"}`;
      const address = new URL(this.dataset.send, document.baseURI).href;
      this.outbox = await Outbox.open(this.dataset.owner, address, { name: INSPECTIONS, desk });
    } catch (problem) {
      console.warn("inspection-entry:", problem);
      this.#say(words.unsaved);
      return;
    }
    await customElements.whenDefined("report-photos");
    this.photoFields = [...this.querySelectorAll("report-photos")];
    for (const field of this.photoFields) {
      field.addEventListener("photo-added", ({ detail }) => this.#photoAdded(detail));
      field.addEventListener("photo-removed", ({ detail }) => this.outbox.dropPhoto(detail.uuid));
    }
    this.form.autocomplete = "off";
    this.#startNew();
    this.outbox.addEventListener("change", () => this.#show());
    this.form.addEventListener("input", () => this.#drafted());
    this.querySelector("[data-send-now]").addEventListener("click", () => this.#send());
    addEventListener("online", () => this.#send());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#send();
      else this.#keepDraft();
    });
    this.#keepPage();
    await this.outbox.recover();
    await this.#offerDraft();
    await this.#show();
    this.dataset.state = "open";
    this.#send();
  }

  // --- Filling in ---

  /** A press on a place used lately chooses it in the list. */
  #choosePlaces() {
    const group = this.querySelector("[data-recent]");
    const list = this.form.elements.place;
    if (!group || !list) return;
    const show = () => {
      for (const one of group.children) one.setAttribute("aria-pressed", String(one.dataset.placeChoice === list.value));
    };
    group.hidden = false;
    group.addEventListener("click", ({ target }) => {
      const { placeChoice } = target.closest("[data-place-choice]")?.dataset ?? {};
      if (!placeChoice) return;
      list.value = placeChoice;
      list.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    });
    list.addEventListener("change", show);
    this.showPlaces = show;
    show();
  }

  /** How far somebody has come, and how much there is to mend. */
  #count() {
    const chosen = [...this.form.querySelectorAll(".check__choice input:checked")].map(({ value }) => value);
    const all = this.form.querySelectorAll("[data-item]").length;
    const seen = chosen.filter((value) => value !== "not_looked_at").length;
    const wanting = chosen.filter((value) => value === "defect" || value === "urgent").length;
    const parts = [words.progress.replace("{seen}", String(seen)).replace("{all}", String(all))];
    if (wanting) parts.push(words.wanting.replace("{number}", String(wanting)));
    this.querySelector("[data-progress]").textContent = parts.join(" · ");
  }

  get fields() {
    const fields = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    delete fields.csrfmiddlewaretoken;
    delete fields.client_uuid;
    return fields;
  }

  get chosen() {
    return this.photoFields.flatMap(({ chosen }) => chosen ?? []);
  }

  #startNew(uuid = newNumber()) {
    Object.assign(this, { uuid, isKept: false });
  }

  #fill(fields) {
    for (const input of this.form.elements) {
      if (!input.name || OF_THE_PAGE.has(input.name) || input.type === "file") continue;
      if (input.type === "radio") input.checked = fields[input.name] === input.value;
      else if (input.type === "checkbox") input.checked = Boolean(fields[input.name]);
      else if (input.tagName !== "BUTTON" && fields[input.name] !== undefined) input.value = fields[input.name];
    }
    if (fields.is_text_confirmed) this.form.querySelector("[data-confirm]").hidden = false;
    this.showPlaces?.();
    this.#count();
  }

  #showPhotos(photos) {
    for (const field of this.photoFields) field.show(photos.filter(({ about }) => about === field.dataset.about));
  }

  #photoAdded(photo) {
    const kept = this.outbox.keepPhoto(this.uuid, this.fields, photo);
    return kept.catch((problem) => console.warn("inspection-entry:", problem));
  }

  #drafted() {
    this.isTouched = true;
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.#keepDraft(), DRAFT_MS);
  }

  #keepDraft() {
    clearTimeout(this.draftTimer);
    if (!this.isTouched || !this.outbox) return Promise.resolve();
    const kept = this.outbox.keepDraft(this.uuid, this.fields);
    return kept.catch((problem) => console.warn("inspection-entry:", problem));
  }

  /** What was filled in before the page went away, unless the server has just answered with the form. */
  async #offerDraft() {
    const draft = await this.outbox.draft();
    if (!draft || "cameBack" in this.dataset) return;
    const begun = await this.outbox.get(draft.uuid);
    this.#fill(draft.fields);
    const isGone = begun?.stored || begun?.state === SENT || begun?.state === SENDING;
    this.#showPhotos(isGone ? [] : await this.outbox.photosOf(draft.uuid));
    this.#startNew(isGone ? undefined : draft.uuid);
    this.isKept = Boolean(begun) && !isGone;
    this.isTouched = true;
    this.#say(words.draft, button(words.start_over, () => this.#startOver()));
  }

  async #startOver() {
    if (!confirm(words.start_over_sure)) return;
    clearTimeout(this.draftTimer);
    this.isTouched = false;
    await this.outbox.dropDraft();
    location.reload();
  }

  // --- Keeping and sending ---

  async #submitted(event) {
    if (!this.outbox) return; // sent as any form is
    event.preventDefault();
    if (this.isBusy) return;
    this.isBusy = true;
    clearTimeout(this.draftTimer);
    const pressed = event.submitter ?? this.form.querySelector("[type=submit]");
    const label = pressed.textContent;
    this.#say("");
    pressed.textContent = words.sending_now;
    let isLeaving = false;
    try {
      isLeaving = await this.#keepAndSend(pressed.name === "finish");
    } finally {
      if (!isLeaving) {
        this.isBusy = false;
        pressed.textContent = label;
      }
    }
  }

  /** Whether the page leads on. */
  async #keepAndSend(isFinished) {
    await Promise.all(this.photoFields.map(({ ready }) => ready));
    const { uuid } = this;
    const photos = this.chosen;
    const fields = { ...this.fields, photos: JSON.stringify(photos.map((photo) => photo.uuid)) };
    delete fields.finish;
    if (isFinished) fields.finish = "on";
    const faults = this.#faults(fields);
    this.#refuse(faults);
    if (faults.length) return false;
    try {
      if (!(await this.outbox.keep(uuid, fields, this.#summary(fields), { photos, isChange: true }))) {
        this.#say(words.busy);
        return false;
      }
    } catch (problem) {
      console.warn("inspection-entry:", problem);
      this.#say(words.full, button(words.send_directly, () => {
        this.form.elements.client_uuid.value = uuid;
        this.form.append(make("input", { type: "hidden", name: isFinished ? "finish" : "later", value: "on" }));
        for (const field of this.photoFields) if (field.chosen?.length) field.intoForm();
        this.form.submit();
      }));
      return false;
    }
    this.isKept = true;
    this.isTouched = false;
    navigator.storage?.persist?.().catch(() => {});
    const slow = new Promise((resolve) => setTimeout(() => resolve("slow"), PATIENCE_MS));
    const reason = await Promise.race([this.#send(), slow]);
    return this.#answered(await this.outbox.get(uuid), reason);
  }

  /** What can be said without the server: a place is missing, or a text points at a person. The rest it says itself. */
  #faults(fields) {
    const faults = this.form.elements.place && !fields.place ? [["place", words.no_place]] : [];
    for (const { name, value } of this.form.querySelectorAll("textarea, #id_participants")) {
      const found = findings(value, { words: words.rules }).find(({ strength }) => strength === "strong");
      if (found) faults.push([name, found.sentence]);
    }
    return faults;
  }

  /** Say what became of it; where it has arrived with everything, lead on. */
  #answered(item, reason) {
    if (item?.state === SENT) {
      location.assign(item.arrived.url);
      return true;
    }
    if (item?.state === FAILED && !item.stored) {
      const faults = Object.entries(item.errors ?? {}).flatMap(([name, all]) => all.map(({ message }) => [name, message]));
      if (item.asksToConfirm) this.form.querySelector("[data-confirm]").hidden = false;
      this.#refuse(faults);
      if (item.theirs) this.#showTheirs(item.theirs);
      return false;
    }
    if (item?.stored) this.#say(this.#aboutPhotos(item), link(item.stored, words.open));
    else {
      const signIn = reason === "signed_out" ? [make("a", { className: "ds-link", href: this.dataset.signIn, textContent: words.sign_in })] : [];
      this.#say(words[`kept_${reason || "slow"}`], ...signIn);
    }
    return false;
  }

  /** Somebody else has saved meanwhile: what differs is shown beside what stands here, and saving again is on purpose. */
  #showTheirs({ row_version: version, items }) {
    for (const [key, { state, label, note }] of Object.entries(items)) {
      const place = this.querySelector(`[data-item="${CSS.escape(key)}"]`);
      if (!place) continue;
      const fields = this.fields;
      if ((fields[`state-${key}`] ?? "not_looked_at") === state && (fields[`note-${key}`] ?? "").trim() === note) continue;
      const said = make("p", { className: "correction", textContent: `${words.theirs} ${label}${note ? `: ${note}` : ""}` });
      said.dataset.fault = "";
      place.append(said);
    }
    this.form.elements.row_version.value = String(version);
  }

  #summary(fields) {
    const { place } = this.form.elements;
    const where = this.dataset.place ?? (place?.selectedOptions?.[0]?.textContent ?? "").trim();
    return [where, fields.inspected_on ?? ""].filter(Boolean);
  }

  async #send() {
    clearTimeout(this.againTimer);
    const reason = await this.outbox.send().catch((problem) => {
      console.warn("inspection-entry:", problem);
      return "server";
    });
    if (reason === "offline" || reason === "server") {
      const wait = AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)];
      this.tries += 1;
      this.againTimer = setTimeout(() => this.#send(), wait);
    } else this.tries = 0;
    if (!this.isBusy) await this.#follow();
    return reason;
  }

  /** What stands in the form may have been sent meanwhile, from here or from another tab. */
  async #follow() {
    if (!this.isKept || this.isTouched) return;
    const item = await this.outbox.get(this.uuid);
    if (item?.state === SENT) {
      this.isBusy = true;
      location.assign(item.arrived.url);
    } else if (item?.state === FAILED && !item.stored) this.#answered(item);
  }

  #refuse(faults) {
    for (const old of this.form.querySelectorAll("[data-fault]")) old.remove();
    const box = this.querySelector("[data-faults]");
    box.hidden = !faults.length;
    const title = faults.length === 1 ? words.one_thing : words.things.replace("{number}", String(faults.length));
    this.querySelector("[data-faults-title]").textContent = faults.length ? title : "";
    const lines = faults.map(([name, message]) => {
      const field = this.form.elements[name];
      const input = field instanceof RadioNodeList ? field[0] : field;
      if (!input || input.type === "hidden") return make("li", { textContent: message });
      const fault = make("p", { className: "ds-validation-message", textContent: message });
      fault.dataset.fault = "";
      input.closest(".ds-field, .field")?.append(fault);
      return make("li", {}, make("a", { className: "ds-link", href: `#${input.id}`, textContent: message }));
    });
    this.querySelector("[data-faults-list]").replaceChildren(...lines);
    if (faults.length) box.focus();
  }

  #say(text, ...more) {
    this.said.replaceChildren(...(text ? [make("p", { textContent: text }), ...more] : []));
    if (text) this.said.scrollIntoView({ block: "nearest" });
  }

  // --- What waits here ---

  async #show() {
    const { own } = await this.outbox.list();
    const shown = own.filter(({ state }) => state !== SENT);
    this.panel.hidden = !shown.length;
    this.querySelector("[data-outbox-list]").replaceChildren(...shown.map((item) => this.#row(item)));
  }

  #row(item) {
    const { uuid, state, summary, reason, errors, photos, stored } = item;
    const tag = make("span", { className: "ds-tag", textContent: `${SYMBOLS[state]} ${words[state]}` });
    tag.dataset.color = COLOURS[state];
    const row = make("li", { className: "outbox__item" }, make("p", { textContent: summary.join(" · ") }), tag);
    row.dataset.uuid = uuid;
    row.dataset.state = state;
    for (const { message } of Object.values(errors ?? {}).flat()) row.append(make("p", { className: "ds-validation-message", textContent: message }));
    if (photos) row.append(make("p", { className: "meta", textContent: photos === 1 ? words.photos_one : words.photos_many.replace("{number}", String(photos)) }));
    if (stored) row.append(make("p", { className: "meta", textContent: this.#aboutPhotos(item) }));
    else if (state === WAITING && reason) row.append(make("p", { className: "meta", textContent: words[`kept_${reason}`] }));
    const tools = make("div", { className: "outbox__tools" });
    if (stored) tools.append(link(stored, words.open));
    if (!stored && uuid !== this.uuid && this.#isOfThisPage(item)) tools.append(button(words.change, () => this.#change(item)));
    if (state === WAITING || state === FAILED) tools.append(button(words.delete, () => this.#remove(item), "tertiary"));
    if (tools.children.length) row.append(tools);
    return row;
  }

  #isOfThisPage({ fields }) {
    return (fields?.inspection ?? "") === (this.dataset.inspection ?? "");
  }

  #aboutPhotos({ refused, state }) {
    const why = (refused ?? []).map(({ number, status, message }) => {
      const sentence = status === 413 ? words.photo_too_large : message || words.photo_gone;
      return words.photo_refused.replace("{number}", String(number)).replace("{why}", sentence);
    });
    return [state === FAILED ? words.photos_failed : words.photos_wait, ...why].join(" ");
  }

  /** Put what waits, or was refused, back into the form. */
  async #change({ uuid }) {
    const [item, photos] = await Promise.all([this.outbox.get(uuid), this.outbox.photosOf(uuid)]);
    if (!item || item.stored || ![WAITING, FAILED].includes(item.state)) return this.#say(words.busy);
    this.#fill(item.fields);
    this.#showPhotos(photos);
    Object.assign(this, { uuid, isKept: true, isTouched: false });
    this.#say("");
    if (item.state === FAILED) this.#answered(item);
    return this.#show();
  }

  async #remove({ uuid }) {
    if (!confirm(words.delete_sure)) return;
    if (!(await this.outbox.remove(uuid))) this.#say(words.busy);
    else if (uuid === this.uuid) location.reload();
  }

  /** Let the service worker keep this page and what it is made of, so that it opens in a cellar. */
  async #keepPage() {
    if (!navigator.serviceWorker || !this.dataset.worker) return;
    try {
      await navigator.serviceWorker.register(this.dataset.worker, { scope: "/" });
      const { active } = await navigator.serviceWorker.ready;
      const parts = performance.getEntriesByType("resource").map(({ name }) => name);
      active.postMessage({ keep: [...new Set(parts)].filter((name) => name.startsWith(`${location.origin}/`)), page: location.pathname });
    } catch (problem) {
      console.warn("inspection-entry:", problem);
    }
  }
}

customElements.define("inspection-entry", InspectionEntry);
