// Keys: the one that <body data-keys> names for an action presses the button that has it.
// Never while somebody types, and one press does one thing however long a key is held down.
"use strict";

(() => {
  const keys = JSON.parse(document.body.dataset.keys);
  const withAlt = document.body.dataset.keyMode === "alt";
  const dialog = document.getElementById("keys");
  const HELD = new Set(["next", "previous"]);

  /** Return the first element of an action that can be pressed now. */
  function find(action, root = document) {
    return [...root.querySelectorAll(`[data-action="${action}"]`)].find(
      (element) => !element.disabled && !element.closest("[inert]") && element.checkVisibility({ visibilityProperty: true }),
    );
  }

  /** Return what was typed, whatever the script, the case, or what Alt makes of it. */
  function typed(event) {
    const plain = withAlt && /^(?:Key|Digit)(.)$/.exec(event.code);
    return (plain ? plain[1] : event.key).normalize("NFKC").toLowerCase();
  }

  function types(element) {
    if (element.isContentEditable || element.matches("select, textarea")) return true;
    return element.matches("input") && !["radio", "checkbox", "range", "button", "submit"].includes(element.type);
  }

  function help() {
    let shown = 0;
    for (const term of dialog.querySelectorAll("dt")) {
      const here = find(term.dataset.of) !== undefined;
      term.hidden = term.nextElementSibling.hidden = !here;
      shown += here && term.dataset.of !== "help";
    }
    dialog.querySelector(".none").hidden = shown > 0;
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey !== withAlt || types(event.target)) return;
    const key = typed(event);
    const action = Object.keys(keys).find((name) => keys[name] === key);
    if (!action || (event.repeat && !HELD.has(action))) return;
    const modal = document.querySelector("dialog[open]");
    if (modal === dialog && action === "help") {
      dialog.close();
    } else {
      const element = find(action, modal ?? document);
      if (!element) return;
      if (element.matches("input[type=radio], input[type=checkbox], input[type=range]")) element.focus();
      element.click();
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-action="help"]')) help();
  });

  /** Show the key of everything that has one: beside its words, and to screen readers. */
  function label() {
    for (const element of document.querySelectorAll("[data-action]:not([aria-keyshortcuts])")) {
      const key = keys[element.dataset.action];
      if (element.dataset.action === "help") element.hidden = false;
      if (!key) continue;
      element.setAttribute("aria-keyshortcuts", withAlt ? `Alt+${key}` : key);
      const place = element.matches("input") ? element.labels?.[0] : element;
      const shown = document.createElement("kbd");
      shown.textContent = key;
      shown.setAttribute("aria-hidden", "true");
      place?.append(" ", shown);
    }
  }

  label();
  new MutationObserver(label).observe(document.getElementById("content"), { childList: true, subtree: true });
})();
