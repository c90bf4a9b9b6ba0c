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
    // The server has answered what was sent: either it is saved, or it stands in the fields with what was wrong.
    if (kept.isSubmitted) return this.#forget();
    let isDifferent = false;
    for (const [name, value] of kept.values) {
      const field = this.form.elements.namedItem(name);
      if (!field) continue;
      if (field.type === "checkbox") {
        field.checked = true;
      } else if (field.value !== value) {
        field.value = value;
        isDifferent = true;
      }
    }
    if (!isDifferent) return this.#forget();
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
      this.#say(this.dataset.wordSignedOut);
      this.#later(AGAIN_MS);
    } else if (response.ok) {
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
