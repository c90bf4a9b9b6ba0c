// <place-search data-address="…" data-select="…"> adds a search field above the list of places it holds.
// Without JavaScript the list is what there is; with it, the list still shows what is chosen. Text is set as text.

const WAIT_MS = 200;

class PlaceSearch extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    if (!this.select || this.input) return;
    const id = `${this.select.id}_search`;
    const label = Object.assign(document.createElement("label"), {
      className: "ds-label", htmlFor: id, textContent: this.dataset.wordLabel,
    });
    this.input = Object.assign(document.createElement("input"), {
      className: "ds-input", id, type: "search", autocomplete: "off", maxLength: 100,
    });
    this.status = Object.assign(document.createElement("p"), { className: "meta" });
    this.status.setAttribute("role", "status");
    this.list = Object.assign(document.createElement("ul"), { className: "place-search__found" });
    const field = Object.assign(document.createElement("div"), { className: "ds-field field" });
    field.append(label, this.input, this.status, this.list);
    this.prepend(field);
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#search(), WAIT_MS);
    });
    // Enter in the search field looks, it does not send the report.
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(this.timer);
      this.#search();
    });
  }

  async #search() {
    const words = this.input.value.trim();
    this.list.replaceChildren();
    this.status.textContent = "";
    if (words.length < 2) return;
    const address = new URL(this.dataset.address, document.baseURI);
    address.searchParams.set("q", words);
    address.searchParams.set("format", "json");
    const response = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (words !== this.input.value.trim()) return; // an answer to an older question
    if (!response?.ok) {
      this.status.textContent = this.dataset.wordFailed;
      return;
    }
    const { results } = await response.json();
    const known = results.filter((place) => this.select.querySelector(`option[value="${CSS.escape(String(place.id))}"]`));
    this.status.textContent = known.length ? this.dataset.wordFound : this.dataset.wordNothing;
    for (const place of known) this.list.append(this.#row(place));
  }

  #row(place) {
    const text = place.area ? `${place.name}, ${place.area}` : place.name;
    const button = Object.assign(document.createElement("button"), {
      className: "ds-button", type: "button", textContent: text,
    });
    button.dataset.variant = "secondary";
    button.addEventListener("click", () => {
      this.select.value = String(place.id);
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
      this.list.replaceChildren();
      this.input.value = "";
      this.status.textContent = this.dataset.wordChosen.replace("{place}", text);
      this.select.focus();
    });
    const row = document.createElement("li");
    row.append(button);
    return row;
  }
}

customElements.define("place-search", PlaceSearch);
