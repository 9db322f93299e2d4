// What every page of the console needs of scripts; everything works without them too.
"use strict";

/** Say something to those who listen to the page. */
function tell(text) {
  document.getElementById("live").textContent = text;
}

// A form with data-confirm asks first.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A select with data-submit sends its form when it changes.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
