// <form-sending> stands in a form and asks, before the form leaves, whether the server is there and still knows who is
// writing. If not, what is written stays in its fields and a sentence says what to do. Without it the form just leaves.

class FormSending extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.setAttribute("role", "status");
    this.form?.addEventListener("submit", (event) => this.#submitted(event));
  }

  #submitted(event) {
    if (this.mayLeave) {
      this.mayLeave = false;
      return;
    }
    event.preventDefault();
    if (!this.isAsking) this.#ask(event.submitter);
  }

  async #ask(submitter) {
    this.isAsking = true;
    this.textContent = "";
    const answer = await fetch(this.dataset.asks || location.href, { redirect: "manual", cache: "no-store" }).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => null) : "";
    this.isAsking = false;
    if (!answer || text === null) {
      this.textContent = this.dataset.wordOffline;
    } else if (answer.type === "opaqueredirect") {
      this.textContent = this.dataset.wordSignedOut;
    } else {
      // Whoever has signed in again in another tab has a new session, which does not take this page's old token.
      const fresh = text.match(/name="csrfmiddlewaretoken" value="(\w+)"/);
      if (fresh) this.form.elements.csrfmiddlewaretoken.value = fresh[1];
      this.mayLeave = true;
      this.form.requestSubmit(submitter);
    }
  }
}

customElements.define("form-sending", FormSending);
