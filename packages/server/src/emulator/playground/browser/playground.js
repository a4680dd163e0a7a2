/* The playground: remembers the language that code is shown in. */

(() => {
  const tabs = [...document.querySelectorAll(".tabs input[type=radio]")];
  const choose = (language) => {
    for (const tab of tabs) if (tab.value === language) tab.checked = true;
  };
  for (const tab of tabs) {
    tab.addEventListener("change", () => {
      choose(tab.value);
      try {
        localStorage.setItem("language", tab.value);
      } catch {
        // A browser may refuse to keep anything: the choice then lasts as long as the page.
      }
    });
  }
  try {
    const kept = localStorage.getItem("language");
    if (kept) choose(kept);
  } catch {
    // As above.
  }
})();
