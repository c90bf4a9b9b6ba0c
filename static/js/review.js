// <review-keys data-storage="…"> lets single keys press what is on the page: whatever carries data-key. Links and
// buttons are pressed, folded parts are opened with the cursor in their first field. Without JavaScript nothing is
// missing but the keys. They can be switched off, for those whose speech or slips would press them.

const FIELDS = "textarea, select, input:not([type=hidden])";

class ReviewKeys extends HTMLElement {
  connectedCallback() {
    this.help = this.querySelector('details[data-key="?"]');
    this.choice = this.querySelector("[data-review-switch]");
    if (this.help) this.help.hidden = false;
    if (this.choice) {
      this.choice.checked = this.#stored() !== "off";
      this.choice.addEventListener("change", () => {
        this.#store(this.choice.checked ? "on" : "off");
        this.#show();
      });
    }
    this.onKey = (event) => this.#press(event);
    // A page that comes back from the browser's memory can be pressed again.
    this.onShow = () => { this.isLeaving = false; };
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("pageshow", this.onShow);
    this.addEventListener("submit", () => { this.isLeaving = true; });
    this.#showOpenRow();
    this.#show();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("pageshow", this.onShow);
  }

  get isOn() {
    return !this.choice || this.choice.checked;
  }

  #show() {
    for (const part of this.querySelectorAll("[data-key]")) {
      const pressed = part.matches("details") ? part.querySelector("summary") : part;
      if (this.isOn) pressed.setAttribute("aria-keyshortcuts", part.dataset.key);
      else pressed.removeAttribute("aria-keyshortcuts");
      for (const key of pressed.querySelectorAll("kbd")) key.hidden = !this.isOn;
    }
  }

  // The list scrolls, the page does not.
  #showOpenRow() {
    const row = this.querySelector(".waiting [data-open]");
    if (row) row.parentElement.scrollTop = row.offsetTop - row.parentElement.offsetTop - row.offsetHeight;
  }

  #press(event) {
    if (!this.isOn || this.isLeaving || event.repeat || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || this.#isTyping(event.target)) return;
    const part = this.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!part) return;
    event.preventDefault();
    if (part === this.help) {
      part.open = !part.open;
      part.querySelector("summary").focus();
    } else if (part.matches("details")) {
      part.open = true;
      (part.querySelector(FIELDS) ?? part.querySelector("summary")).focus();
    } else {
      if (part.matches("a")) this.isLeaving = true;
      part.click();
    }
  }

  #isTyping(target) {
    if (!(target instanceof HTMLElement)) return false;
    // A box or a button takes the space bar, not letters.
    return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
  }

  #stored() {
    try {
      return localStorage.getItem(this.dataset.storage);
    } catch {
      return null;
    }
  }

  #store(value) {
    try {
      localStorage.setItem(this.dataset.storage, value);
    } catch {
      // Without storage the choice holds for this page.
    }
  }
}

customElements.define("review-keys", ReviewKeys);
