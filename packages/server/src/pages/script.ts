/** Owns the one script. Every page does all of its work without it: it adds copying, filling in, and a remembered language. */

import { asset } from "./asset.js";

const source = `"use strict";
(() => {
  const say = (button, words) => {
    const before = button.dataset.words || (button.dataset.words = button.firstChild.data);
    button.firstChild.data = words;
    setTimeout(() => { button.firstChild.data = before; }, 1600);
  };
  const status = document.createElement("p");
  status.className = "quiet-words";
  status.setAttribute("role", "status");
  document.body.append(status);

  if (navigator.clipboard) {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      const target = document.getElementById(button.dataset.copy);
      if (!target) continue;
      button.hidden = false;
      button.addEventListener("click", () => {
        navigator.clipboard.writeText(target.textContent.trim()).then(
          () => { say(button, "Copied"); status.textContent = "Copied"; },
          () => { say(button, "Not copied"); status.textContent = "Not copied"; },
        );
      });
    }
  }

  for (const button of document.querySelectorAll("button[data-email]")) {
    const email = document.getElementById("email");
    const password = document.getElementById("password");
    if (!email || !password) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      email.value = button.dataset.email;
      password.value = button.dataset.password;
      document.getElementById("sign-in").focus();
    });
  }

  const tabs = [...document.querySelectorAll(".tabs input[type=radio]")];
  const choose = (language) => {
    for (const tab of tabs) if (tab.value === language) tab.checked = true;
  };
  for (const tab of tabs) {
    tab.addEventListener("change", () => {
      choose(tab.value);
      try { localStorage.setItem("language", tab.value); } catch {}
    });
  }
  try {
    const kept = localStorage.getItem("language");
    if (kept) choose(kept);
  } catch {}
})();
`;

export const script = asset("script", source);
