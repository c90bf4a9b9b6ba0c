// Shows what only works with passkeys in the browser, and says in words when a passkey did not work.
// allauth's own scripts do the ceremony and tell of a failure with an event.

const WORDS = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known", SecurityError: "insecure" };

document.addEventListener("allauth.error", (event) => {
  const trouble = document.getElementById("key-trouble");
  if (!trouble) return;
  event.preventDefault();
  trouble.textContent = trouble.dataset[WORDS[event.detail.exception?.name] ?? "other"];
  trouble.hidden = false;
});

if (window.PublicKeyCredential) {
  // Not before allauth has tied its work to the buttons, which it does at this event too and asked for first: a press that
  // comes earlier would send an empty form.
  document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll("[data-with-passkeys]")) part.hidden = false;
  });
} else {
  const trouble = document.getElementById("key-trouble");
  if (trouble && !document.querySelector("[data-with-passkeys]")) {
    trouble.textContent = trouble.dataset.insecure;
    trouble.hidden = false;
  }
}
