// findings(text, options) says where a text may point at a person, by the rules that need no list of names: the same
// answer as privacy/guard.py gives for them. <est-guarded-text> shows it under the field it holds while one types, with
// what can be written instead; names and the rest come from the server when there is one. All text is set as text.

import { LOOKALIKES, PATTERNS, RULES, WORDS } from "./guard-rules.js";

const compiled = Object.fromEntries(
  Object.entries(PATTERNS).map(([name, { source, flags }]) => [name, new RegExp(source, flags)]),
);
const domainHere = new RegExp(PATTERNS.domain.source, PATTERNS.domain.flags.replace("g", "y"));
const ordinaryBeforeNumber = new Set(WORDS.ordinaryBeforeNumber);
const neverAPlate = new Set(WORDS.neverAPlate);
const order = new Map(RULES.map(([rule], number) => [rule, number]));
const known = new Map(RULES.map(([rule, strength, pointsAt]) => [rule, { strength, pointsAt }]));

// ---------------------------------------------------------------------------------------------------------- folding

const PLAIN = /^[\t\n -~À-ÖØ-Þà-öø-ÿ]*$/;
const NEW_LINES = new Set("\r\x0b\x0c\x85\u2028\u2029");
const DOTS = new Set("·‧•∙⋅․");
const BLANK_LETTERS = new Set("\u115f\u1160\u3164\uffa0\u2800");

// Different ways of writing the same signs made equal, with where each stood in the text as it was written.
function fold(text) {
  if (PLAIN.test(text)) return { text, span: (start, end) => [start, end] };
  const signs = [];
  let position = 0;
  for (const sign of text) {
    const end = position + sign.length;
    if (sign === "\r" && text[end] === "\n") {
      position = end; // one line break, not two
      continue;
    }
    if (/[\p{Mn}\p{Me}]/u.test(sign)) {
      const last = signs.at(-1);
      if (last) {
        const together = (last.sign + sign).normalize("NFC");
        if ([...together].length === 1) last.sign = together;
        last.end = end;
      }
    } else {
      for (const folded of foldSign(sign)) signs.push({ sign: folded, start: position, end });
    }
    position = end;
  }
  const starts = signs.flatMap(({ sign, start }) => Array(sign.length).fill(start));
  const ends = signs.flatMap(({ sign, end }) => Array(sign.length).fill(end));
  return { text: signs.map(({ sign }) => sign).join(""), span: (start, end) => [starts[start], ends[end - 1]] };
}

function foldSign(sign) {
  if (PLAIN.test(sign)) return sign;
  if (NEW_LINES.has(sign)) return "\n";
  if (DOTS.has(sign)) return ".";
  if (BLANK_LETTERS.has(sign) || /[\p{Cf}\p{Cc}\p{Mn}\p{Me}]/u.test(sign)) return "";
  if (/\p{Zs}/u.test(sign)) return " ";
  if (/\p{Pd}/u.test(sign) || sign === "−") return "-";
  if (/\p{Nd}/u.test(sign)) return String(digitOf(sign));
  if (LOOKALIKES[sign]) return LOOKALIKES[sign];
  const plainer = sign.normalize("NFKC");
  if (plainer === sign || [...plainer].length > 4) return sign;
  return [...plainer].filter((part) => part !== sign).map(foldSign).join("");
}

// The digits of a script stand in a row from nought to nine.
function digitOf(sign) {
  const code = sign.codePointAt(0);
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before += 1;
  return before % 10;
}

// ------------------------------------------------------------------------------------------------------- the finders

function has(name, text) {
  compiled[name].lastIndex = 0;
  return compiled[name].test(text);
}

function* spans(name, text) {
  for (const found of text.matchAll(compiled[name])) yield [found.index, found.index + found[0].length, found];
}

// Numbers that go on after a line break are read as if they stood on one line.
const onOneLine = (text) => text.replaceAll("\n", " ");

function* identityNumbers(written) {
  const text = onOneLine(written).replace(compiled.moments, (found) => "\n".repeat(found.length));
  for (const [start, end, cluster] of spans("digitGroups", text)) {
    if (end - start < 10) continue;
    const groups = [...cluster[0].matchAll(/[0-9]+/g)].map((one) => [start + one.index, start + one.index + one[0].length]);
    for (let first = 0; first < groups.length; first += 1) {
      let digits = "";
      for (let last = first; last < groups.length; last += 1) {
        digits += text.slice(...groups[last]);
        if (digits.length > 12) break;
        if (digits.length !== 10 && digits.length !== 12) continue;
        let rule = identityRule(digits);
        if (!rule || (rule === "coordination_number" && /^07[02369][0-9]{7}$/.test(digits))) continue;
        if (!isSurelyOneNumber(text, digits, groups.slice(first, last + 1))) {
          if (last - first + 1 < groups.length) continue; // a stretch of a longer list of numbers
          rule = "possible_identity_number";
        }
        yield [rule, groups[first][0], groups[last][1]];
      }
    }
  }
}

