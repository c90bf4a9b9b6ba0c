// <photo-spots> lets people press a spot in a photo: the two fields of the form are filled in, and a ring shows where.
// The ring is moved by keyboard as well. Without this script the two numbers are written by hand.

const STEP = 1;
const LARGE_STEP = 10;
const SVG = "http://www.w3.org/2000/svg";

function within(value) {
  return Math.min(100, Math.max(0, Math.round(value * 10) / 10));
}

class PhotoSpots extends HTMLElement {
  connectedCallback() {
    this.frame = this.querySelector("[data-frame]");
    this.said = this.querySelector("[data-spot-said]");
    [this.across, this.down] = ["x", "y"].map((name) => document.querySelector(`form input[name="${name}"]`));
    if (!this.frame || !this.across || !this.down) return;
    this.handle = Object.assign(document.createElement("button"), { type: "button", className: "spots__handle" });
    this.handle.setAttribute("aria-label", this.dataset.wordSpot);
    this.layer = document.createElementNS(SVG, "svg");
    this.layer.setAttribute("class", "spots__layer");
    this.layer.setAttribute("aria-hidden", "true");
    this.ring = document.createElementNS(SVG, "circle");
    this.ring.setAttribute("class", "spots__ring");
    this.ring.setAttribute("r", "15");
    this.ring.dataset.new = "";
    this.layer.append(this.ring);
    this.frame.append(this.layer, this.handle);
    this.frame.dataset.pointing = "";
    this.frame.addEventListener("click", (event) => this.#pressed(event));
    this.handle.addEventListener("keydown", (event) => this.#moved(event));
    for (const field of [this.across, this.down]) field.addEventListener("input", () => this.#show());
    this.#show();
  }

  get spot() {
    const read = ({ value }) => (value.trim() ? Number(value.replace(",", ".")) : Number.NaN);
    return [read(this.across), read(this.down)];
  }

  #put(x, y) {
    this.across.value = String(within(x));
    this.down.value = String(within(y));
    this.#show();
    this.said.textContent = this.dataset.wordAt.replace("{x}", this.across.value).replace("{y}", this.down.value);
  }

  #pressed({ clientX, clientY, detail }) {
    // A press by keyboard on the ring itself points nowhere.
    if (!detail) return;
    const box = this.frame.getBoundingClientRect();
    this.#put((100 * (clientX - box.left)) / box.width, (100 * (clientY - box.top)) / box.height);
    this.handle.focus({ preventScroll: true });
  }

  #moved(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const [x, y] = this.spot.map((value) => (Number.isFinite(value) ? value : 50));
    this.#put(x + step * move[0], y + step * move[1]);
  }

  #show() {
    const [x, y] = this.spot.map((value) => (Number.isFinite(value) ? within(value) : null));
    const isPut = x !== null && y !== null;
    this.ring.setAttribute("visibility", isPut ? "visible" : "hidden");
    this.ring.setAttribute("cx", `${x ?? 50}%`);
    this.ring.setAttribute("cy", `${y ?? 50}%`);
    this.handle.style.left = `${x ?? 50}%`;
    this.handle.style.top = `${y ?? 50}%`;
  }
}

customElements.define("photo-spots", PhotoSpots);
