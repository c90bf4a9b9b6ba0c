// <text-left data-for="…" data-most="1000"> says how many characters are left when few are, and how many are too many.
// Nothing is cut off: whoever pastes a longer text sees all of it, and what has to go.

const SAID_FROM = 0.8;
const WAIT_MS = 500;

class TextLeft extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.dataset.for);
    if (!this.field) return;
    this.setAttribute("role", "status");
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.show(), WAIT_MS);
    });
    this.show();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  show() {
    const most = Number(this.dataset.most);
    const length = [...this.field.value.trim()].length;
    const left = most - length;
    const sentence = left < 0 ? this.dataset.wordOver : this.dataset.wordLeft;
    this.textContent = length < SAID_FROM * most ? "" : sentence.replace("{number}", String(Math.abs(left)));
    this.toggleAttribute("data-over", left < 0);
  }
}

customElements.define("text-left", TextLeft);
