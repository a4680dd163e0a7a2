/* The inspector: parts of the page keep themselves up to date, and say when the emulator is gone. */

(() => {
  const live = [...document.querySelectorAll("[data-live]")];
  const gone = document.getElementById("gone");
  for (const link of document.querySelectorAll("[data-live-hide]")) link.hidden = true;

  const renew = (part, page) => {
    const next = page.getElementById(part.id);
    if (!next) return;
    for (const { id } of part.querySelectorAll("details[open]"))
      next.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (next.isEqualNode(part) || part.contains(document.activeElement)) return;
    part.replaceChildren(...next.childNodes);
  };

  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    gone.hidden = true;
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of live) renew(part, page);
  };

  const again = () =>
    setTimeout(
      () =>
        look()
          .catch(() => {
            gone.hidden = false;
          })
          .then(again),
      1500,
    );
  again();
})();
