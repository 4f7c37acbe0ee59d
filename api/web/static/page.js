"use strict";
// Forms that change something go once: their button rests until the answer is there. What only calculates may go again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "again" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", "true");
    button.classList.add("busy");
  }
});
// A page that is being left does not load itself again: that would cut off the one that comes.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (document.querySelector("form[data-sent]")) event.preventDefault();
});
// Coming back by the back button: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button.busy")) {
      button.removeAttribute("aria-disabled");
      button.classList.remove("busy");
    }
  }
});
// Confirmations: a button opens its dialog; without script the dialog's form stands open in the page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});
// What is wider than its place can be scrolled with the keys too.
const reachable = () => {
  for (const one of document.querySelectorAll(".scroll, .totals")) {
    if (one.scrollWidth > one.clientWidth) one.setAttribute("tabindex", "0");
    else one.removeAttribute("tabindex");
  }
};
window.addEventListener("load", reachable);
window.addEventListener("resize", reachable);
// Filters apply as they are chosen.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-applies]");
  if (field) field.form.requestSubmit();
});
// A job that goes: its progress is looked at when the service says that there is news, and every few seconds for the
// time that passed. Where no stream comes about, every second.
const watched = document.querySelector("[data-events]");
if (watched) {
  const look = () => watched.querySelector("#progress")?.dispatchEvent(new Event("look"));
  let news = false;
  let told = 0;
  const stream = new EventSource(watched.dataset.events);
  const heard = () => { news = true; };
  stream.addEventListener("progress", heard);
  stream.addEventListener("done", () => { stream.close(); look(); });
  setInterval(() => {
    const live = stream.readyState === EventSource.OPEN;
    if (news || !live || Date.now() - told >= 4000) {
      news = false;
      told = Date.now();
      look();
    }
  }, 1000);
}
