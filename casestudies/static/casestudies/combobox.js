/*
Suggestions while somebody types in the search box: an ARIA combobox with a list that is chosen from by hand.
Without this script the form works as it stands. The endpoint and all words come from the box's data attributes.

Down and Up move through the list, Enter follows what is marked or, with nothing marked, asks the question as typed,
Escape closes the list, Alt+Down opens it, Tab leaves. Whatever fails closes the list and says nothing. The box may be
swapped with the page around it: listeners sit on the document, and a box is equipped when it gets the focus.
*/
"use strict";

(() => {
  const PAUSE = 150; // milliseconds after the last key
  const SHORTEST = 2;
  const KEPT = 50; // answers, the newest
  const answers = new Map();
  let timer = 0;
  let request = null;

  const box = (event) => event.target.closest?.("input[data-suggestions]");
  const list = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const marked = (input) => document.getElementById(input.getAttribute("aria-activedescendant"));
  const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

  function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  }

  function made(attributes, text = "") {
    const element = document.createElement("div");
    set(element, attributes);
    element.textContent = text;
    return element;
  }

  function equip(input) {
    if (list(input)) return;
    const id = `${input.id}-suggestions`;
    input.after(
      made({ id, class: "suggestions", role: "listbox", "aria-label": input.dataset.label, hidden: "" }),
      made({ id: `${id}-status`, class: "visually-hidden", role: "status" }),
    );
    set(input, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id });
  }

  function say(input, text) {
    document.getElementById(`${list(input).id}-status`).textContent = text;
  }

  function close(input) {
    clearTimeout(timer);
    request?.abort();
    if (!list(input)) return; // never equipped, or swapped out
    list(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    unmark(input);
    say(input, "");
  }

  function show(input, suggestions) {
    const popup = list(input);
    unmark(input);
    popup.replaceChildren();
    let kind = null;
    let group = null;
    suggestions.forEach((suggestion, index) => {
      if (kind !== suggestion.kind) {
        kind = suggestion.kind;
        const id = `${popup.id}-${kind}`;
        group = made({ role: "group", "aria-labelledby": id });
        group.append(made({ id, class: "suggestions-kind" }, suggestion.kind_label));
        popup.append(group);
      }
      const id = `${popup.id}-${index}`;
      const option = made({ id, class: "suggestion", role: "option", "aria-selected": "false" });
      option.dataset.url = suggestion.url;
      option.append(made({ class: "suggestion-label" }, suggestion.label));
      if (suggestion.count !== null) option.append(made({ class: "count" }, suggestion.count));
      if (suggestion.note) option.append(made({ class: "suggestion-note" }, suggestion.note));
      group.append(option);
    });
    popup.hidden = suggestions.length === 0;
    popup.scrollTop = 0;
    input.setAttribute("aria-expanded", String(suggestions.length > 0));
    say(input, `${input.dataset.found} ${suggestions.length}`);
  }

  async function suggest(input) {
    const typed = input.value.trim();
    if (typed.length < SHORTEST) return close(input);
    equip(input);
    const address = `${input.dataset.suggestions}?q=${encodeURIComponent(typed)}`;
    request?.abort();
    if (!answers.has(address)) {
      request = new AbortController();
      try {
        const response = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
        if (!response.ok) return close(input);
        answers.set(address, (await response.json()).suggestions);
        if (answers.size > KEPT) answers.delete(answers.keys().next().value);
      } catch (error) {
        if (error.name !== "AbortError") close(input); // the line is down: the form works all the same
        return;
      }
    }
    if (document.activeElement === input && input.value.trim() === typed) show(input, answers.get(address));
  }

  function unmark(input) {
    marked(input)?.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(input, step) {
    const options = [...list(input).querySelectorAll("[role=option]")];
    const index = options.indexOf(marked(input));
    const next = options[index < 0 && step < 0 ? options.length - 1 : index + step];
    unmark(input);
    if (!next) return; // past an end of the list is the box
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", next.id);
  }

  function follow(input, option) {
    close(input); // who comes back may find the page as it was left
    location.assign(option.dataset.url);
  }

  function wait(event) {
    const input = box(event);
    if (!input || event.isComposing) return;
    unmark(input); // Enter now asks what is typed
    clearTimeout(timer);
    timer = setTimeout(() => suggest(input), PAUSE);
  }

  document.addEventListener("input", wait);
  document.addEventListener("compositionend", wait); // its last input event still counts as composing

  document.addEventListener("keydown", (event) => {
    const input = box(event);
    if (!input || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen(input)) suggest(input);
      else if (!event.altKey) mark(input, event.key === "ArrowDown" ? 1 : -1);
      else if (event.key === "ArrowUp") close(input);
    } else if (event.key === "Enter" && isOpen(input) && marked(input)) {
      event.preventDefault();
      follow(input, marked(input));
    } else if (event.key === "Escape" && isOpen(input)) {
      event.preventDefault(); // a second Escape empties the box
      close(input);
    } else if (event.key === "Enter" || event.key === "Tab") {
      close(input);
    }
  });

  document.addEventListener("focusin", (event) => box(event) && equip(box(event)));
  document.addEventListener("focusout", (event) => box(event) && close(box(event)));
  // The box keeps the focus, or the list would close under the finger.
  document.addEventListener("mousedown", (event) => event.target.closest?.(".suggestions") && event.preventDefault());
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.(".suggestions [role=option]");
    if (option) follow(option.closest(".suggestions").previousElementSibling, option);
  });
})();
