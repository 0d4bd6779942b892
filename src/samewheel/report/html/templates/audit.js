addEventListener("DOMContentLoaded", () => {
  "use strict";
  const HEIGHT = 38;
  const SPARE = 12;
  const NAME = 0, VERSION = 1, WORD = 2, BACKEND = 3, CAUSES = 4, WHY = 5, PAGE = 6;
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("data").textContent);
  const all = data.rows;
  const texts = all.map((row) => {
    const causes = row[CAUSES].map((cause) => data.causes[cause]).join(" ");
    return `${row[NAME]} ${row[VERSION]} ${causes} ${row[WHY]}`.toLowerCase();
  });
  const list = at("list"), rows = at("rows"), table = at("table"), find = at("find");
  const chips = [...at("chips").querySelectorAll("input")];
  const heads = [...table.querySelectorAll("th")];
  let shown = all.map((_, index) => index);
  let key = "name", down = false, drawn = [-1, -1];

  const make = (tag, kind, text) => {
    const one = document.createElement(tag);
    if (kind) { one.className = kind; }
    if (text !== undefined) { one.textContent = text; }
    return one;
  };
  const options = (select, names, none) => names.forEach((name, index) => {
    const one = make("option", "", name || none);
    one.value = String(index);
    select.append(one);
  });
  options(at("backend"), data.backends, "not said");
  options(at("cause"), data.causes, "");

  const draw = (place) => {
    const row = all[shown[place]];
    const [word, tone, sign] = data.words[row[WORD]];
    const one = make("tr");
    one.setAttribute("aria-rowindex", String(place + 2));
    const name = make("td", "name"), link = make("a", "name", row[NAME]);
    link.href = row[PAGE];
    link.dataset.place = String(place);
    name.append(link, " ", make("bdi", "version", row[VERSION]));
    name.title = `${row[NAME]} ${row[VERSION]}`;
    const mark = make("span", `badge ${tone}`), letter = make("span", "sign", sign);
    letter.setAttribute("aria-hidden", "true");
    mark.append(letter, word);
    const verdict = make("td");
    verdict.append(mark);
    const why = row[CAUSES].map((cause) => data.causes[cause]).join(", ") || row[WHY];
    const reason = make("td", "why", why);
    reason.title = row[WHY] || why;
    one.append(name, verdict, make("td", "backend", data.backends[row[BACKEND]]), reason);
    return one;
  };
  const space = (height) => {
    const one = make("tr", "space"), cell = make("td");
    one.setAttribute("aria-hidden", "true");
    // A cell over columns that are hidden would make room for them.
    cell.colSpan = heads.filter((head) => getComputedStyle(head).display !== "none").length;
    cell.style.height = `${height}px`;
    one.append(cell);
    return one;
  };
  const fill = (start, stop) => {
    if (drawn[0] === start && drawn[1] === stop) { return; }
    const held = document.activeElement && rows.contains(document.activeElement)
      ? document.activeElement.dataset.place : undefined;
    const parts = [space(start * HEIGHT)];
    for (let place = start; place < stop; place += 1) { parts.push(draw(place)); }
    parts.push(space((shown.length - stop) * HEIGHT));
    rows.replaceChildren(...parts);
    drawn = [start, stop];
    if (held !== undefined) {
      const again = rows.querySelector(`a[data-place="${held}"]`);
      (again || list).focus({ preventScroll: true });
    }
  };
  const redraw = () => {
    const first = Math.floor(list.scrollTop / HEIGHT);
    const start = Math.max(0, first - SPARE);
    fill(start, Math.min(shown.length, first + Math.ceil(list.clientHeight / HEIGHT) + SPARE));
  };
  const whole = new Intl.Collator("en", { numeric: true });
  const order = {
    name: (a, b) => whole.compare(all[a][NAME], all[b][NAME]),
    word: (a, b) => all[a][WORD] - all[b][WORD],
    backend: (a, b) => all[a][BACKEND] - all[b][BACKEND],
    why: (a, b) => whole.compare(texts[a].slice(all[a][NAME].length), texts[b].slice(all[b][NAME].length)),
  };
  const update = () => {
    const wanted = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const words = new Set(chips.filter((chip) => chip.checked).map((chip) => chip.value));
    const backend = at("backend").value, cause = at("cause").value;
    shown = [];
    all.forEach((row, index) => {
      if (words.has(data.words[row[WORD]][0])
        && (backend === "" || row[BACKEND] === Number(backend))
        && (cause === "" || row[CAUSES].includes(Number(cause)))
        && wanted.every((word) => texts[index].includes(word))) { shown.push(index); }
    });
    shown.sort((a, b) => order[key](a, b) || a - b);
    if (down) { shown.reverse(); }
    table.setAttribute("aria-rowcount", String(shown.length + 1));
    at("count").textContent = `${shown.length.toLocaleString("en")} of ${all.length.toLocaleString("en")}`;
    at("nothing").hidden = shown.length > 0;
    list.scrollTop = 0;
    drawn = [-1, -1];
    redraw();
    // The first rows have made the list as high as it may be.
    redraw();
  };
  heads.forEach((head) => head.firstElementChild.addEventListener("click", () => {
    const chosen = head.firstElementChild.dataset.key;
    down = key === chosen && !down;
    key = chosen;
    heads.forEach((one) => one.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    update();
  }));
  find.addEventListener("input", update);
  [at("backend"), at("cause"), ...chips].forEach((one) => one.addEventListener("change", update));
  at("reset").addEventListener("click", () => {
    find.value = "";
    at("backend").value = "";
    at("cause").value = "";
    chips.forEach((chip) => { chip.checked = true; });
    update();
  });
  const go = (place) => {
    if (!shown.length) { return; }
    const aim = Math.max(0, Math.min(shown.length - 1, place));
    const top = aim * HEIGHT, room = list.clientHeight - HEIGHT * 2;
    if (top < list.scrollTop) { list.scrollTop = top; }
    if (top > list.scrollTop + room) { list.scrollTop = top - room; }
    redraw();
    rows.querySelector(`a[data-place="${aim}"]`).focus({ preventScroll: true });
  };
  list.addEventListener("keydown", (event) => {
    const here = event.target.dataset && event.target.dataset.place;
    if (event.target.tagName === "BUTTON" || event.altKey || event.ctrlKey || event.metaKey) { return; }
    const place = here === undefined ? -1 : Number(here);
    const page = Math.max(1, Math.floor(list.clientHeight / HEIGHT) - 2);
    const steps = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + page, PageUp: place - page,
      Home: 0, End: shown.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      go(steps[event.key]);
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(event.target.tagName) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      find.focus();
    } else if (event.key === "Escape" && event.target === find) {
      find.value = "";
      update();
    }
  });
  list.addEventListener("scroll", redraw, { passive: true });
  addEventListener("resize", () => { drawn = [-1, -1]; redraw(); });
  addEventListener("beforeprint", () => fill(0, shown.length));
  addEventListener("afterprint", () => { drawn = [-1, -1]; redraw(); });
  at("controls").hidden = at("chips").hidden = list.hidden = false;
  update();
});
