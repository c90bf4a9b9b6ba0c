// <live-analysis> lets several people work on one analysis. Every few seconds it asks what is new and renews the lists
// around whatever is being written, which it never touches. Causes are moved by Alt with the arrows or by dragging; the
// forms on the page do the same without JavaScript.

const EVERY_MS = 4000;
const STEPS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

class LiveAnalysis extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url) return;
    this.said = this.querySelector("[data-said]");
    this.timer = setInterval(() => this.#look(), EVERY_MS);
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("dragstart", (event) => this.#lift(event));
    this.addEventListener("dragover", (event) => this.#over(event));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.addEventListener("dragend", () => this.#mark(null));
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  // ------------------------------------------------------------------------------------------------- what others do

  async #look({ isOurs = false } = {}) {
    if ((document.hidden && !isOurs) || this.lifted) return;
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("seen", this.dataset.seen);
    if (this.dataset.cause) url.searchParams.set("cause", this.dataset.cause);
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const response = await fetch(url, { redirect: "manual" }).catch(() => null);
    // An answer that was overtaken by a later question is old.
    if (!response?.ok || asked !== this.asked || this.lifted) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-seen]");
    if (!fresh || asked !== this.asked || this.lifted) return;
    // A page without the lists tells that there is something to see.
    if (this.dataset.wordNews && fresh.dataset.seen !== this.dataset.seen) this.#say(this.dataset.wordNews);
    this.dataset.seen = fresh.dataset.seen;
    // The lists have been renewed, so whoever adopts has them before their eyes.
    const adopts = document.querySelector("[data-seen-by-form]");
    if (adopts) adopts.value = fresh.dataset.seen;
    const focused = document.activeElement?.id;
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const old = this.querySelector(`[data-live="${part.dataset.live}"]`);
      if (old) this.#renew(old, part);
    }
    if ("adopted" in fresh.dataset) this.#say(this.dataset.wordAdopted);
    if (focused && document.activeElement?.id !== focused) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
  }

  #renew(old, fresh) {
    const rows = [...fresh.children].map((child) => document.importNode(child, true));
    const kept = [...old.children].find((child) => {
      if (!child.querySelector("[data-edit]")) return false;
      // What nobody has touched is renewed with the others, where it comes with a form of its own.
      return isWrittenIn(child) || !rows.some((row) => row.id === child.id && row.querySelector("[data-edit]"));
    });
    if (!kept) {
      const made = document.importNode(fresh, true);
      stayOpen(old, made);
      return old.replaceWith(made);
    }
    for (const child of [...old.children]) if (child !== kept) child.remove();
    const at = rows.findIndex((row) => row.id === kept.id);
    const edit = kept.querySelector("[data-edit]");
    if (at < 0) {
      note(edit, this.dataset.wordGone);
      return old.append(...rows);
    }
    // The row that is written in stays where it is, focus and all; the others are put around it.
    kept.before(...rows.slice(0, at));
    kept.after(...rows.slice(at + 1));
    for (const name of ["data-level", "data-hue", "aria-level"]) {
      if (rows[at].hasAttribute(name)) kept.setAttribute(name, rows[at].getAttribute(name));
    }
    const head = rows[at].querySelector("[data-head]");
    if (head) kept.querySelector("[data-head]")?.replaceWith(head);
    if (head && head.dataset.version !== edit.dataset.version) note(edit, this.dataset.wordChanged);
  }

  #say(text) {
    if (this.said) this.said.textContent = text;
  }

  // ------------------------------------------------------------------------------------------------- moving a cause

  #key(event) {
    const direction = STEPS[event.key];
    const link = event.target instanceof Element ? event.target.closest(".cause__link") : null;
    if (!link || !direction || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!event.repeat) this.#move(link.closest(".cause"), { direction });
  }

  async #move(row, values) {
    if (this.isMoving) return;
    this.isMoving = true;
    const body = new FormData();
    const token = this.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    for (const [name, value] of Object.entries({ ...values, live: "yes", csrfmiddlewaretoken: token })) {
      body.set(name, value);
    }
    const address = this.dataset.move.replace("/0/", `/${row.dataset.pk}/`);
    const response = await fetch(address, { method: "POST", body, redirect: "manual" }).catch(() => null);
    const answer = await response?.json().catch(() => null);
    this.isMoving = false;
    this.#say(answer?.message ?? this.dataset.wordOffline);
    await this.#look({ isOurs: true });
    this.querySelector(`#${row.id}-link`)?.focus();
  }

  #lift(event) {
    const head = event.target instanceof Element ? event.target.closest(".cause__head") : null;
    if (!head) return;
    this.lifted = head.closest(".cause");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.lifted.querySelector(".cause__text").textContent);
  }

  // Over the upper third of a row: before it. Over the rest: under it.
  #place(event) {
    const row = event.target instanceof Element ? event.target.closest(".cause") : null;
    if (!this.lifted || !row || row === this.lifted) return null;
    const box = row.querySelector("[data-head]").getBoundingClientRect();
    return { row, isBefore: event.clientY < box.top + box.height / 3 };
  }

  #over(event) {
    const place = this.#place(event);
    if (this.lifted && place) event.preventDefault();
    this.#mark(place, { keeps: true });
  }

  #mark(place, { keeps = false } = {}) {
    for (const row of this.querySelectorAll("[data-drop]")) row.removeAttribute("data-drop");
    if (place) place.row.setAttribute("data-drop", place.isBefore ? "before" : "under");
    if (!keeps) this.lifted = null;
  }

  #drop(event) {
    const place = this.#place(event);
    const { lifted } = this;
    this.#mark(null);
    if (!place || !lifted) return;
    event.preventDefault();
    const values = place.isBefore
      ? { "move-parent": place.row.dataset.parent ?? "", before: place.row.dataset.pk }
      : { "move-parent": place.row.dataset.pk };
    this.#move(lifted, values);
  }
}

// Whether somebody is writing in the row, or has written there what is not saved.
function isWrittenIn(row) {
  if (row.querySelector("[data-edit]").contains(document.activeElement)) return true;
  if (row.querySelector("[data-edit] details[open]")) return true;
  const fields = [...row.querySelectorAll("[data-edit] :is(textarea, select, input:not([type=hidden]))")];
  return fields.some((field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected);
    return field.value !== field.defaultValue;
  });
}

// What somebody has unfolded to read stays unfolded when others change something around it.
function stayOpen(old, fresh) {
  const before = [...old.querySelectorAll("details")];
  [...fresh.querySelectorAll("details")].forEach((one, at) => {
    if (before[at]?.open) one.open = true;
  });
}

function note(edit, text) {
  const place = edit.querySelector("[data-note]");
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

customElements.define("live-analysis", LiveAnalysis);
