/* The inspector: parts of the page keep themselves up to date. */

(() => {
  const live = [...document.querySelectorAll("[data-live]")];
  for (const link of document.querySelectorAll("[data-live-hide]")) link.hidden = true;
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of live) {
      const next = page.getElementById(part.id);
      const opened = [...part.querySelectorAll("details[open]")].map((one) => one.id);
      for (const id of opened) next?.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
      if (!next || next.isEqualNode(part) || part.contains(document.activeElement)) continue;
      part.replaceChildren(...next.childNodes);
    }
  };
  setInterval(() => {
    look().catch(() => {});
  }, 1500);
})();
