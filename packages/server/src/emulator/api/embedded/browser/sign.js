/**
 * Tells the app around an embedded page what happens in it, in the messages that the vendor's embedded client takes.
 * Each element with `data-message` is one message, sent in the order of the page.
 */

(() => {
  const target = document.querySelector("[data-parent-origin]")?.dataset.parentOrigin;
  if (!target || window.parent === window) return;
  const send = (type, payload) => window.parent.postMessage({ type, payload }, target);
  for (const { dataset } of document.querySelectorAll("[data-message]")) {
    send(dataset.message, JSON.parse(dataset.payload ?? "{}"));
  }
  const cancel = document.querySelector("[data-cancel]");
  window.addEventListener("message", (event) => {
    if (event.origin !== target || event.source !== window.parent) return;
    const { type, payload } = event.data ?? {};
    if (type === "hellosign:configure" && cancel) cancel.hidden = payload?.allowCancel === false;
    if (type === "hellosign:userCancelRequest") send("hellosign:userCancelRequest");
  });
  cancel?.addEventListener("click", () => send("hellosign:userCancelRequest"));
})();
