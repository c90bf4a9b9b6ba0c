// <est-chart> draws a figure made in Python above the table it holds. Without JavaScript, people see the table.
// Plotly is fetched when the first chart comes into view; colours come from CSS, so light and dark follow.

import { onSchemeChange, sentence, whenSeen, withColours } from "./colours.js";

const SWEDISH = {
  moduleType: "locale",
  name: "sv",
  dictionary: {},
  format: {
    days: ["söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"],
    shortDays: ["sön", "mån", "tis", "ons", "tor", "fre", "lör"],
    months: ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
      "november", "december"],
    shortMonths: ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
    date: "%Y-%m-%d",
    dayMonth: "%-d %b",
    dayMonthYear: "%-d %b %Y",
    decimal: ",",
    thousands: "\u00a0",
  },
};

let plotly;

function load(address) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      window.Plotly.register(SWEDISH);
      resolve(window.Plotly);
    };
    script.onerror = () => reject(new Error(`${address} could not be fetched`));
    document.head.append(script);
  });
  return plotly;
}

let count = 0;

// Where there is no room for the words beside each other, they stand in rows and would take the height from the curves.
const NARROW_PX = 480;
const LEGEND_ROW_PX = 19;

class EstChart extends HTMLElement {
  connectedCallback() {
    // The element may be met before its children have been read.
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.#begin(), { once: true });
    } else {
      this.#begin();
    }
  }

  disconnectedCallback() {
    this.stop?.();
    if (this.canvas) window.Plotly?.purge(this.canvas);
  }

  #begin() {
    if (this.canvas || !this.isConnected) return;
    this.twin = this.querySelector(":scope > details");
    this.canvas = document.createElement("div");
    this.canvas.className = "chart__canvas";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.getAttribute("label"));
    if (this.twin) {
      this.twin.id ||= `chart-twin-${(count += 1)}`;
      this.canvas.setAttribute("aria-describedby", this.twin.id);
      this.twin.open = false;
    }
    this.prepend(this.canvas);
    this.stop = whenSeen(this, () => this.#draw().catch((problem) => this.#giveUp(problem)));
  }

  async #figure() {
    const held = this.querySelector(":scope > script[type='application/json']");
    if (held) return JSON.parse(held.textContent);
    const response = await fetch(this.dataset.src, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${this.dataset.src} answered ${response.status}`);
    return response.json();
  }

  async #draw() {
    const [Plotly, figure] = await Promise.all([load(this.dataset.plotly), this.#figure()]);
    const config = { displayModeBar: false, responsive: true, locale: document.documentElement.lang || "sv" };
    const paint = () => {
      const { data, layout } = withColours(figure, this);
      layout.font = { ...layout.font, family: getComputedStyle(this).fontFamily };
      return Plotly.react(this.canvas, data, { ...layout, autosize: true }, config);
    };
    this.#makeRoom(figure);
    await paint();
    this.#legend(figure);
    this.stop = onSchemeChange(paint);
    this.dataset.state = "drawn";
  }

  /** A chart as much taller as the rows of its legend on a narrow screen. */
  #makeRoom({ data, layout }) {
    const rows = data.filter(({ name, showlegend }) => name && showlegend !== false).length;
    if (rows < 2 || layout?.showlegend === false || this.canvas.clientWidth >= NARROW_PX) return;
    this.canvas.style.height = `${this.canvas.clientHeight + (rows - 1) * LEGEND_ROW_PX}px`;
  }

  /** What the shades of a grid stand for, from its smallest value to its largest. */
  #legend({ data }) {
    const values = data.filter(({ type }) => type === "heatmap").flatMap(({ z }) => z.flat()).filter(Number.isFinite);
    if (!values.length) return;
    const number = new Intl.NumberFormat(document.documentElement.lang || "sv", { maximumFractionDigits: 1 });
    const legend = document.createElement("p");
    legend.className = "map__legend chart__legend";
    legend.setAttribute("aria-hidden", "true"); // the table twin says the numbers
    const swatches = [0, 1, 2, 3, 4, 5].map((step) => {
      const swatch = Object.assign(document.createElement("span"), { className: "map__swatch" });
      swatch.dataset.kind = String(step);
      return swatch;
    });
    legend.append(number.format(0), ...swatches, number.format(Math.max(...values)));
    this.canvas.after(legend);
  }

  #giveUp(problem) {
    console.warn("est-chart:", problem);
    this.canvas.replaceWith(sentence(this.dataset.sentenceFailed));
    if (this.twin) this.twin.open = true;
    this.dataset.state = "failed";
  }
}

customElements.define("est-chart", EstChart);
