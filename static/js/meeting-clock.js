// How long a meeting, or the matter that is talked about, has gone on. Without a script the number of the page stands.
class MeetingClock extends HTMLElement {
  connectedCallback() {
    this.began = Date.now() - Number(this.dataset.seconds) * 1000;
    this.setAttribute("role", "timer");
    this.setAttribute("aria-label", this.dataset.label);
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const seconds = Math.max(0, Math.round((Date.now() - this.began) / 1000));
    this.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

customElements.define("meeting-clock", MeetingClock);
