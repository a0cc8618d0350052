// Tables are sorted by the column whose header is pressed, and in reverse if it is pressed again.
import { element } from "./dom";
import { parseCell } from "./numbers";

interface Order {
  column: number;
  descending: boolean;
}

// Keyed by caption and index, so that an updated table is sorted as before.
const orders = new Map<string, Order>();

export function makeSortable(table: HTMLTableElement, key: string) {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>("thead th")];
  if (table.tBodies[0]?.rows.length < 2) return;
  heads.forEach((head, column) => {
    const button = element("button", { type: "button", class: "sort" });
    button.append(...head.childNodes, element("span", { class: "arrow", "aria-hidden": "true" }));
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const now = orders.get(key);
      orders.set(key, { column, descending: now?.column === column && !now.descending });
      sort(table, heads, orders.get(key)!);
    });
  });
  const order = orders.get(key);
  if (order && order.column < heads.length) sort(table, heads, order);
}

function sort(table: HTMLTableElement, heads: HTMLTableCellElement[], { column, descending }: Order) {
  heads.forEach((head, i) => {
    if (i === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, text: row.cells[column]?.textContent?.trim() ?? "" }));
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    const [x, y] = [parseCell(a.text), parseCell(b.text)];
    if (x !== undefined && y !== undefined) return sign * (x - y) || a.text.localeCompare(b.text);
    // Cells that are not numbers come last in both directions.
    if (x !== undefined || y !== undefined) return x !== undefined ? -1 : 1;
    return sign * a.text.localeCompare(b.text);
  });
  body.append(...rows.map(({ row }) => row));
}
