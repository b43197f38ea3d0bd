// Keeps what htmx leaves alone in step with the list that it swaps: addresses in the head, the place's name, history.
"use strict";
// Enter in a field is a change and then a submission: one question, and one step back. In milliseconds.
const ONE_ACT = 100;
let asked = { path: "", at: -ONE_ACT };
document.addEventListener("htmx:beforeRequest", (event) => {
  const { verb, triggeringEvent } = event.detail.requestConfig;
  if (verb !== "get" || !triggeringEvent) return;
  const path = event.detail.pathInfo.finalRequestPath, at = triggeringEvent.timeStamp;
  if (path === asked.path && at - asked.at < ONE_ACT) event.preventDefault();
  asked = { path, at };
});
document.addEventListener("htmx:afterSettle", (event) => {
  for (const link of document.querySelectorAll("head link[rel=alternate]")) {
    const shown = document.querySelector(`#exports a[type="${link.type}"]`);
    if (shown) link.href = shown.getAttribute("href");
  }
  const field = document.querySelector("input[name=place]"), list = document.querySelector("#results[data-place]");
  const sent = event.detail.requestConfig?.parameters.place;
  // Unless the reader went on typing meanwhile.
  if (field && list && sent === field.value) field.value = list.dataset.place;
});
