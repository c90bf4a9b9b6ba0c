// <goal-form> counts and checks a goal while it is written, and hides what the other way to measure asks for.
// Without it the button “Count and check” does the same, and everything stands on the page.

const WAIT_MS = 600;

class GoalForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.form.addEventListener("change", () => this.later());
    this.form.addEventListener("input", () => this.later());
    this.show();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.asked?.abort();
  }

  later() {
    this.show();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), WAIT_MS);
  }

  show() {
    const measured = this.form.elements.namedItem("measured")?.value;
    for (const part of this.form.querySelectorAll("[data-measured]")) {
      part.toggleAttribute("data-idle", Boolean(measured) && part.dataset.measured !== measured);
    }
  }

  async check() {
    this.asked?.abort();
    this.asked = new AbortController();
    const said = new FormData(this.form);
    said.set("try", "part");
    try {
      const response = await fetch(window.location.href, { method: "POST", body: said, signal: this.asked.signal });
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("goal-help");
      const shown = document.getElementById("goal-help");
      if (fresh && shown) shown.replaceChildren(...fresh.childNodes);
    } catch {
      // Away from the network, or asked again meanwhile: what stands there stays.
    }
  }
}

customElements.define("goal-form", GoalForm);
