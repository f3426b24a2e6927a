// Shows one part of the study form at a time. Without this script all parts stand one below the other.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector(".study-tabs");
  if (!list) return;
  const tabs = [...list.querySelectorAll("[role=tab]")];

  const partsOf = (name) =>
    [...document.querySelectorAll(`#casestudy_form .tab-${name}`)].map((part) => part.closest(".inline-group") || part);

  function open(chosen) {
    for (const tab of tabs) {
      const selected = tab === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      for (const part of partsOf(tab.dataset.tab)) part.hidden = !selected;
    }
    sessionStorage.setItem("study-tab", chosen.dataset.tab);
  }

  for (const tab of tabs) {
    const parts = partsOf(tab.dataset.tab);
    parts.forEach((part, index) => (part.id ||= `part-${tab.dataset.tab}-${index}`));
    tab.setAttribute("aria-controls", parts.map((part) => part.id).join(" "));
    tab.classList.toggle("with-errors", parts.some((part) => part.querySelector(".errors, .errorlist")));
    tab.addEventListener("click", () => open(tab));
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    open(next);
  });

  // A link to a field, as from what stands in the way of publishing, opens the part that holds it.
  function openTarget() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const holder = tabs.find((tab) => partsOf(tab.dataset.tab).some((part) => part.contains(target)));
    if (holder) open(holder);
    const field = document.getElementById(target.dataset.field) || target;
    field.scrollIntoView();
    field.focus();
  }
  window.addEventListener("hashchange", openTarget);

  list.hidden = false;
  const remembered = tabs.find((tab) => tab.dataset.tab === sessionStorage.getItem("study-tab"));
  open(tabs.find((tab) => tab.classList.contains("with-errors")) || remembered || tabs[0]);
  openTarget();
});