function identityRule(digits) {
  const [century, number] = [digits.slice(0, -10), digits.slice(-10)];
  if (!["", "19", "20"].includes(century)) return null;
  const [year, month, written] = [number.slice(0, 2), Number(number.slice(2, 4)), Number(number.slice(4, 6))];
  const rule = written > 60 ? "coordination_number" : "personal_identity_number";
  const day = written > 60 ? written - 60 : written;
  if (month < 1 || month > 12 || day < 1) return null;
  if (day > new Date(Date.UTC(Number((century || "20") + year), month, 0)).getUTCDate()) return null;
  return hasValidCheckDigit(number) ? rule : null;
}

function hasValidCheckDigit(number) {
  const sum = [...number].reduce((total, figure, position) => {
    const digit = Number(figure) * (position % 2 ? 1 : 2);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}

function isSurelyOneNumber(text, digits, groups) {
  const length = digits.length;
  if (groups.length === 1 || groups.length === length) return true;
  const cuts = [];
  let written = 0;
  for (let number = 0; number + 1 < groups.length; number += 1) {
    written += groups[number][1] - groups[number][0];
    cuts.push([written, text.slice(groups[number][1], groups[number + 1][0])]);
  }
  const ofDate = cuts.filter(([cut]) => cut < length - 4);
  const ofEnd = cuts.filter(([cut]) => cut > length - 4);
  const beforeEnd = cuts.find(([cut]) => cut === length - 4)?.[1] ?? "";
  const signs = new Set(ofDate.filter(([cut]) => cut > length - 10).map(([, sign]) => sign));
  if (cuts.some(([cut]) => cut % 2) || signs.size > 1) return false;
  const couldBeClock = Number(digits.slice(-4, -2)) < 24 && Number(digits.slice(-2)) < 60;
  const isMarked = /[-+]/.test(beforeEnd);
  if (ofDate.every(([cut]) => cut === 2) || (length === 10 && !ofDate.length)) {
    return isMarked || !(ofEnd.length && couldBeClock);
  }
  if (!beforeEnd || (ofEnd.length && !isMarked)) return false;
  if (isMarked && !ofDate.some(([, sign]) => sign === beforeEnd)) return true;
  return !couldBeClock;
}

function* plates(written) {
  const text = onOneLine(written);
  for (const [start, end, found] of spans("plate", text)) {
    const rule = plateRule(text, start, end, found);
    if (rule) yield [rule, start, end];
  }
  for (const [start, end] of spans("plateSpelled", text)) yield ["registration_plate", start, end];
  for (const [start, end, found] of spans("plateSplit", text)) {
    const letters = found[0].replace(/[^A-Za-z]/g, "").slice(0, 3).toLowerCase();
    if (!neverAPlate.has(letters) && !ordinaryBeforeNumber.has(letters)) yield ["possible_plate", start, end];
  }
}

function plateRule(text, start, end, [, letters, gap, ending]) {
  const word = letters.toLowerCase();
  const isUpper = letters === letters.toUpperCase();
  const [before, after] = [text.slice(Math.max(0, start - 40), start), text.slice(end, end + 20)];
  if (has("saysPlate", before.slice(-25))) return "registration_plate";
  if (neverAPlate.has(word)) return null;
  const nearVehicle = has("saysVehicle", before) || has("saysVehicle", after);
  if (ordinaryBeforeNumber.has(word)) {
    if (isUpper) {
      if (!gap && nearVehicle) return "registration_plate";
      return gap === "" || gap === " " ? "possible_plate" : null;
    }
    return !gap && (nearVehicle || !/^[0-9]+$/.test(ending)) ? "possible_plate" : null;
  }
  if (isUpper) return "registration_plate";
  if (gap.includes(".") && gap !== ".") return null; // "hem. 120 personer": the dot ends a sentence
  return /[aeouy]/.test(word) && gap && !nearVehicle ? "possible_plate" : "registration_plate";
}

function* phones(written) {
  const text = onOneLine(written);
  for (const name of Object.keys(compiled).filter((one) => one.startsWith("phone"))) {
    for (const [start, end] of spans(name, text)) yield ["phone", start, end];
  }
  for (const [start, end, { groups }] of spans("landline", text)) {
    const subscriber = groups.rest.replace(/[^0-9]/g, "").length;
    const length = groups.area.length + subscriber;
    if (length < 8 || length > 10 || subscriber < 5) continue;
    if (groups.gap.trim() || (length >= 9 && (groups.area.length > 2 || subscriber >= 7))) yield ["phone", start, end];
  }
}

const isWordSign = (sign) => /[\p{L}\p{N}]/u.test(sign);

function* addresses(text) {
  for (const [at, atEnd] of spans("at", text)) {
    let start = at;
    while (start > 0 && text[start - 1] === " " && at - start < 2) start -= 1;
    const nameEnd = start;
    while (start > 0 && nameEnd - start < 64 && (isWordSign(text[start - 1]) || "._%+-".includes(text[start - 1]))) {
      start -= 1;
    }
    domainHere.lastIndex = atEnd;
    const domain = domainHere.exec(text);
    if (domain && start < nameEnd) yield ["email", start, domainHere.lastIndex];
  }
  for (const [start, end] of spans("handle", text)) {
    if (start === 0 || !(isWordSign(text[start - 1]) || "_.".includes(text[start - 1]))) yield ["account", start, end];
  }
  for (const [start, end] of spans("account", text)) yield ["account", start, end];
}

function* others(text) {
  for (const [start, end] of spans("birthDate", text)) yield ["birth_date", start, end];
  for (const [start, end] of spans("policeCase", onOneLine(text))) yield ["police_case_number", start, end];
  for (const name of Object.keys(compiled).filter((one) => one.startsWith("rule:"))) {
    for (const [start, end] of spans(name, text)) yield [name.split(":")[1], start, end];
  }
}

// The hits in order and without overlaps; where two overlap, the stronger and then the longer stays. `strict`: what
// points at a person is strong. `words`: rule → {sentence, suggestions}, in the reader's language.
export function findings(text, { strict = false, words = {} } = {}) {
  const folded = fold(text);
  const hits = new Map();
  for (const finder of [identityNumbers, plates, phones, addresses, others]) {
    for (const [rule, from, to] of finder(folded.text)) {
      const [start, end] = folded.span(from, to);
      const { strength, pointsAt } = known.get(rule);
      hits.set(`${rule} ${start} ${end}`, {
        rule, strength: strict && pointsAt === "person" ? "strong" : strength, start, end,
        suggestions: words[rule]?.suggestions ?? [], sentence: words[rule]?.sentence ?? "",
      });
    }
  }
  const rank = (one) => [one.strength === "weak" ? 1 : 0, one.start - one.end, one.start, order.get(one.rule)];
  const sorted = [...hits.values()].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    const at = first.findIndex((value, number) => value !== second[number]);
    return at < 0 ? 0 : first[at] - second[at];
  });
  const kept = [];
  for (const hit of sorted) {
    if (kept.every((other) => hit.end <= other.start || other.end <= hit.start)) kept.push(hit);
  }
  return kept.sort((a, b) => a.start - b.start);
}

