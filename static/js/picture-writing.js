// <picture-writing> saves the form it holds as it is written, and loses nothing: what the server has not taken stays in
// the fields and, until it is saved, in the tab's own memory. Without JavaScript the buttons save.

const WAIT_MS = 1500;
const AGAIN_MS = 8000;

class PictureWriting extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector(".writing__status");
    if (!this.form || !this.status) return;
    this.version = this.form.elements.text_version;
    this.key = `writing:${this.form.action}`;
    this.changes = 0;
    this.saved = 0;
    this.#restore();
    this.form.addEventListener("input", () => this.#changed());
    this.form.addEventListener("submit", () => {
      this.isLeaving = true;
      clearTimeout(this.timer);
      this.#remember({ isSubmitted: true });
    });
    this.onLeave = (event) => {
      if (this.changes > this.saved && !this.isLeaving) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.onLeave);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    window.removeEventListener("beforeunload", this.onLeave);
  }

  #changed() {
    this.changes += 1;
    this.#remember({});
    if (!this.isConflict) this.#later(WAIT_MS);
  }

  #later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#save(), ms);
  }

  #values() {
    const own = new Set(["csrfmiddlewaretoken", "period", "text_version"]);
    return [...new FormData(this.form)].filter(([name]) => !own.has(name) && !name.endsWith("_FORMS"));
  }

  #remember(more) {
    try {
      sessionStorage.setItem(
        this.key, JSON.stringify({ version: this.version.value, values: this.#values(), ...more }),
      );
    } catch {
      // A full or closed memory: the fields still hold everything.
    }
  }

  #forget() {
    sessionStorage.removeItem(this.key);
  }

  #restore() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    } catch {
      return;
    }
    if (!kept) return;
    const different = kept.values.filter(([name, value]) => {
      const field = this.form.elements.namedItem(name);
      return field && field.type !== "checkbox" && field.value.trim() !== value.trim();
    });
    // What was sent by a button is saved when the text has a newer version by the same person, and else it stands in the
    // fields with what was wrong. Where neither is so the sign-in page came between, and it is not saved.
    const isTaken = kept.isSubmitted && "lastByMe" in this.dataset && Number(this.version.value) > Number(kept.version);
    if (isTaken || !different.length) return this.#forget();
    for (const [name, value] of different) this.form.elements.namedItem(name).value = value;
    // Saved on top of what it was written on: if somebody else has written since, the server says so.
    this.version.value = kept.version;
    this.changes += 1;
    this.#say(this.dataset.wordRestored);
    this.#later(WAIT_MS);
  }

  #say(text) {
    this.status.textContent = text;
  }

  async #save() {
    if (this.isSaving || this.isLeaving) return this.isSaving && this.#later(WAIT_MS);
    this.isSaving = true;
    const upTo = this.changes;
    const body = new FormData(this.form);
    body.set("autosave", "yes");
    this.#say(this.dataset.wordSaving);
    const response = await fetch(this.form.action, {
      method: "POST", body, redirect: "manual", headers: { Accept: "application/json" },
    }).catch(() => null);
    const answer = await response?.json().catch(() => null);
    this.isSaving = false;
    if (!response || response.status >= 500) {
      this.#say(this.dataset.wordOffline);
      this.#later(AGAIN_MS);
    } else if (response.type === "opaqueredirect" || !answer) {
      const isRenewed = await this.#renewToken();
      if (!isRenewed) this.#say(this.dataset.wordSignedOut);
      this.#later(isRenewed ? 0 : AGAIN_MS);
    } else if (response.ok) {
      this.isTokenNew = false;
      this.version.value = answer.text_version;
      this.saved = upTo;
      if (this.changes === upTo) {
        this.#forget();
        this.#say(this.dataset.wordSaved);
      } else {
        this.#remember({});
        this.#later(WAIT_MS);
      }
    } else {
      this.#refused(answer);
    }
  }

  /** Whoever has signed in again in another tab has a new session, which does not take this page's old token. */
  async #renewToken() {
    if (this.isTokenNew) return false;
    const response = await fetch(this.form.action, { redirect: "manual", cache: "no-store" }).catch(() => null);
    if (!response?.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("picture-writing [name=csrfmiddlewaretoken]");
    if (!fresh) return false;
    this.form.elements.csrfmiddlewaretoken.value = fresh.value;
    this.isTokenNew = true;
    return true;
  }

  #refused(answer) {
    if (answer.code === "conflict") {
      this.isConflict = true;
      this.#say(this.dataset.wordConflict);
    } else {
      const sentences = answer.message ? [answer.message] : Object.values(answer.errors ?? {}).flat();
      this.#say(`${this.dataset.wordRefused} ${[...new Set(sentences)].join(" ")}`);
    }
  }
}

customElements.define("picture-writing", PictureWriting);
