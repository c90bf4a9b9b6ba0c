// <report-photos data-most="3"> takes photos with a report: each is scaled down on the device before it is kept, which
// also leaves position, time and camera behind. Without this script the file field it holds is sent as it is.
// It tells of "photo-added" and "photo-removed"; where nobody keeps the photos, they lie in the form's own field.

import { newNumber } from "./outbox.js";
import { words } from "./when.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.85;

/** A picture as a JPEG of at most 1,600 pixels, upright. Fails where the browser cannot read the file. */
export async function scaled(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const share = Math.min(1, LONGEST_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const width = Math.max(1, Math.round(image.naturalWidth * share));
    const height = Math.max(1, Math.round(image.naturalHeight * share));
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    // What can be seen through would turn black.
    pen.fillStyle = "white";
    pen.fillRect(0, 0, width, height);
    pen.drawImage(image, 0, 0, width, height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (!blob) throw new Error("no picture");
    // As bytes: not every browser gives back a Blob that it was asked to keep.
    return { data: await blob.arrayBuffer(), width, height };
  } finally {
    URL.revokeObjectURL(address);
  }
}

function addressOf(data) {
  return URL.createObjectURL(new Blob([data], { type: "image/jpeg" }));
}

function forget({ address }) {
  URL.revokeObjectURL(address);
}

class ReportPhotos extends HTMLElement {
  connectedCallback() {
    if (this.chosen) return;
    this.chosen = [];
    // Counts the reports that have stood here: a photo that is still made smaller goes to no other than its own.
    this.reports = 0;
    this.isChoosing = false;
    this.most = Number(this.dataset.most);
    this.field = this.querySelector("input[type=file]");
    this.list = this.querySelector("[data-chosen]");
    this.said = this.querySelector("[data-photos-said]");
    this.take = this.querySelector("[data-take]");
    this.isAlone = !this.closest("report-entry, inspection-entry");
    this.take.addEventListener("click", () => {
      this.isChoosing = true;
      this.field.click();
    });
    // Not every browser tells that nothing was chosen, but whoever sends has closed the camera.
    this.field.addEventListener("cancel", () => (this.isChoosing = false));
    this.field.form.addEventListener("submit", () => (this.isChoosing = false), { capture: true });
    // Whoever sends waits for this: a photo that is still made smaller belongs to the report on the screen.
    this.ready = Promise.resolve();
    this.field.addEventListener("change", () => {
      const files = [...this.field.files];
      const { reports } = this;
      this.isChoosing = false;
      // The same photo can be chosen again after it was taken away.
      this.field.value = "";
      this.isBusy = true;
      this.ready = this.ready.then(() => this.#add(files, reports));
    });
    if (this.isAlone) this.field.form.addEventListener("submit", (event) => this.#submitted(event));
    this.dataset.state = "ready";
    this.#show();
  }

  /** Show these photos instead, as an outbox has kept them. */
  show(photos) {
    this.reports += 1;
    this.chosen.forEach(forget);
    this.chosen = photos.map(({ uuid, data, width, height, at, about }) => ({ uuid, data, width, height, at, about, address: addressOf(data) }));
    this.#say("");
    this.#show();
  }

  clear() {
    this.show([]);
  }

  /** Let go of photos that have been sent; what was chosen afterwards stays. */
  letGo(numbers) {
    this.chosen.filter(({ uuid }) => numbers.has(uuid)).forEach(forget);
    this.chosen = this.chosen.filter(({ uuid }) => !numbers.has(uuid));
    this.#show();
  }

  /** The same photos for another report: each number belongs to one. */
  renew() {
    for (const photo of this.chosen) photo.uuid = newNumber();
  }

  /** Put the photos into the form's own field, for a form that is sent as any form is. */
  intoForm() {
    const files = new DataTransfer();
    for (const [index, { data }] of this.chosen.entries()) {
      files.items.add(new File([data], `${index + 1}.jpg`, { type: "image/jpeg" }));
    }
    this.field.files = files.files;
  }

  async #add(files, reports) {
    const room = this.most - this.chosen.length;
    const sentences = files.length > room ? [words.photo_most] : [];
    this.isBusy = this.take.disabled = true;
    this.#say(words.photo_working);
    for (const file of files.slice(0, room)) {
      try {
        const picture = await scaled(file);
        if (reports !== this.reports) break;
        const photo = { uuid: newNumber(), at: Date.now() + this.chosen.length, address: addressOf(picture.data), ...picture };
        if (this.dataset.about) photo.about = this.dataset.about;
        this.chosen.push(photo);
        this.#show();
        this.#tell("photo-added", photo);
      } catch (problem) {
        console.warn("report-photos:", problem);
        sentences.push(words.photo_unreadable);
      }
    }
    this.isBusy = this.take.disabled = false;
    this.#show();
    this.#say([...new Set(sentences)].join(" "));
  }

  /** Where nobody else waits for the photos, the form does. */
  #submitted(event) {
    if (!this.isBusy) return;
    event.preventDefault();
    this.ready.then(() => this.field.form.requestSubmit(event.submitter));
  }

  #remove(photo) {
    this.chosen = this.chosen.filter((one) => one !== photo);
    forget(photo);
    this.#show();
    this.#say("");
    this.#tell("photo-removed", photo);
    this.take.focus();
  }

  #tell(name, photo) {
    if (this.isAlone) this.intoForm();
    this.dispatchEvent(new CustomEvent(name, { detail: photo }));
  }

  #say(text) {
    this.said.textContent = text;
  }

  #show() {
    this.list.replaceChildren(...this.chosen.map((photo, index) => this.#row(photo, index + 1)));
    this.list.hidden = !this.chosen.length;
    this.take.hidden = this.chosen.length >= this.most;
  }

  #row(photo, number) {
    const name = words.photo_chosen.replace("{number}", String(number));
    const image = Object.assign(document.createElement("img"), { src: photo.address, alt: name });
    const remove = Object.assign(document.createElement("button"), { className: "ds-button", type: "button", textContent: words.photo_remove });
    remove.dataset.variant = "tertiary";
    const which = Object.assign(document.createElement("span"), { className: "ds-sr-only", textContent: `, ${name}` });
    remove.append(which);
    remove.addEventListener("click", () => this.#remove(photo));
    const row = Object.assign(document.createElement("li"), { className: "chosen__photo" });
    row.append(image, remove);
    return row;
  }
}

customElements.define("report-photos", ReportPhotos);
