// Warns whoever signs out while reports wait on the device. They stay, but are not sent until their writer is back.

import { countUnsent } from "./outbox.js";

const { wordOne, wordMany } = document.querySelector("script[data-word-many]").dataset;

document.addEventListener("submit", (event) => {
  const form = event.target;
  // As it is written: a field named “action” would hide the form's own.
  const address = new URL(form.getAttribute("action") ?? "", document.baseURI);
  if (!address.pathname.endsWith("/logout/") || form.dataset.isAsked) return;
  event.preventDefault();
  const leave = () => {
    form.dataset.isAsked = "yes";
    form.requestSubmit();
  };
  countUnsent().catch(() => 0).then((number) => {
    const sentence = number === 1 ? wordOne : wordMany.replace("{number}", String(number));
    if (!number || confirm(sentence)) leave();
  });
});
