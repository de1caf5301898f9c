"use strict";
// Filters the conversations that are shown whole, and sorts tables of kinds; the page is complete without it.
(() => {
  const filter = document.querySelector(".filter");
  if (filter) {
    const words = document.getElementById("words");
    const group = document.getElementById("group");
    const found = document.getElementById("found");
    const groups = [...document.querySelectorAll(".group")];
    for (const one of groups) group.add(new Option(one.dataset.title, one.dataset.group));
    const texts = new Map();
    for (const one of document.querySelectorAll(".case")) texts.set(one, one.textContent.toLowerCase());
    const show = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const one of groups) {
        let here = 0;
        for (const item of one.querySelectorAll(".case")) {
          const text = texts.get(item);
          item.hidden = !wanted.every((word) => text.includes(word));
          if (!item.hidden) here += 1;
        }
        one.hidden = !here || Boolean(group.value && group.value !== one.dataset.group);
        if (!one.hidden) shown += here;
      }
      found.textContent = wanted.length || group.value ? `${shown} of ${texts.size} shown` : "";
    };
    words.addEventListener("input", show);
    group.addEventListener("change", show);
    filter.hidden = false;
    show();
  }

  const figure = (cell) => {
    const number = parseFloat((cell?.textContent ?? "").replace(/\u2212/g, "-").replace(/,/g, ""));
    return Number.isNaN(number) ? -Infinity : number;
  };
  for (const table of document.querySelectorAll("table.kinds")) {
    let column = 0;
    for (const head of table.tHead.rows[0].cells) {
      const at = column;
      column += head.colSpan;
      const button = document.createElement("button");
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        const down = at === 0 ? was === "ascending" : was !== "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const order = (a, b) =>
          at === 0 ? a.cells[0].textContent.localeCompare(b.cells[0].textContent) : figure(b.cells[at]) - figure(a.cells[at]);
        const rows = [...table.tBodies[0].rows].sort(order);
        if (down === (at === 0)) rows.reverse();
        table.tBodies[0].append(...rows);
      });
    }
  }
})();
