// A page with charts and maps on paper: everything is drawn, every table is open, and what has a size in pixels shrinks
// to the sheet. <print-button> holds a button that waits until all is drawn; the browser's own Print takes what there is,
// and the open tables hold the rest.

import { DRAW_ALL } from "./colours.js";

const PATIENCE_MS = 15000;
const LOOK_EVERY_MS = 50;

const drawings = () => [...document.querySelectorAll("est-chart, area-map")].filter((one) => one.checkVisibility());

async function drawAll() {
  document.dispatchEvent(new Event(DRAW_ALL));
  const until = performance.now() + PATIENCE_MS;
  while (drawings().some((one) => !one.dataset.state) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A map's canvas is empty once it has been shown: the paper gets a copy of what it shows. */
function copyOf(map) {
  map.redraw();
  const canvas = map.getCanvas();
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  copy.className = "map__print";
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}

let undo = [];

function prepare() {
  if (undo.length) return;
  for (const details of document.querySelectorAll("main details:not([open])")) {
    details.open = true;
    undo.push(() => (details.open = false));
  }
  for (const canvas of document.querySelectorAll("est-chart[data-state='drawn'] > .chart__canvas")) {
    const { width, height } = canvas.querySelector(".main-svg").getBoundingClientRect();
    Object.assign(canvas.style, { aspectRatio: `${width} / ${height}`, maxWidth: `${width}px` });
    for (const svg of canvas.querySelectorAll(".main-svg")) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    undo.push(() => {
      Object.assign(canvas.style, { aspectRatio: "", maxWidth: "" });
      for (const svg of canvas.querySelectorAll(".main-svg")) svg.removeAttribute("viewBox");
    });
  }
  for (const { map, canvas } of document.querySelectorAll("area-map[data-state='drawn']")) {
    if (!map) continue;
    const copy = copyOf(map);
    canvas.append(copy);
    undo.push(() => copy.remove());
  }
}

function restore() {
  for (const step of undo.splice(0)) step();
}

addEventListener("beforeprint", prepare);
addEventListener("afterprint", restore);

class PrintButton extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      await drawAll();
      button.removeAttribute("aria-busy");
      print();
    });
  }
}

customElements.define("print-button", PrintButton);
