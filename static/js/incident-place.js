// <where-field> asks for the phone's position, offers the places used lately and reads the answer back in words. Once
// it is answered only the answer stands there (with the map, where it is a point), and a button opens the ways to it.
// <place-search data-address="…"> inside it finds places by name. Without JavaScript the list is what there is; without
// network both answer from the list the page holds. Text is set as text.

import { words } from "./when.js";

const WAIT_MS = 200;
const NEAR_M = 400;
const EXACT_WITHIN_M = 75;
const METRES_PER_DEGREE = 111320;
const MOST_FOUND = 8;
const DENIED = 1;

function button(text, variant) {
  const made = Object.assign(document.createElement("button"), { className: "ds-button", type: "button", textContent: text });
  made.dataset.variant = variant;
  return made;
}

function nameOf(option) {
  return option.dataset.area ? `${option.text}, ${option.dataset.area}` : option.text;
}

function isShown(element) {
  return element.getClientRects().length > 0;
}

/** The places of the list, once each. */
function placesIn(select) {
  const seen = new Map();
  for (const option of select.options) if (option.value && !seen.has(option.value)) seen.set(option.value, option);
  return [...seen.values()];
}

/** What the server answers, or nothing: without network, when it refuses, and when the page goes away meanwhile. */
async function answerOf(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

class WhereField extends HTMLElement {
  connectedCallback() {
    const { place, lon, lat, accuracy } = this.dataset;
    this.select = document.getElementById(place);
    this.lon = document.getElementById(lon);
    this.lat = document.getElementById(lat);
    this.accuracy = document.getElementById(accuracy);
    this.mine = this.querySelector("[data-mine]");
    this.unknown = this.querySelector("input[type=checkbox]");
    this.readBack = this.querySelector("[data-read-back]");
    this.change = this.querySelector("[data-change-place]");
    this.picker = this.querySelector("point-picker");
    this.mine.hidden = !navigator.geolocation;
    this.mine.addEventListener("click", () => this.#useMine());
    // A list that is gone through with the arrow keys changes at every step: it stays open until it is left.
    this.select.addEventListener("change", ({ isTrusted }) => this.#placeChosen({ isGoneThrough: isTrusted }));
    for (const input of [this.lon, this.lat]) input.addEventListener("change", () => this.#pointChosen());
    this.unknown.addEventListener("change", () => this.#unknownChosen());
    this.change.addEventListener("click", () => this.#ask());
    this.#offerRecent();
    const list = this.querySelector("[data-place-list]");
    if (!list.querySelector("[aria-invalid]")) list.open = false;
    this.isAsking = Boolean(this.querySelector("[aria-invalid]"));
    this.#read();
  }

  #offerRecent() {
    const group = this.select.querySelector("optgroup");
    const shown = this.querySelector("[data-recent]");
    if (!group) return;
    for (const option of group.children) {
      const chip = Object.assign(document.createElement("button"), { className: "chip", type: "button", textContent: option.text });
      chip.dataset.place = option.value;
      chip.addEventListener("click", () => this.choose(option.value));
      shown.append(chip);
    }
    shown.hidden = false;
  }

  /** Choose a named place. */
  choose(value) {
    this.select.value = String(value);
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The last answer counts: a place and a point somewhere else would be two.
  #forgetPoint() {
    this.lon.value = this.lat.value = this.accuracy.value = "";
    for (const input of [this.lon, this.lat]) input.dispatchEvent(new CustomEvent("shown"));
  }

  #placeChosen({ isGoneThrough }) {
    if (this.select.value) {
      this.#forgetPoint();
      this.unknown.checked = false;
    }
    this.isAsking = isGoneThrough;
    this.#read();
  }

  #pointChosen() {
    if (!this.isMeasured) this.accuracy.value = "";
    if (this.point) {
      this.select.value = "";
      this.unknown.checked = false;
      this.isAsking = false;
    }
    this.#read();
  }

  #unknownChosen() {
    if (this.unknown.checked) {
      this.#forgetPoint();
      this.select.value = "";
    }
    this.isAsking = false;
    this.#read();
  }

  /** Open the ways to an answer again. The answer stays until there is another. */
  #ask() {
    this.isAsking = true;
    this.#settle();
    [this.mine, ...this.querySelectorAll("button, input")].find(isShown)?.focus();
  }

  get answer() {
    if (this.unknown.checked) return "unknown";
    if (this.select.value) return "place";
    return this.point ? "point" : "";
  }

  get metres() {
    return Number.parseInt(this.accuracy.value, 10);
  }

  /** Show what belongs to the answer and nothing else. What is pressed on the map stays under the finger. */
  #settle() {
    const answer = this.isAsking || this.metres > EXACT_WITHIN_M ? "" : this.answer;
    const hadFocus = this.contains(document.activeElement);
    const top = () => this.picker?.getBoundingClientRect().top ?? 0;
    const before = top();
    if (answer) this.dataset.answer = answer;
    else delete this.dataset.answer;
    this.change.hidden = answer !== "place" && answer !== "point";
    if (answer === "point" && before) scrollBy({ top: top() - before, behavior: "instant" });
    if (!hadFocus || isShown(document.activeElement)) return;
    this.change.focus({ preventScroll: true });
    this.readBack.scrollIntoView({ block: "nearest" });
  }

  get point() {
    const found = [this.lon, this.lat].map((input) => Number.parseFloat(input.value.replace(",", ".")));
    return found.every(Number.isFinite) ? found : null;
  }

  #useMine() {
    this.#say(words.fetching, "");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.isMeasured = true;
        this.accuracy.value = String(Math.round(coords.accuracy));
        this.lon.value = coords.longitude.toFixed(6);
        this.lat.value = coords.latitude.toFixed(6);
        for (const input of [this.lon, this.lat]) input.dispatchEvent(new Event("change", { bubbles: true }));
        this.isMeasured = false;
        this.querySelector("point-picker")?.show?.(coords.longitude, coords.latitude);
      },
      ({ code }) => this.#say(code === DENIED ? words.no_permission : words.no_position, ""),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  }

  /** Show the answer as it stands in the form, which a script has filled in. */
  show() {
    this.isAsking = false;
    this.#read();
  }

  /** Read the answer back. */
  #read() {
    this.#settle();
    for (const chip of this.querySelectorAll("[data-place]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.place === this.select.value));
    }
    const option = this.select.selectedOptions[0];
    if (option?.value) return this.#say(nameOf(option), "");
    if (!this.point) return this.#say("", "");
    this.#readPoint(...this.point);
  }

  async #readPoint(lon, lat) {
    const { metres } = this;
    if (metres > EXACT_WITHIN_M) {
      // Thirty metres from somewhere cannot be said of a position that is known within eight hundred.
      const near = this.#nearest(lon, lat, Math.max(NEAR_M, metres));
      const roughly = words.roughly.replace("{place}", near ? nameOf(near.option) : "");
      const distance = 100 * Math.ceil((metres + (near?.distance ?? 0)) / 100);
      return this.#say(near ? roughly.replace("{metres}", String(distance)) : words.point, words.inexact.replace("{metres}", String(metres)), "warning");
    }
    const measured = Number.isFinite(metres) ? words.accuracy.replace("{metres}", String(metres)) : "";
    this.#say(this.#nearestInWords(lon, lat), measured);
    const address = new URL(this.dataset.address, document.baseURI);
    address.searchParams.set("lon", String(lon));
    address.searchParams.set("lat", String(lat));
    if (!navigator.onLine) return;
    const answer = await answerOf(address);
    if (!answer) return; // what the page itself knows still stands there
    const [lonNow, latNow] = this.point ?? [];
    if (lonNow === lon && latNow === lat && !this.select.value) this.#say(answer.words, measured, answer.is_inside ? "" : "warning");
  }

  /** The nearest named place the page knows: without network that is what can be said. */
  #nearest(lon, lat, within) {
    const width = Math.cos((lat * Math.PI) / 180);
    let best = null;
    for (const option of placesIn(this.select)) {
      const x = (option.dataset.lon - lon) * METRES_PER_DEGREE * width;
      const y = (option.dataset.lat - lat) * METRES_PER_DEGREE;
      const distance = Math.hypot(x, y);
      if (distance <= within && (!best || distance < best.distance)) best = { distance, option };
    }
    return best;
  }

  #nearestInWords(lon, lat) {
    const best = this.#nearest(lon, lat, NEAR_M);
    if (!best) return words.point;
    const distance = Math.max(10, 10 * Math.round(best.distance / 10));
    return words.near.replace("{distance}", String(distance)).replace("{place}", nameOf(best.option));
  }

  #say(text, measured, tone = "") {
    this.querySelector("[data-read-back-words]").textContent = text;
    this.querySelector("[data-read-back-accuracy]").textContent = measured;
    this.readBack.dataset.tone = tone;
    // Never hidden: what is announced has to be there before it is said.
    this.readBack.classList.toggle("ds-sr-only", !text);
  }
}

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
    const asked = this.input.value.trim();
    this.list.replaceChildren();
    this.status.textContent = "";
    if (asked.length < 2) return;
    const found = (await this.#ask(asked)) ?? this.#look(asked);
    if (asked !== this.input.value.trim()) return; // an answer to an older question
    this.status.textContent = found.length ? this.dataset.wordFound : this.dataset.wordNothing;
    for (const option of found) this.list.append(this.#row(option));
  }

  async #ask(asked) {
    const address = new URL(this.dataset.address, document.baseURI);
    address.searchParams.set("q", asked);
    address.searchParams.set("format", "json");
    if (!navigator.onLine) return null;
    const answer = await answerOf(address);
    if (!answer) return null;
    return answer.results.map(({ id }) => this.select.querySelector(`option[value="${CSS.escape(String(id))}"]`)).filter(Boolean);
  }

  /** Places of the page's own list with every word in their name. */
  #look(asked) {
    const parts = asked.toLocaleLowerCase().split(/\s+/);
    return placesIn(this.select)
      .filter((option) => parts.every((part) => nameOf(option).toLocaleLowerCase().includes(part)))
      .slice(0, MOST_FOUND);
  }

  #row(option) {
    const chosen = button(nameOf(option), "secondary");
    chosen.addEventListener("click", () => {
      this.select.value = option.value;
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
      this.list.replaceChildren();
      this.input.value = this.status.textContent = "";
      this.input.focus();
    });
    const row = document.createElement("li");
    row.append(chosen);
    return row;
  }
}

customElements.define("where-field", WhereField);
customElements.define("place-search", PlaceSearch);
