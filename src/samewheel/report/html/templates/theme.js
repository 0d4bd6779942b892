(() => {
  "use strict";
  const kinds = ["", "light", "dark"];
  const names = { "": "as the system", light: "light", dark: "dark" };
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("samewheel-colours") || ""; } catch { return ""; } };
  const keep = (kind) => { try { localStorage.setItem("samewheel-colours", kind); } catch { /* a page may not */ } };
  let kind = kinds.includes(kept()) ? kept() : "";
  const show = () => { if (kind) { root.dataset.theme = kind; } else { delete root.dataset.theme; } };
  show();
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const say = () => { button.textContent = `Colours: ${names[kind]}`; };
    button.hidden = false;
    say();
    button.addEventListener("click", () => {
      kind = kinds[(kinds.indexOf(kind) + 1) % kinds.length];
      keep(kind);
      show();
      say();
    });
  });
})();
