// <report-entry> keeps each report in the device's outbox before it is sent, shows what waits, and opens without network.
// Without JavaScript, or where the browser can store nothing, the form it holds is sent as any form is.
// Another script may veto a text by `setCustomValidity` on the description; its sentence is then shown and nothing kept.

import { FAILED, isSame, newNumber, Outbox, SENDING, SENT, WAITING } from "./outbox.js";
import { inWords, words } from "./when.js";

const DRAFT_MS = 400;
const PATIENCE_MS = 4000;
const CLOCK_MAY_BE_AHEAD_MS = 10 * 60_000;
const AGAIN_MS = [15_000, 60_000, 300_000];
// What stays when somebody adds another report from the same place.
const PLACE_AND_TIME = new Set([
  "organisation", "place", "lon", "lat", "accuracy_m", "is_place_unknown", "when", "answered_at", "occurred_from",
  "occurred_to", "is_day_only",
]);
const SYMBOLS = { [WAITING]: "◷", [SENDING]: "↑", [SENT]: "✓", [FAILED]: "!" };
const COLOURS = { [WAITING]: "warning", [SENDING]: "info", [SENT]: "success", [FAILED]: "danger" };

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

/** The report as the server has it; nothing where it has not arrived. */
function arrivedAs(item) {
  return item?.stored ?? item?.arrived;
}

/** The server's sentences about a report it refused, each with the name of its field. */
function faultsOf({ errors }) {
  return Object.entries(errors ?? {}).flatMap(([name, all]) => all.map(({ message }) => [name, message]));
}

class ReportEntry extends HTMLElement {
  async connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form.report");
    this.said = this.querySelector("[data-said]");
    this.saidHere = this.querySelector("[data-said-here]");
    this.panel = this.querySelector("[data-outbox]");
    this.badge = document.querySelector("[data-outbox-badge]");
    this.tries = 0;
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    try {
      this.outbox = await Outbox.open(this.dataset.owner, new URL(this.dataset.send, document.baseURI).href);
    } catch (problem) {
      console.warn("report-entry:", problem);
      this.#say(words.unsaved);
      return;
    }
    this.dataset.state = "ready";
    this.photos = this.querySelector("report-photos");
    this.photos?.addEventListener("photo-added", ({ detail }) => this.#photoAdded(detail));
    this.photos?.addEventListener("photo-removed", ({ detail }) => this.outbox.dropPhoto(detail.uuid));
    // Drafts are kept here. What the browser itself would fill in when somebody goes back has been sent already.
    this.form.autocomplete = "off";
    // The server's own number may come from a page that was stored: each report here gets a new one.
    this.#startNew();
    this.outbox.addEventListener("change", () => {
      this.#show();
      this.#follow();
    });
    this.form.addEventListener("input", () => this.#drafted());
    this.form.addEventListener("click", ({ target }) => target.matches("input[type=radio]") && this.#drafted());
    this.querySelector("[data-send-now]").addEventListener("click", () => this.#send());
    addEventListener("online", () => this.#send());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#cameBack());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#send());
    this.#keepPage();
    await this.outbox.recover();
    await this.#offerDraft();
    await this.#show();
    this.dataset.state = "open";
    this.#send();
  }

  // --- Writing ---

  get fields() {
    const fields = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
    delete fields.csrfmiddlewaretoken;
    delete fields.client_uuid;
    if (this.dataset.organisation) fields.organisation ??= this.dataset.organisation;
    return fields;
  }

  /**
   * From now on the form holds a new report. `kept` is what of the form is kept as a report, `keptPhotos` which photos
   * are kept with it; `draft` says where to keep what is written further.
   */
  #startNew(uuid = newNumber()) {
    Object.assign(this, { uuid, changed: "", kept: null, keptPhotos: new Set(), draft: { uuid, continues: "" } });
  }

  /** From now on the form holds a change of a report that is kept. */
  #startChange({ uuid, state }, draft = { uuid: newNumber(), continues: uuid }) {
    Object.assign(this, { uuid, changed: uuid, seen: state, draft });
  }

  get held() {
    return { fields: this.fields, photos: (this.photos?.chosen ?? []).map(({ uuid }) => uuid).join() };
  }

  /** Whether the form holds anything that is kept as no report. */
  get isWrittenOn() {
    if (this.photos?.isBusy) return true;
    if (!this.kept) return this.isWritten;
    const { fields, photos } = this.held;
    return photos !== this.kept.photos || !isSame(fields, this.kept.fields);
  }

  #fill(fields) {
    for (const input of this.form.elements) {
      if (!input.name || ["csrfmiddlewaretoken", "client_uuid", "again"].includes(input.name)) continue;
      const value = fields[input.name];
      if (input.type === "radio") input.checked = value === input.value;
      else if (input.type === "checkbox") input.checked = Boolean(value);
      else if (value !== undefined || input.name !== "organisation") input.value = value ?? "";
      if (input.type === "radio" && input.checked) input.closest("[data-more-tiles]")?.setAttribute("open", "");
    }
    for (const name of ["lon", "lat"]) this.form.elements[name].dispatchEvent(new CustomEvent("shown"));
    this.querySelector("where-field")?.show?.();
    this.querySelector("when-field")?.show?.();
    this.querySelector("est-guarded-text")?.show?.();
    this.querySelector("text-left")?.show?.();
  }

  #empty({ keepsPlaceAndTime = false } = {}) {
    const kept = Object.entries(this.fields).filter(([name]) => keepsPlaceAndTime && PLACE_AND_TIME.has(name));
    this.#fill({ source_kind: "own", ...Object.fromEntries(kept) });
    for (const part of this.form.querySelectorAll("[data-details], [data-more-tiles]")) part.removeAttribute("open");
    this.form.querySelector("[data-confirm]").hidden = true;
    this.#refuse([]);
    this.form.querySelector(".ds-error-summary")?.remove();
    this.photos?.clear();
    this.#startNew();
  }

