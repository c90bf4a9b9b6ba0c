// <when-field> notes when "now", "in the night" or "at the weekend" was pressed, and shows what that means.
// The server computes the same from the same moment (incidents/presets.py); a test compares the two.

const NIGHT = [22, 6];
const FRIDAY = 5;
const WEEKEND = [18, 6];

function at(day, hour, days = 0) {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour);
}

/** From and until of a preset chosen at a moment, by this device's clock; null for what is no preset. */
export function timesOf(preset, moment) {
  const chosen = new Date(moment);
  chosen.setSeconds(0, 0);
  let begins;
  let ends;
  if (preset === "now") return [chosen, null];
  if (preset === "night") {
    const days = chosen.getHours() >= NIGHT[0] ? 0 : -1;
    [begins, ends] = [at(chosen, NIGHT[0], days), at(chosen, NIGHT[1], days + 1)];
  } else if (preset === "weekend") {
    let days = -((chosen.getDay() - FRIDAY + 7) % 7);
    if (at(chosen, WEEKEND[0], days) > chosen) days -= 7;
    [begins, ends] = [at(chosen, WEEKEND[0], days), at(chosen, WEEKEND[1], days + 3)];
  } else {
    return null;
  }
  return [begins, ends < chosen ? ends : chosen];
}

const written = new Intl.DateTimeFormat(document.documentElement.lang || "sv", {
  weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});

/** A preset in words, with {from} and {to} put into the sentence of an interval. */
export function inWords(preset, moment, sentence) {
  const times = timesOf(preset, moment);
  if (!times) return "";
  const [begins, ends] = times;
  if (!ends || ends <= begins) return written.format(begins);
  return sentence.replace("{from}", written.format(begins)).replace("{to}", written.format(ends));
}

export const words = JSON.parse(document.getElementById("report-words")?.textContent ?? "{}");

class WhenField extends HTMLElement {
  connectedCallback() {
    this.answered = document.getElementById(this.dataset.answered);
    this.shown = this.querySelector("[data-when-words]");
    // A press on what is chosen already is a new answer; a change event would not come.
    this.addEventListener("click", ({ target }) => {
      if (target.matches("input[type=radio]")) this.answer();
    });
    this.show();
  }

  get choice() {
    return this.querySelector("input[type=radio]:checked")?.value ?? "";
  }

  answer() {
    this.answered.value = new Date().toISOString();
    this.show();
  }

  /** Say what the choice means; called again when the form has been filled in by a script. */
  show() {
    this.shown.textContent = this.answered.value ? inWords(this.choice, this.answered.value, words.until) : "";
  }
}

customElements.define("when-field", WhenField);
