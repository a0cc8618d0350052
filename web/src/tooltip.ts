// The values at one place of a chart, next to the pointer.
import type uPlot from "uplot";
import { cssColour } from "./colours";
import type { ChartData } from "./data";
import { element } from "./dom";
import { formatValue } from "./numbers";

const kMostLines = 8;

interface Line {
  name: string;
  look: number;
  x: number;
  value: number;
  away: number; // from the pointer, in pixels
}

export class Tooltip {
  readonly box = element("div", { class: "tooltip", "aria-hidden": "true" });

  constructor() {
    this.hide();
  }

  hide() {
    this.box.hidden = true;
  }

  text(): string {
    return this.box.hidden ? "" : [...this.box.children].map((line) => line.textContent).join("; ");
  }

  show(u: uPlot, data: ChartData) {
    const { left, top } = u.cursor;
    const lines = left == null || left < 0 ? [] : this.lines(u, data, top ?? 0);
    this.box.hidden = lines.length === 0;
    if (lines.length === 0) return;
    const nearest = [...lines].sort((a, b) => a.away - b.away).slice(0, kMostLines);
    const kept = lines.length <= kMostLines ? lines : lines.filter((line) => nearest.includes(line));
    const x = nearest[0].x;
    this.box.replaceChildren(
      element("div", { class: "at" }, `${data.xLabel.split(",")[0].split(":")[0]} ${formatValue(x)}`),
      ...kept.map((line) => this.row(line)),
    );
    if (kept.length < lines.length)
      this.box.append(element("div", { class: "at" }, `and ${lines.length - kept.length} more`));
    this.place(u, left!);
  }

  private lines(u: uPlot, data: ChartData, top: number): Line[] {
    const lines: Line[] = [];
    data.series.forEach((series, i) => {
      const index = u.cursor.idxs?.[i + 1];
      if (!u.series[i + 1].show || index == null) return;
      const value = u.data[i + 1][index];
      if (value == null) return;
      lines.push({
        name: series.name,
        look: series.look,
        x: u.data[0][index],
        value,
        away: Math.abs(u.valToPos(value, "y") - top),
      });
    });
    return lines;
  }

  private row(line: Line): HTMLElement {
    const key = element("span", { class: "dot" });
    key.style.setProperty("background", cssColour(line.look));
    return element("div", {}, key, element("span", { class: "name" }, line.name), " ", element("b", {}, formatValue(line.value)));
  }

  private place(u: uPlot, left: number) {
    const room = u.over.clientWidth;
    const width = this.box.offsetWidth;
    const right = left + 14 + width <= room;
    const x = right ? left + 14 : Math.max(left - 14 - width, Math.min(0, room - width));
    this.box.style.transform = `translate(${Math.max(x, -40)}px, 6px)`;
  }
}
