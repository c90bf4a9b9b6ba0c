// <photo-cover> lets whoever reviews black out parts of a photo: drag over them, press two corners, or add a rectangle
// and move it with the arrow keys. The server burns them in. Without this script a photo is approved or removed whole.

const SMALLEST = 0.01;
const STEP = 0.01;

function clamp(value) {
  return Math.min(1, Math.max(0, value));
}

class PhotoCover extends HTMLElement {
  connectedCallback() {
    if (this.boxes) return;
    this.boxes = [];
    this.frame = this.querySelector("[data-frame]");
    this.form = this.querySelector("[data-cover-form]");
    this.begin = this.querySelector("[data-cover-begin]");
    this.begin.hidden = false;
    this.begin.addEventListener("click", () => this.#open(this.form.hidden));
    this.querySelector("[data-cover-add]").addEventListener("click", () => this.#add(0.4, 0.4, 0.6, 0.6).element.focus());
    this.querySelector("[data-cover-undo]").addEventListener("click", () => this.#remove(this.boxes.at(-1)));
    this.frame.addEventListener("pointerdown", (event) => this.#pressed(event));
    this.frame.addEventListener("pointermove", (event) => this.#moved(event));
    this.frame.addEventListener("pointerup", (event) => this.#released(event));
    this.frame.addEventListener("pointercancel", () => this.#giveUp());
    this.#show();
  }

  #open(isOpen) {
    this.form.hidden = !isOpen;
    this.begin.setAttribute("aria-expanded", String(isOpen));
    this.frame.toggleAttribute("data-covering", isOpen);
    // What is being drawn on is not approved by the same slip of the hand.
    for (const button of this.querySelectorAll("[value=approve]")) button.disabled = isOpen;
    if (!isOpen) while (this.boxes.length) this.#remove(this.boxes.at(-1));
  }

  #at({ clientX, clientY }) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return [clamp((clientX - left) / width), clamp((clientY - top) / height)];
  }

  #pressed(event) {
    if (this.form.hidden || event.button !== 0) return;
    event.preventDefault();
    this.frame.setPointerCapture(event.pointerId);
    const [x, y] = this.#at(event);
    // The second of two presses closes the rectangle that the first one began.
    if (this.corner) {
      this.drawing = this.corner;
      this.corner = null;
      this.#stretch(this.drawing, x, y);
    } else {
      this.drawing = this.#add(x, y, x, y);
    }
  }

  #moved(event) {
    if (this.drawing) this.#stretch(this.drawing, ...this.#at(event));
  }

  #released() {
    const box = this.drawing;
    this.drawing = null;
    if (!box) return;
    const isPoint = Math.abs(box.x - box.left) < SMALLEST && Math.abs(box.y - box.top) < SMALLEST;
    if (isPoint) this.corner = box;
    this.#show();
  }

  #giveUp() {
    if (this.drawing) this.#remove(this.drawing);
    this.drawing = null;
  }

  /** From the corner it began at to here. */
  #stretch(box, x, y) {
    box.x = x;
    box.y = y;
    this.#show();
  }

  #add(left, top, x, y) {
    const element = Object.assign(document.createElement("button"), { type: "button", className: "photo__black" });
    element.setAttribute("aria-label", this.dataset.wordBox);
    const box = { left, top, x, y, element };
    element.addEventListener("keydown", (event) => this.#key(event, box));
    this.boxes.push(box);
    this.frame.append(element);
    this.#show();
    return box;
  }

  /** Arrows move a rectangle, with Shift they change its size; Delete takes it away. */
  #key(event, box) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#remove(box);
      this.querySelector("[data-cover-add]").focus();
      return;
    }
    const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!way) return;
    event.preventDefault();
    if (!event.shiftKey) {
      box.left = clamp(box.left + way[0]);
      box.top = clamp(box.top + way[1]);
    }
    box.x = clamp(box.x + way[0]);
    box.y = clamp(box.y + way[1]);
    this.#show();
  }

  #remove(box) {
    if (!box) return;
    if (this.corner === box) this.corner = null;
    this.boxes = this.boxes.filter((one) => one !== box);
    box.element.remove();
    this.#show();
  }

  #show() {
    for (const { left, top, x, y, element } of this.boxes) {
      element.style.left = `${100 * Math.min(left, x)}%`;
      element.style.top = `${100 * Math.min(top, y)}%`;
      element.style.width = `${100 * Math.abs(x - left)}%`;
      element.style.height = `${100 * Math.abs(y - top)}%`;
    }
    const whole = this.boxes.filter(({ left, top, x, y }) => Math.abs(x - left) > 0 && Math.abs(y - top) > 0);
    this.form.elements.boxes.value = JSON.stringify(whole.map(({ left, top, x, y }) => [left, top, x, y]));
    this.form.querySelector("[type=submit]").disabled = !whole.length;
    this.querySelector("[data-cover-undo]").hidden = !this.boxes.length;
  }
}

customElements.define("photo-cover", PhotoCover);
