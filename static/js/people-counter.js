// <people-counter> adds two large buttons to the number field it holds: one more, one fewer. What is counted is kept in
// the tab, so that a phone that lets the page go has it when it comes back. Without it people write the number.

const KEPT = "people-count";

class PeopleCounter extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.form = this.closest("form");
    if (!this.input || !this.form || this.querySelector(".counter__buttons")) return;
    const buttons = document.createElement("div");
    buttons.className = "counter__buttons";
    buttons.append(this.#button("−1", this.dataset.fewer, -1), this.#button("+1", this.dataset.more, 1));
    this.append(buttons);
    this.#takeUp();
    this.form.addEventListener("input", () => this.#keep());
    // After <form-sending>, which stops what cannot be sent.
    document.addEventListener("submit", (event) => {
      if (event.target === this.form && !event.defaultPrevented) sessionStorage.removeItem(KEPT);
    });
  }

  #button(text, label, step) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ds-button";
    if (step < 0) button.dataset.variant = "secondary";
    button.textContent = text;
    button.setAttribute("aria-label", `${text} ${label}`);
    button.addEventListener("click", () => this.#add(step));
    return button;
  }

  #add(step) {
    const number = Number.parseInt(this.input.value, 10) || 0;
    this.input.value = String(Math.max(0, number + step));
    this.#keep();
  }

  // What the form says now, under its own number: a form that has come back from the server says more than what is kept.
  #keep() {
    const said = Object.fromEntries(["client_uuid", "place", "people", "hour", "minutes", "counted_on"].map((name) => [name, this.form.elements[name]?.value]));
    sessionStorage.setItem(KEPT, JSON.stringify({ ...said, day: new Date().toDateString() }));
  }

  #takeUp() {
    const isAnswer = this.form.querySelector(".ds-validation-message, [aria-invalid='true']");
    let said = null;
    try {
      said = JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      // Nothing that can be read is nothing kept.
    }
    const asked = new URLSearchParams(location.search).get("place");
    if (isAnswer || !said || said.day !== new Date().toDateString() || (asked && asked !== said.place)) return;
    for (const [name, value] of Object.entries(said)) {
      const field = this.form.elements[name];
      if (field && value) field.value = value;
    }
  }
}

customElements.define("people-counter", PeopleCounter);