// The text with a finding written another way; an empty replacement strikes it out and tidies up after it.
export function rewritten(text, { start, end }, replacement) {
  let [before, after] = [text.slice(0, start), text.slice(end)];
  if (replacement) {
    const begins = /(^|[.!?\n])\s*$/.test(before);
    return before + (begins ? replacement[0].toLocaleUpperCase() + replacement.slice(1) : replacement) + after;
  }
  if (/[([]\s*$/.test(before) && /^\s*[)\]]/.test(after)) {
    [before, after] = [before.replace(/\s*[([]\s*$/, ""), after.replace(/^\s*[)\]]/, "")];
  }
  if (!before || /\s$/.test(before)) after = after.replace(/^\s+/, "");
  if (/^[.,;:!?)]/.test(after)) before = before.trimEnd();
  if (!before) after = after.replace(/^[.,;:!?)\s]+/, "");
  if (!after.trim()) before = before.replace(/[,\s]+$/, "");
  return before + after;
}

// ------------------------------------------------------------------------------------------------------- the element

const WAIT_MS = 300;
const WAIT_FOR_SERVER_MS = 900;

// <est-guarded-text> around a textarea, a JSON script with the words and the address that knows names, and, from the
// server, what it found in the text last time ([data-guard-found]) and the box to confirm it ([data-confirm]).
class GuardedText extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    const settings = this.querySelector("script[type='application/json']");
    if (!this.field || !settings || this.list) return;
    this.settings = JSON.parse(settings.textContent);
    this.status = Object.assign(document.createElement("p"), { className: "guard__status" });
    this.status.setAttribute("role", "status");
    this.list = Object.assign(document.createElement("ul"), { className: "guard__list" });
    this.list.hidden = true;
    const described = this.querySelector("[data-guard-found]");
    this.confirm = this.querySelector("[data-confirm]");
    (described ?? this.confirm ?? settings).before(this.status, this.list);
    if (described) described.hidden = true;
    this.field.addEventListener("input", () => this.#soon());
    this.field.form?.addEventListener("change", (event) => {
      if (event.target.name === this.settings.organisation_field) this.#look();
    });
    this.#look();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    clearTimeout(this.serverTimer);
    this.asked?.abort();
  }

  // Look at once, before the text is sent: whoever types and presses is quicker than the waiting.
  look() {
    if (this.lookedAt !== this.field.value) this.#look();
  }

  // The text was put there by a program: what was confirmed is then confirmed of this text.
  show() {
    this.confirmed = undefined;
    this.#look();
  }

  #soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), WAIT_MS);
  }

  #look() {
    clearTimeout(this.timer);
    clearTimeout(this.serverTimer);
    this.asked?.abort();
    const text = this.field.value;
    this.#show(findings(text, { strict: this.#isStrict(), words: this.settings.rules }));
    if (text.trim() && this.settings.address && navigator.onLine) {
      this.serverTimer = setTimeout(() => this.#ask(text), WAIT_FOR_SERVER_MS);
    }
  }

  // Whom the report is for decides whether a person may be confirmed at all.
  #isStrict() {
    const chosen = this.field.form?.elements.namedItem(this.settings.organisation_field)?.value;
    return chosen ? this.settings.strict_for.includes(Number(chosen)) : this.settings.is_strict;
  }

  // The server knows names as well, and its answer is the one that counts; without it, ours stands.
  async #ask(text) {
    const body = new FormData();
    body.set("text", text);
    const form = this.field.form;
    for (const name of ["csrfmiddlewaretoken", this.settings.organisation_field]) {
      const value = form?.elements.namedItem(name)?.value;
      if (value) body.set(name, value);
    }
    this.asked = new AbortController();
    const options = { method: "POST", body, signal: this.asked.signal, headers: { Accept: "application/json" } };
    const response = await fetch(this.settings.address, options).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const answer = await response.json().catch(() => null);
    if (!answer || this.field.value !== text) return;
    // Positions count signs there and half-signs here.
    const starts = [0];
    for (const sign of text) starts.push(starts.at(-1) + sign.length);
    this.#show(answer.findings.map((one) => ({ ...one, start: starts[one.start], end: starts[one.end] })));
  }

  #show(found) {
    const key = JSON.stringify([this.field.value, found.map(({ rule, start, end, strength }) => [rule, start, end, strength])]);
    this.lookedAt = this.field.value;
    if (key === this.shown) return;
    this.shown = key;
    const focused = this.list.contains(document.activeElement);
    this.list.replaceChildren(...found.map((one) => this.#row(one)));
    this.list.hidden = !found.length;
    const { words } = this.settings;
    const isRefused = found.some(({ strength }) => strength === "strong");
    const says = !found.length ? "" : isRefused ? words.refused : words.questioned;
    if (this.status.textContent !== says) this.status.textContent = says;
    this.classList.toggle("guard--refused", isRefused);
    // What will be refused is not kept on the device either.
    this.field.setCustomValidity(isRefused ? words.refused : "");
    if (this.confirm) {
      this.confirm.hidden = !found.length || isRefused;
      const box = this.confirm.querySelector("input");
      // What was confirmed was another text.
      if (box && this.confirmed !== undefined && this.confirmed !== this.field.value) box.checked = false;
      this.confirmed = this.field.value;
    }
    if (focused) this.field.focus();
    this.dispatchEvent(new CustomEvent("est-guard", { bubbles: true, detail: { found, isRefused } }));
  }

  #row(one) {
    const row = Object.assign(document.createElement("li"), { className: "guard__finding" });
    row.dataset.strength = one.strength;
    row.dataset.rule = one.rule;
    const text = this.field.value.slice(one.start, one.end);
    const says = document.createElement("p");
    says.append(Object.assign(document.createElement("q"), { textContent: text }), ` ${one.sentence}`);
    const choices = Object.assign(document.createElement("div"), { className: "guard__choices" });
    for (const words of [...one.suggestions, ""]) choices.append(this.#button(one, text, words));
    row.append(says, choices);
    return row;
  }

  #button(one, text, words) {
    const { write, strike, written, struck } = this.settings.words;
    const label = (words ? write : strike).replace("{words}", words);
    const button = Object.assign(document.createElement("button"), {
      className: "ds-button", type: "button", textContent: label,
    });
    button.dataset.variant = "secondary";
    button.dataset.size = "sm";
    button.setAttribute("aria-label", `${label}: ${text}`);
    button.addEventListener("click", () => {
      this.field.value = rewritten(this.field.value, one, words);
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
      this.#look();
      this.field.focus();
      if (!this.status.textContent) this.status.textContent = (words ? written : struck).replace("{words}", words);
    });
    return button;
  }
}

customElements.define("est-guarded-text", GuardedText);
