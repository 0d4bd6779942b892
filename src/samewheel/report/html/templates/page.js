addEventListener("DOMContentLoaded", () => {
  "use strict";
  const tree = document.querySelector(".tree");
  const target = () => {
    const aim = location.hash && document.getElementById(location.hash.slice(1));
    if (!aim) { return; }
    const inner = aim.querySelector(":scope > details");
    if (inner) { inner.open = true; }
    aim.focus({ preventScroll: true });
    aim.scrollIntoView();
  };
  addEventListener("hashchange", target);
  target();
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => { opened.forEach((one) => { one.open = false; }); });
  if (!tree) { return; }
  const find = document.getElementById("find");
  const odd = document.getElementById("odd");
  const expand = document.getElementById("expand");
  const found = document.getElementById("found");
  const leaves = [...tree.querySelectorAll("li.leaf")];
  const folders = [...tree.querySelectorAll("li.folder")].reverse();
  const rests = [...tree.querySelectorAll("li.rest")];
  document.querySelector(".controls").hidden = false;
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    let count = 0;
    for (const leaf of leaves) {
      const seen = (!wanted || leaf.dataset.path.includes(wanted)) && !(odd.checked && leaf.dataset.same === "1");
      leaf.hidden = !seen;
      count += seen;
    }
    for (const rest of rests) { rest.hidden = Boolean(wanted) || odd.checked; }
    for (const folder of folders) {
      folder.hidden = !folder.querySelector(":scope > details > ul > li:not([hidden])");
      if (wanted && !folder.hidden) { folder.firstElementChild.open = true; }
    }
    found.textContent = wanted || odd.checked ? `${count} of ${leaves.length} shown` : "";
  };
  find.addEventListener("input", filter);
  odd.addEventListener("change", filter);
  expand.addEventListener("click", () => {
    const all = [...tree.querySelectorAll("details")];
    const open = all.some((one) => !one.open);
    all.forEach((one) => { one.open = open; });
    expand.textContent = open ? "Close all folders" : "Open all folders";
  });
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find.focus();
    } else if (event.key === "Escape" && event.target === find) {
      find.value = "";
      filter();
    }
  });
  filter();
});
