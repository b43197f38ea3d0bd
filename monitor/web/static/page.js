// Keeps the addresses in the head those of the list that is shown: htmx swaps the body alone.
"use strict";
document.addEventListener("htmx:afterSettle", () => {
  for (const link of document.querySelectorAll("head link[rel=alternate]")) {
    const shown = document.querySelector(`#exports a[type="${link.type}"]`);
    if (shown) link.href = shown.getAttribute("href");
  }
});
