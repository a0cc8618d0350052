// Heat maps show the value of the cell under the pointer, or of the one selected with the arrow keys.
import type { HeatData } from "./data";
import { element } from "./dom";
import { formatValue } from "./numbers";

export function enhanceHeat(figure: HTMLElement, data: HeatData) {
  const columns = data.x.length;
  const rows = data.y.length;
  figure.querySelectorAll<SVGSVGElement>("svg.cells").forEach((cells, panel) => {
    const holder = cells.parentElement!;
    const values = data.panels[panel].values;
    const readout = element("p", { class: "readout", role: "status" });
    const mark = element("div", { class: "mark", hidden: "" });
    holder.append(mark);
    (holder.closest(".heat-panel") ?? holder).append(readout);
    const hint = panel === 0 ? "Point at a cell, or move with the arrow keys, to read it." : "";
    readout.textContent = hint;
    let at = { column: 0, row: 0 };
    const show = (column: number, row: number) => {
      at = { column: Math.min(Math.max(column, 0), columns - 1), row: Math.min(Math.max(row, 0), rows - 1) };
      const value = values[at.row * columns + at.column];
      const name = `${data.y[at.row]}, ${data.xLabel} ${data.x[at.column]}`;
      readout.textContent = `${name}: ${value == null ? "no value" : formatValue(value)}`;
      mark.hidden = false;
      mark.style.left = `${(100 * at.column) / columns}%`;
      mark.style.top = `${(100 * at.row) / rows}%`;
      mark.style.width = `${100 / columns}%`;
      mark.style.height = `${100 / rows}%`;
    };
    holder.addEventListener("pointermove", (event) => {
      const box = cells.getBoundingClientRect();
      show(
        Math.floor(((event.clientX - box.left) / box.width) * columns),
        Math.floor(((event.clientY - box.top) / box.height) * rows),
      );
    });
    holder.addEventListener("pointerleave", () => {
      mark.hidden = true;
      readout.textContent = hint;
    });
    holder.tabIndex = 0;
    holder.addEventListener("focus", () => show(at.column, at.row));
    holder.addEventListener("blur", () => (mark.hidden = true));
    holder.addEventListener("keydown", (event) => {
      const step: Record<string, [number, number]> = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, -1],
        ArrowDown: [0, 1],
        Home: [-columns, 0],
        End: [columns, 0],
      };
      if (!step[event.key]) return;
      event.preventDefault();
      show(at.column + step[event.key][0], at.row + step[event.key][1]);
    });
  });
}
