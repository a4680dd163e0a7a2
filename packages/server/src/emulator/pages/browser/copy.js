/* Copying a text of the page. Buttons that need this script are shown by it. */

(() => {
  if (!navigator.clipboard) return;
  document.documentElement.classList.add("can-copy");
  const status = document.createElement("p");
  status.className = "quiet-words";
  status.setAttribute("role", "status");
  document.body.append(status);

  const say = (button, words) => {
    const label = button.firstChild;
    button.dataset.words ??= label.data;
    label.data = words;
    status.textContent = words;
    setTimeout(() => {
      label.data = button.dataset.words;
    }, 1600);
  };

  // One listener for all: parts of a page may be replaced while it is open.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    const id = button?.dataset.copy;
    const target = id ? document.getElementById(id) : button?.closest(".panel").querySelector("code");
    if (!target) return;
    const text = target.value ?? target.textContent.trim();
    navigator.clipboard.writeText(text).then(
      () => say(button, "Copied"),
      () => say(button, "Not copied"),
    );
  });
})();
