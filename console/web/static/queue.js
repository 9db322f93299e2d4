// The page of a group: whoever leaves it gives it out of hand.
"use strict";

(() => {
  const held = document.querySelector("[data-leave]");
  // What the next page has renewed by then ends at another moment, and stays.
  addEventListener("pagehide", () => {
    if (held) navigator.sendBeacon(held.dataset.leave, new URLSearchParams({ until: held.dataset.until }));
  });
  // Back in the history the page is another's, perhaps: ask again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const list = document.querySelector(".rest ol");
  const current = list?.querySelector("[aria-current]");
  if (current) list.scrollTop = current.parentElement.offsetTop - list.clientHeight / 3;

  // A cause belongs to one decision: its button is the one to press.
  const form = document.querySelector("form.judge");
  form?.addEventListener("change", (event) => {
    if (event.target.name !== "cause") return;
    const of = event.target.closest(".of");
    for (const button of form.querySelectorAll(".answer")) {
      const fits = of.classList.contains(button.value);
      button.classList.toggle("fits", fits);
      if (fits) button.querySelector("small").textContent = event.target.labels[0].firstChild.nextSibling.textContent.trim();
    }
  });
  // One press decides one hit, however often the key is struck.
  form?.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
})();
