/* The sign-in page: lets a person read the password they typed. The page does all of its work without it. */

(() => {
  const password = document.getElementById("password");
  const button = document.querySelector("button[data-show-password]");
  if (!password || !button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = password.type === "text";
    password.type = shown ? "password" : "text";
    button.firstChild.data = shown ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!shown));
    password.focus();
  });
  // What is sent must not be remembered as ordinary text by the browser.
  password.form.addEventListener("submit", () => {
    password.type = "password";
  });
})();
