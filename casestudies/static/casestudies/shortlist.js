/* Shows what is in the reader's shortlist on pages that all readers share: it reads the cookie that the server wrote.
   Adding and removing is a form; without scripts the server leads back to the page, which then says so. */

"use strict";

(() => {
  function chosen() {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("shortlist="));
    return cookie ? cookie.slice("shortlist=".length).split(".") : [];
  }

  function show() {
    const slugs = chosen();
    const count = document.getElementById("shortlist-count");
    count.textContent = `(${slugs.length})`;
    count.hidden = !slugs.length;
    const { add, remove } = document.getElementById("shortlist-form").dataset;
    for (const button of document.querySelectorAll("button[form='shortlist-form']")) {
      const inside = slugs.includes(button.value);
      button.name = inside ? "remove" : "add";
      button.classList.toggle("inside", inside);
      button.querySelector(".choose-label").textContent = inside ? remove : add;
    }
  }

  show();
  document.addEventListener("htmx:afterSettle", show);
  // Another tab may have changed it, or the page come back from the browser's memory.
  window.addEventListener("focus", show);
  window.addEventListener("pageshow", show);
})();
