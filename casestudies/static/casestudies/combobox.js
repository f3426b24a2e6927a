/*
Suggestions while somebody types in the search box: an ARIA combobox with a list that is chosen from by hand.
Without this script the form works as it stands. The endpoint and all words come from the box's data attributes.

Down and Up move through the list, Enter follows what is marked or, with nothing marked, asks the question as typed,
Escape closes the list, Tab leaves. The box may be swapped with the page around it: listeners sit on the document.
*/
"use strict";

(() => {
  const PAUSE = 150; // milliseconds after the last key
  const SHORTEST = 2;
  const answers = new Map();
  let timer = 0;
  let request = null;

  const box = (event) => event.target.closest?.("input[data-suggestions]");
  const list = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (input) => [...list(input).querySelectorAll("[role=option]")];
  const marked = (input) => document.getElementById(input.getAttribute("aria-activedescendant"));
  const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

  function equip(input) {
    if (input.getAttribute("role") === "combobox") return;
    const popup = document.createElement("div");
    popup.id = `${input.id}-suggestions`;
    popup.className = "suggestions";
    popup.setAttribute("role", "listbox");
    popup.setAttribute("aria-label", input.dataset.label);
    popup.hidden = true;
    const status = document.createElement("p");
    status.id = `${input.id}-suggestions-status`;
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    input.after(popup, status);
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-expanded", "false"],
      ["aria-controls", popup.id],
    ]) input.setAttribute(name, value);
  }

  function close(input) {
    clearTimeout(timer);
    request?.abort();
    if (input.getAttribute("role") !== "combobox") return;
    list(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(input, suggestions) {
    const popup = list(input);
    popup.replaceChildren();
    let group = null;
    suggestions.forEach((suggestion, index) => {
      if (group?.dataset.kind !== suggestion.kind) {
        group = document.createElement("div");
        group.dataset.kind = suggestion.kind;
        group.setAttribute("role", "group");
        const heading = part("suggestions-kind", suggestion.kind_label);
        heading.id = `${popup.id}-${suggestion.kind}`;
        group.setAttribute("aria-labelledby", heading.id);
        group.append(heading);
        popup.append(group);
      }
      const option = part("suggestion", "");
      option.id = `${popup.id}-${index}`;
      option.dataset.url = suggestion.url;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(part("suggestion-label", suggestion.label));
      if (suggestion.note) option.append(part("suggestion-note", suggestion.note));
      if (suggestion.count !== null) option.append(part("count", String(suggestion.count)));
      group.append(option);
    });
    popup.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(suggestions.length > 0));
    input.removeAttribute("aria-activedescendant");
    document.getElementById(`${popup.id}-status`).textContent = `${input.dataset.found} ${suggestions.length}`;
  }

  function part(className, text) {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    return element;
  }

  async function suggest(input) {
    const typed = input.value.trim();
    if (typed.length < SHORTEST) return close(input);
    equip(input);
    const address = `${input.dataset.suggestions}?q=${encodeURIComponent(typed)}`;
    if (!answers.has(address)) {
      request?.abort();
      request = new AbortController();
      try {
        const response = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
        if (!response.ok) return close(input);
        answers.set(address, (await response.json()).suggestions);
      } catch {
        return; // left for another, or the line is down: the form works all the same
      }
    }
    if (document.activeElement === input && input.value.trim() === typed) show(input, answers.get(address));
  }

  function mark(input, step) {
    const all = options(input);
    const index = all.indexOf(marked(input));
    const next = index < 0 ? (step > 0 ? 0 : all.length - 1) : index + step;
    all[index]?.setAttribute("aria-selected", "false");
    if (!all[next]) return input.removeAttribute("aria-activedescendant");
    all[next].setAttribute("aria-selected", "true");
    all[next].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[next].id);
  }

  document.addEventListener("input", (event) => {
    const input = box(event);
    if (!input || event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(() => suggest(input), PAUSE);
  });

  document.addEventListener("keydown", (event) => {
    const input = box(event);
    if (!input || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen(input)) mark(input, event.key === "ArrowDown" ? 1 : -1);
      else suggest(input);
    } else if (event.key === "Enter" && isOpen(input) && marked(input)) {
      event.preventDefault();
      location.assign(marked(input).dataset.url);
    } else if (event.key === "Escape" && isOpen(input)) {
      event.preventDefault(); // a second Escape empties the box
      close(input);
    } else if (event.key === "Enter" || event.key === "Tab") {
      close(input);
    }
  });

  document.addEventListener("focusout", (event) => box(event) && close(box(event)));
  // Before the box loses the focus, which would close the list under the finger.
  document.addEventListener("pointerdown", (event) => event.target.closest?.(".suggestions") && event.preventDefault());
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.(".suggestions [role=option]");
    if (option) location.assign(option.dataset.url);
  });
  document.addEventListener("focusin", (event) => box(event) && equip(box(event)));
})();