  /** The page as it was left: what it shows may have been sent from it. */
  async #cameBack() {
    this.calm?.();
    const item = await this.outbox.get(this.uuid);
    if (!item || item.uuid === this.changed) return this.#follow();
    if (this.isWrittenOn) return this.#goOn(item, item);
    this.#empty();
    this.#say("");
  }

  /** Kept at once: a phone may close the page for its camera. Where there is no room, sending says it. */
  #photoAdded(photo) {
    const kept = this.outbox.keepPhoto(this.draft.uuid, this.fields, photo, this.draft);
    return kept.catch((problem) => console.warn("report-entry:", problem));
  }

  /** The photos to send: none where what happened takes none, whatever was chosen before. */
  get photosToSend() {
    const tile = this.form.querySelector("input[name=category]:checked");
    return tile && "takesPhotos" in tile.dataset ? (this.photos?.chosen ?? []) : [];
  }

  #drafted() {
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.#keepDraft(), DRAFT_MS);
  }

  /** Whether what is written is kept as a draft now. */
  async #keepDraft() {
    if (!this.isWritten || !this.isWrittenOn) return false;
    const { draft, fields } = this;
    // A draft that cannot be kept is no reason to disturb whoever writes: sending says it.
    return this.outbox.keepDraft(draft.uuid, fields, draft).then(() => true, (problem) => {
      console.warn("report-entry:", problem);
      return false;
    });
  }

  get isWritten() {
    const { category, description } = this.fields;
    return Boolean(category || description?.trim() || this.photos?.chosen?.length);
  }

  async #offerDraft() {
    const draft = await this.outbox.draft();
    // A form that came back from the server says more than what was kept before it was sent.
    if (!draft || this.isWritten) return;
    const begun = await this.outbox.get(draft.continues || draft.uuid);
    const arrived = arrivedAs(begun);
    const kept = begun && !arrived ? await this.outbox.photosOf(begun.uuid) : [];
    const loose = draft.uuid === begun?.uuid ? [] : await this.outbox.photosOf(draft.uuid);
    this.#fill(draft.fields);
    this.photos?.show([...kept, ...loose]);
    if (begun && !arrived) this.#startChange(begun, draft.continues ? draft : undefined);
    else this.#startNew(draft.uuid === begun?.uuid ? undefined : draft.uuid);
    this.keptPhotos = new Set(kept.map(({ uuid }) => uuid));
    if (arrived) this.#say(words.sent_without.replace("{ref}", arrived.ref), this.#toReport(arrived), this.#startOver());
    else this.#say(words.draft, this.#startOver());
  }

  #startOver(how) {
    return button(words.start_over, async () => {
      await this.outbox.dropDraft();
      this.#empty(how);
      this.#say("");
    });
  }

  /** What is missing, in the server's own sentences: far from network nobody else can say it. */
  #faults() {
    const { category, place, lon, lat, is_place_unknown: isUnknown, when } = this.fields;
    const { occurred_from: from, occurred_to: until, description = "" } = this.fields;
    const faults = [];
    if (!category) faults.push(["category", words.no_category]);
    if (!place && !isUnknown && !lon && !lat) faults.push(["place", words.no_place]);
    if (!lon !== !lat) faults.push(["lon", words.half_a_point]);
    if (!when || (when === "other" && !from)) faults.push([when ? "occurred_from" : "when", words.no_date]);
    const isAhead = from && new Date(from) - Date.now() > CLOCK_MAY_BE_AHEAD_MS;
    const isForecast = "ahead" in (this.form.querySelector("input[name=category]:checked")?.dataset ?? {});
    if (when === "other" && isAhead && !isForecast) faults.push(["occurred_from", words.in_the_future]);
    else if (when === "other" && from && until && until < from) faults.push(["occurred_to", words.end_before_beginning]);
    if ([...description.trim()].length > this.dataset.longest) faults.push(["description", words.text_too_long]);
    const text = this.form.elements.description;
    this.querySelector("est-guarded-text")?.look?.();
    if (text.validationMessage) faults.push(["description", text.validationMessage]);
    const confirms = this.form.querySelector("[data-confirm]:not([hidden]) input");
    if (confirms && !confirms.checked) faults.push(["is_text_confirmed", words.text_weak]);
    return faults;
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
    const others = [...this.form.querySelectorAll("[type=submit]")].filter((one) => one !== pressed);
    for (const one of others) one.setAttribute("aria-disabled", "true");
    this.calm = () => {
      this.isBusy = false;
      pressed.textContent = label;
      for (const one of others) one.removeAttribute("aria-disabled");
    };
    let isLeaving = false;
    try {
      // What was said before answers another press.
      this.#say("");
      // On a slow network the press has to be seen at once, and until the receipt is there.
      pressed.textContent = words.sending_now;
      isLeaving = await this.#keepAndSend(pressed.name === "again");
    } finally {
      if (!isLeaving) {
        this.calm();
        await this.#follow();
      }
    }
  }

  /** Whether the writer is led on to the receipt. */
  async #keepAndSend(another) {
    const { uuid } = this;
    await this.photos?.ready;
    // Whoever has chosen another report meanwhile was asked about this one.
    if (this.uuid !== uuid) return false;
    const faults = this.#faults();
    this.#refuse(faults);
    if (faults.length) return false;
    const { fields, photosToSend: photos } = this;
    // While it is on its way somebody may write on, or choose another report.
    const before = this.draft;
    const held = { uuid: newNumber(), continues: uuid };
    Object.assign(this, { kept: this.held, keptPhotos: new Set(photos.map((photo) => photo.uuid)), draft: held });
    try {
      const isChange = uuid === this.changed;
      if (!(await this.outbox.keep(uuid, fields, this.#summary(fields), { isChange, photos }))) {
        this.kept = null;
        return this.#taken(another);
      }
    } catch (problem) {
      Object.assign(this, { kept: null, draft: before });
      console.warn("report-entry:", problem);
      // form.submit() asks nobody: the report goes the way it went before there was an outbox.
      this.#say(words.full, button(words.send_directly, () => {
        this.form.elements.client_uuid.value = uuid;
        if (this.photosToSend.length) this.photos.intoForm();
        this.form.submit();
      }));
      return false;
    }
    navigator.storage?.persist?.().catch(() => {});
    const reason = await Promise.race([
      this.#send(), new Promise((resolve) => setTimeout(() => resolve("slow"), PATIENCE_MS)),
    ]);
    // A photo that was added meanwhile is still made smaller.
    await this.photos?.ready;
    const item = await this.outbox.get(uuid);
    if (this.draft !== held) {
      this.#sayHere(...this.#whatHappened(item, reason));
      return false;
    }
    const isWrittenOn = this.isWrittenOn || this.photos?.isChoosing;
    if (item?.state === FAILED && !item.stored && !(another && isWrittenOn)) {
      await this.#refused(item, { takesFocus: !isWrittenOn });
      return false;
    }
    if (isWrittenOn) {
      await this.#goOn(item, { another, reason });
      return false;
    }
    if (item?.state === SENT && !another) {
      location.assign(item.arrived.url);
      return true;
    }
    this.#empty({ keepsPlaceAndTime: another });
    if (item?.stored && item.state !== SENT) this.#say(this.#aboutPhotos(item), this.#toReport(item.stored));
    else if (item?.state === SENT) this.#say(words.sent_next.replace("{ref}", item.arrived.ref));
    else this.#say(words[`kept_${reason || "slow"}`], ...this.#signInLink(reason), ...(another ? [make("p", { textContent: words.saved_next })] : []));
    return false;
  }

  /** What became of a report, for whoever is writing another by now. */
  #whatHappened(item, reason) {
    if (!item) return [""];
    if (item.state === FAILED && !item.stored) return [words.refused];
    // How far its photos have come stands in the outbox, and changes there.
    const arrived = arrivedAs(item);
    if (arrived) return [words.arrived.replace("{ref}", arrived.ref), this.#toReport(arrived)];
    return [words[`kept_${reason || "slow"}`], ...this.#signInLink(reason)];
  }

  /** The report in the form was refused: its number stays, what is typed stays, and what is wrong is said. */
  async #refused(item, { takesFocus = false } = {}) {
    if (item.arrived) return this.#part(item);
    this.#startChange(item, this.draft);
    if (item.asksToConfirm) this.form.querySelector("[data-confirm]").hidden = false;
    this.#refuse(faultsOf(item), { takesFocus });
    await this.#keepDraft();
  }

  /** Somebody has written on while the report was sent. */
  async #goOn(item, { another = false, reason }) {
    if (!item || another || arrivedAs(item)) return this.#part(item, { another, reason });
    this.#startChange(item, this.draft);
    await this.#keepDraft();
    this.#sayWaits(item, reason);
  }

  #sayWaits({ state }, reason) {
    const more = make("p", { textContent: state === SENDING ? words.change_slow : words.change_waits });
    this.#say("");
    this.#sayHere(words[`kept_${reason || "slow"}`], more, ...this.#signInLink(reason), this.#startOver());
  }

  /** The report went, or waits, without what stands in the form: that is a report of its own now, and kept as a draft. */
  async #part(item, { another = false, reason } = {}) {
    const arrived = arrivedAs(item);
    // An earlier version arrived, and the answer was lost: no photo has gone with it.
    const isOutdated = item?.state === FAILED && !item.stored && Boolean(arrived);
    this.photos?.letGo(isOutdated ? new Set() : this.keptPhotos);
    // Its drafts lie under that number already.
    this.#startNew(this.draft.uuid);
    this.#say("");
    const startOver = this.#startOver({ keepsPlaceAndTime: another });
    if (arrived) {
      this.#sayHere(words.sent_without.replace("{ref}", arrived.ref), this.#toReport(arrived), startOver);
    } else {
      const [happened] = this.#whatHappened(item, reason);
      const alone = make("p", { textContent: words.stands_alone });
      this.#sayHere(happened || words.deleted, alone, ...this.#signInLink(reason), startOver);
    }
    const isKept = await this.#keepDraft();
    for (const photo of this.photos?.chosen ?? []) await this.#photoAdded(photo);
    if (isOutdated && isKept) await this.outbox.remove(item.uuid);
  }

  /** What is being changed may be sent or refused meanwhile, by this tab or another. */
  async #follow() {
    const { changed } = this;
    if (!changed || this.isBusy) return;
    const item = await this.outbox.get(changed);
    if (!item || this.isBusy || this.changed !== changed) return;
    if (item.state === SENT || item.stored) {
      if (this.isWrittenOn) await this.#part(item);
    } else if (item.state === FAILED && this.seen !== FAILED) {
      await this.#refused(item);
    } else if (item.state === WAITING && this.seen === SENDING) {
      this.seen = WAITING;
      this.#sayWaits(item, item.reason);
    }
  }

  /** The number has been used: by this report, sent before, or by another tab that began with the same draft. */
  async #taken(another) {
    const known = await this.outbox.get(this.uuid);
    const arrived = known?.stored ?? known?.arrived;
    if (!arrived && (known?.state === WAITING || known?.state === FAILED)) {
      this.#startNew();
      this.photos?.renew();
      return this.#keepAndSend(another);
    }
    if (!arrived) {
      this.#say(words.busy);
      return false;
    }
    this.#say(
      words.already_sent.replace("{ref}", arrived.ref),
      this.#toReport(arrived),
      button(words.send_as_new, () => {
        this.#startNew();
        this.photos?.renew();
        this.form.requestSubmit();
      }),
    );
    return false;
  }

  /** Send what waits, and try again later and more seldom while the server cannot be reached. */
  async #send() {
    clearTimeout(this.againTimer);
    const reason = await this.outbox.send().catch((problem) => {
      console.warn("report-entry:", problem);
      return "server";
    });
    this.reason = reason;
    if (reason === "offline" || reason === "server") {
      this.againTimer = setTimeout(() => this.#send(), AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)]);
      this.tries += 1;
    } else {
      this.tries = 0;
    }
    return reason;
  }

  // --- Showing ---

  /** Beside the button, for whoever is writing: nothing is scrolled and nobody's focus is taken. */
  #sayHere(text, ...more) {
    this.saidHere.replaceChildren(...(text ? [make("p", { textContent: text }), ...more] : []));
  }

  #say(text, ...more) {
    this.#sayHere("");
    this.said.replaceChildren(...(text ? [make("p", { textContent: text })] : []), ...more);
    if (!text) return;
    // What is said when the page opens takes nobody's focus; what answers a press does.
    if (this.dataset.state === "open") this.said.focus({ preventScroll: true });
    this.said.scrollIntoView({ block: "center" });
  }

  #signInLink(reason) {
    if (reason !== "signed_out") return [];
    return [make("a", { className: "ds-button", href: this.dataset.signIn, textContent: words.sign_in })];
  }

  /** The sentences above the button, each leading to its field; none takes them away. */
  #refuse(faults, { takesFocus = true } = {}) {
    const box = this.form.querySelector("[data-sentences]");
    box.replaceChildren();
    if (!faults.length) return;
    const number = faults.length;
    const title = number === 1 ? words.one_thing : words.things.replace("{number}", String(number));
    const names = {
      category: words.what, place: words.where, lon: words.where, lat: words.where, when: words.when,
      occurred_from: words.when, occurred_to: words.when, description: words.text,
      is_text_confirmed: words.text,
    };
    const rows = faults.map(([name, sentence]) => {
      const target = document.getElementById(`id_${name}`);
      const text = names[name] ? `${names[name]} – ${sentence}` : sentence;
      if (!target) return make("li", { textContent: text });
      const link = make("a", { className: "ds-link", href: `#${target.id}`, textContent: text });
      link.addEventListener("click", () => this.#unfold(target));
      return make("li", {}, link);
    });
    const summary = make(
      "div", { className: "ds-error-summary", role: "alert", tabIndex: -1 },
      make("h2", { className: "error-summary__title", textContent: title }),
      make("ul", { className: "ds-list" }, ...rows),
    );
    box.append(summary);
    if (takesFocus) summary.focus();
  }

  #unfold(target) {
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    (target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea"))?.focus();
  }

  #summary({ category, place, lon, when, answered_at: answered, occurred_from: from }) {
    const tile = this.form.querySelector(`input[name=category][value="${CSS.escape(category)}"]`);
    const what = tile?.labels[0]?.textContent ?? "";
    const where = this.querySelector("[data-read-back-words]").textContent || (place || lon ? words.point : "");
    const time = when === "other" ? from.replace("T", " ") : inWords(when, answered || new Date(), words.until);
    return [what, where, time].filter(Boolean);
  }

  async #show() {
    const { own, others } = await this.outbox.list();
    const unsent = own.filter(({ state }) => state !== SENT).length;
    this.panel.hidden = !own.length && !others;
    this.panel.querySelector("[data-send-now]").hidden = !unsent;
    this.panel.querySelector("[data-outbox-list]").replaceChildren(...own.map((item) => this.#row(item)));
    const note = this.panel.querySelector("[data-outbox-others]");
    note.hidden = !others;
    note.textContent = others === 1 ? words.others_one : words.others.replace("{number}", String(others));
    if (this.badge) {
      this.badge.hidden = !unsent;
      this.badge.textContent = unsent === 1 ? words.badge_one : words.badge.replace("{number}", String(unsent));
    }
  }

  #row(item) {
    const { uuid, state, summary, errors, reason, stored, photos } = item;
    const arrived = item.arrived ?? stored;
    const tag = make("span", { className: "ds-tag tag", textContent: `${SYMBOLS[state]} ${words[state]}` });
    tag.dataset.color = COLOURS[state];
    const row = make("li", { className: "outbox__item" }, make("p", { textContent: summary.join(" · ") }), tag);
    row.dataset.uuid = uuid;
    row.dataset.state = state;
    for (const { message } of Object.values(errors ?? {}).flat()) row.append(make("p", { className: "ds-validation-message", textContent: message }));
    if (photos && state !== SENT) {
      row.append(make("p", { className: "meta", textContent: photos === 1 ? words.photos_one : words.photos_many.replace("{number}", String(photos)) }));
    }
    if (stored && state !== SENT) row.append(make("p", { className: "meta", textContent: this.#aboutPhotos(item) }));
    else if (state === WAITING && reason) row.append(make("p", { className: "meta", textContent: words[`kept_${reason}`] }));
    const tools = make("div", { className: "outbox__tools" });
    if (arrived) tools.append(this.#toReport(arrived));
    if (state === WAITING || state === FAILED) {
      if (!arrived) tools.append(button(words.change, () => this.#change(item)));
      tools.append(button(words.delete, () => this.#remove(item), "tertiary"));
    }
    if (tools.children.length) row.append(tools);
    return row;
  }

  #toReport({ url, ref }) {
    return make("a", { className: "ds-link", href: url, textContent: `${words.open} ${ref}` });
  }

  /** The report has arrived: what of its photos has not, and why. */
  #aboutPhotos({ stored, refused, state }) {
    const why = (refused ?? []).map(({ number, status, message }) => {
      const sentence = status === 413 ? words.photo_too_large : message || words.photo_gone;
      return words.photo_refused.replace("{number}", String(number)).replace("{why}", sentence);
    });
    const rest = state === FAILED ? words.photos_failed : words.photos_wait;
    return [rest.replace("{ref}", stored.ref), ...why].join(" ");
  }

  /** Put a report that waits, or was refused, back into the form. */
  async #change({ uuid }) {
    if (this.isWrittenOn && !confirm(words.change_sure)) return;
    const [item, photos] = await Promise.all([this.outbox.get(uuid), this.outbox.photosOf(uuid)]);
    if (!item || item.stored || ![WAITING, FAILED].includes(item.state)) {
      this.#say(words.busy);
      return;
    }
    this.#fill(item.fields);
    this.photos?.show(photos);
    this.#startChange(item);
    Object.assign(this, { kept: this.held, keptPhotos: new Set(photos.map((photo) => photo.uuid)) });
    if (item.asksToConfirm) this.form.querySelector("[data-confirm]").hidden = false;
    const faults = faultsOf(item);
    this.#refuse(faults);
    this.#say(faults.length ? "" : words.editing);
    if (!faults.length) this.form.querySelector("input[type=radio]:checked")?.focus();
  }

  async #remove({ uuid, stored, state }) {
    const question = stored ? words[state === FAILED ? "forget_sure" : "delete_photos_sure"] : words.delete_sure;
    if (!confirm(question)) return;
    if (!(await this.outbox.remove(uuid))) return this.#say(words.busy);
    if (uuid === this.uuid) this.#empty();
    this.#say(stored ? "" : words.deleted);
  }

  // --- Without network ---

  /** Let the service worker keep this page and what it is made of, so that it opens in a cellar. */
  async #keepPage() {
    if (!navigator.serviceWorker || !this.dataset.worker) return;
    try {
      await navigator.serviceWorker.register(this.dataset.worker, { scope: "/" });
      const { active } = await navigator.serviceWorker.ready;
      const parts = performance.getEntriesByType("resource").map(({ name }) => name);
      active.postMessage({ keep: [...new Set(parts)].filter((name) => name.startsWith(`${location.origin}/`)), page: location.pathname });
    } catch (problem) {
      console.warn("report-entry:", problem);
    }
  }
}

customElements.define("report-entry", ReportEntry);
