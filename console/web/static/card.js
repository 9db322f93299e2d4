// Comparing two pictures: one over the other, swiped away, or in turn. Without scripts they stand
// beside each other.
"use strict";

(() => {
  const HALF = 500; // ms that each of the two is seen: one change back and forth a second
  const LONGEST = 10_000; // ms after which blinking stops by itself
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let blinking = null;

  const part = (pair, name) => pair.querySelector(`[data-part="${name}"]`);
  const viewOf = (pair) => pair.querySelector('[data-view][aria-pressed="true"]')?.dataset.view ?? "";

  function stop() {
    if (!blinking) return;
    window.clearInterval(blinking.clock);
    part(blinking.pair, "over").setAttribute("visibility", "visible");
    blinking = null;
  }

  function turn(pair) {
    const over = part(pair, "over");
    over.setAttribute("visibility", over.getAttribute("visibility") === "hidden" ? "visible" : "hidden");
  }

  function blink(pair) {
    if (still.matches) return; // each press of the button turns the picture instead
    const began = Date.now();
    const clock = window.setInterval(() => {
      if (Date.now() - began < LONGEST && !still.matches && pair.isConnected) {
        turn(pair);
      } else {
        show(pair, "");
        tell(pair.querySelector(".tools").dataset.stopped);
      }
    }, HALF);
    blinking = { pair, clock };
  }

  /** Lay the registered picture over the listing's as far as the range says. */
  function lay(pair) {
    const view = viewOf(pair);
    const share = part(pair, "range").valueAsNumber / 100;
    const width = pair.querySelector(".stage svg").viewBox.baseVal.width;
    const edge = part(pair, "edge");
    part(pair, "over").setAttribute("opacity", view === "overlay" ? share : 1);
    part(pair, "cut").setAttribute("width", view === "swipe" ? width * share : width);
    edge.setAttribute("x1", width * share);
    edge.setAttribute("x2", width * share);
    edge.style.visibility = view === "swipe" ? "visible" : "hidden";
  }

  /** Show a pair in one way; "" is beside each other. */
  function show(pair, view) {
    stop();
    for (const image of pair.querySelectorAll("[data-href]")) {
      image.setAttribute("href", image.dataset.href);
      image.removeAttribute("data-href");
    }
    for (const button of pair.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
    pair.querySelector(".beside").hidden = view !== "";
    pair.querySelector(".stage").hidden = view === "";
    const label = part(pair, "label");
    label.textContent = label.dataset[view] ?? "";
    label.parentElement.hidden = view === "" || view === "blink";
    part(pair, "over").setAttribute("visibility", "visible");
    lay(pair);
    if (view === "blink") blink(pair);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-view]");
    if (!button) return;
    const pair = button.closest(".pair");
    const again = viewOf(pair) === button.dataset.view;
    if (again && button.dataset.view === "blink" && still.matches) turn(pair);
    else show(pair, again ? "" : button.dataset.view);
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches('[data-part="range"]')) lay(event.target.closest(".pair"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && blinking) show(blinking.pair, "");
  });

  /** Offer the ways of comparing, which need this script. */
  function offer() {
    for (const tools of document.querySelectorAll(".pair > .tools[hidden]")) tools.hidden = false;
  }

  offer();
  new MutationObserver(offer).observe(document.getElementById("content"), { childList: true, subtree: true });
})();
