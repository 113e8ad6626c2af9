"use strict";
// The page is whole without this: it adds finding and sorting to the table of pairs.
(() => {
  const table = document.getElementById("pair-table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(rows.map((row) => [row, plain(row.textContent)]));
  const filter = document.getElementById("filter");
  const found = document.getElementById("found");

  const show = () => {
    const wanted = plain(filter.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !wanted.every((word) => texts.get(row).includes(word));
      count += row.hidden ? 0 : 1;
    }
    found.textContent = found.dataset.text.replace("{count}", count).replace("{total}", rows.length);
  };
  filter.addEventListener("input", show);
  document.getElementById("tools").hidden = false;
  show();

  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const key = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  Array.from(table.tHead.rows[0].cells).forEach((cell, column) => {
    if (cell.classList.contains("why")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", table.dataset.sort.replace("{column}", cell.textContent));
    cell.append(button);
    cell.classList.add("sortable");
    cell.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const number = cell.classList.contains("number");
      const compare = (a, b) => (number ? key(a, column) - key(b, column) : order.compare(key(a, column), key(b, column)));
      body.append(...[...rows].sort((a, b) => (down ? compare(b, a) : compare(a, b))));
    });
  });
})();
