// <plan-board> lets a card be dragged to another column. The server takes the step or says in words why not, and what
// it shows is where the card stands. The buttons on the cards do the same without a mouse and without this.

class PlanBoard extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    for (const card of this.querySelectorAll("[data-number]")) card.draggable = true;
    // A card is taken by its title too: its link is not what is dragged.
    for (const link of this.querySelectorAll("[data-number] a")) link.draggable = false;
    this.addEventListener("dragstart", (event) => this.take(event));
    this.addEventListener("dragend", () => this.letGo());
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => this.drop(event));
    this.form.addEventListener("formdata", (event) => {
      for (const [name, value] of Object.entries(this.said ?? {})) event.formData.set(name, value);
    });
  }

  take(event) {
    this.card = event.target.closest("[data-number]");
    if (!this.card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.card.dataset.number);
  }

  // The column the card would come to; none where it stands already.
  target(event) {
    const column = event.target.closest("[data-state]");
    return this.card && column && !column.contains(this.card) ? column : null;
  }

  mark(column) {
    for (const one of this.querySelectorAll("[data-state]")) one.toggleAttribute("data-over", one === column);
  }

  over(event) {
    const column = this.target(event);
    this.mark(column);
    if (column) event.preventDefault();
  }

  drop(event) {
    const column = this.target(event);
    if (!column) return;
    event.preventDefault();
    const at = this.card.closest("[data-state]").dataset.state;
    this.said = { step: `${this.card.dataset.number}:${column.dataset.state}`, at };
    this.form.requestSubmit();
    // Whoever comes back to this page presses a button, which says something else.
    this.said = null;
  }

  letGo() {
    this.card = null;
    this.mark(null);
  }
}

customElements.define("plan-board", PlanBoard);
