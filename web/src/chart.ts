// An interactive chart that replaces a figure's drawing: values under the pointer, zoom and a log axis, also by
// keyboard.
import uPlot from "uplot";
import { colour, cssColour, dashes, variable } from "./colours";
import type { ChartData, SeriesData } from "./data";
import { element } from "./dom";
import { formatTick } from "./numbers";
import { Tooltip } from "./tooltip";

// With more lines than this, a legend is longer than its chart; the list of runs and the tooltip name them.
const kLongestLegend = 12;
const kWholeSteps = [...Array(10).keys()].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

type Column = (number | null | undefined)[];

// The columns that uPlot needs: one x for all. A value that cannot be on a log axis becomes a gap.
function columns(data: ChartData, logY: boolean): [number[], ...Column[]] {
  const tables = data.series.map((s) => {
    const keep = s.x.map((x, i) => [x, s.y[i]] as const).filter(([x]) => x !== null && (!data.logX || x > 0));
    const ys = keep.map(([, y]) => (y === null || (logY && y <= 0) ? null : y));
    return [keep.map(([x]) => x as number), ys] as uPlot.AlignedData;
  });
  if (tables.length === 0) return [[]];
  return uPlot.join(tables) as unknown as [number[], ...Column[]];
}

const positive = (s: SeriesData) => s.y.every((y) => y === null || y > 0);

export class LiveChart {
  readonly box = element("div", { class: "plot", tabindex: "0", role: "group" });
  private readonly frame = element("div", { class: "live-chart" });
  private readonly tools = element("div", { class: "tools" });
  private readonly yLabel = element("span", { class: "y-label" });
  private readonly legend = element("ul", { class: "legend" });
  private readonly said = element("p", { class: "unseen", role: "status" });
  private readonly resetButton: HTMLButtonElement;
  private readonly logButton: HTMLButtonElement;
  private readonly tooltip = new Tooltip();
  private plot!: uPlot;
  private logY: boolean;
  private zoomed = false;
  private width = 0;

  constructor(
    readonly figure: HTMLElement,
    private data: ChartData,
    private readonly isShown: (run: string | undefined) => boolean,
  ) {
    this.logY = data.logY;
    const title = figure.querySelector("figcaption")?.textContent ?? "Chart";
    this.box.setAttribute("aria-label", `${title}. Arrow keys read values, plus and minus zoom, 0 shows all.`);
    this.tools.append(this.yLabel);
    this.logButton = this.button("Log", "Logarithmic vertical axis", () => this.setLog(!this.logY));
    this.button("−", "Zoom out", () => this.zoom(2));
    this.button("+", "Zoom in", () => this.zoom(0.5));
    this.resetButton = this.button("Reset", "Show everything again", () => this.reset());
    this.frame.append(this.tools, this.box, this.said, this.legend);
    const caption = figure.querySelector("figcaption");
    caption ? caption.after(this.frame) : figure.prepend(this.frame);
    figure.classList.add("live");
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => this.tooltip.hide());
    this.build();
    new ResizeObserver(() => this.resize()).observe(this.box);
  }

  // Sets new numbers; the visible range is kept.
  update(data: ChartData) {
    const same =
      data.series.length === this.data.series.length &&
      data.series.every((s, i) => s.name === this.data.series[i].name && s.look === this.data.series[i].look);
    const { min, max } = this.plot.scales.x;
    this.data = data;
    if (!same) this.build();
    else this.plot.setData(columns(data, this.logY) as uPlot.AlignedData, !this.zoomed);
    if (this.zoomed && min != null && max != null) this.plot.setScale("x", { min, max });
    this.showTools();
  }

  showRuns() {
    this.plot.batch(() => {
      this.data.series.forEach((s, i) => {
        const show = this.isShown(s.run);
        if (this.plot.series[i + 1].show !== show) this.plot.setSeries(i + 1, { show });
      });
    });
    this.listNames();
  }

  redraw() {
    this.plot.redraw(false, true);
  }

  private button(text: string, label: string, act: () => void): HTMLButtonElement {
    const made = element("button", { type: "button", title: label, "aria-label": label }, text);
    made.addEventListener("click", act);
    this.tools.append(made);
    return made;
  }

  private size() {
    this.width = Math.max(200, this.box.clientWidth);
    return { width: this.width, height: this.width < 500 ? 250 : 330 };
  }

  private resize() {
    if (this.box.clientWidth !== this.width && this.box.clientWidth > 0) this.plot.setSize(this.size());
  }

  private build() {
    this.plot?.destroy();
    this.yLabel.textContent = this.data.yLabel;
    const axis: uPlot.Axis = {
      font: "13px system-ui, sans-serif",
      labelFont: "13px system-ui, sans-serif",
      stroke: () => variable("--muted"),
      grid: { stroke: () => variable("--grid"), width: 1 },
      ticks: { show: false },
      values: (_u, splits) => splits.map((v) => (v == null ? "" : formatTick(v))),
    };
    const whole = this.data.series.every((s) => s.x.every((x) => x === null || Number.isInteger(x)));
    const options: uPlot.Options = {
      ...this.size(),
      legend: { show: false },
      padding: [8, 12, 0, 0],
      focus: { alpha: this.data.series.length > 4 ? 0.25 : 1 },
      cursor: {
        y: false,
        points: { size: 7 },
        focus: { prox: 30 },
        drag: { x: true, y: false, dist: 5 },
        dataIdx: (u, series, hovered, xValue) => nearest(u, series, hovered, xValue),
      },
      scales: {
        x: { time: false, distr: this.data.logX ? 3 : 1, range: (_u, a, b) => xRange(a, b) },
        y: { distr: this.logY ? 3 : 1, range: (_u, a, b) => yRange(a, b, this.logY) },
      },
      axes: [
        {
          ...axis,
          label: this.data.xLabel,
          labelSize: 20,
          size: 26,
          space: 60,
          ...(whole && !this.data.logX ? { incrs: kWholeSteps } : {}),
          grid: { show: false },
          border: { show: true, stroke: () => variable("--muted") },
        },
        {
          ...axis,
          size: (_u, values) => 16 + 7.2 * Math.max(3, ...(values ?? []).map((v) => (v ?? "").length)),
          space: 36,
        },
      ],
      series: [
        {},
        ...this.data.series.map((s): uPlot.Series => ({
          label: s.name,
          show: this.isShown(s.run),
          stroke: () => colour(s.look),
          width: s.x.length > 150 ? 1.5 : 2,
          dash: dashes(s.look, s.dashed),
          points: { show: s.x.length <= 40, size: 6, fill: () => colour(s.look) },
        })),
      ],
      hooks: {
        setCursor: [(u) => this.tooltip.show(u, this.data)],
        setSelect: [(u) => (this.zoomed = this.zoomed || u.select.width > 0)],
        setScale: [(u, scale) => scale === "x" && this.noteZoom(u)],
      },
    };
    this.plot = new uPlot(options, columns(this.data, this.logY) as uPlot.AlignedData, this.box);
    this.plot.over.append(this.tooltip.box);
    this.plot.over.addEventListener("dblclick", () => this.reset());
    this.readByTouch();
    this.listNames();
    this.showTools();
  }

  // Moving a finger sideways shows values; up and down scrolls the page.
  private readByTouch() {
    const { over } = this.plot;
    over.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") return;
      const place = over.getBoundingClientRect();
      this.plot.setCursor({ left: event.clientX - place.left, top: event.clientY - place.top });
    });
  }

  private listNames() {
    const shown = this.data.series.filter((s) => this.isShown(s.run));
    this.legend.hidden = shown.length > kLongestLegend || (shown.length === 1 && !shown[0].run);
    this.legend.replaceChildren(
      ...(this.legend.hidden ? [] : shown.map((s) => {
        const line = element("span", { class: "line" });
        line.style.setProperty("border-top-color", cssColour(s.look));
        if (dashes(s.look, s.dashed)) line.classList.add("dashed");
        return element("li", {}, line, s.name);
      })),
    );
  }

  private showTools() {
    this.logButton.hidden = !this.data.series.every(positive) || this.data.series.length === 0;
    this.logButton.setAttribute("aria-pressed", String(this.logY));
    this.resetButton.disabled = !this.zoomed;
  }

  private setLog(log: boolean) {
    this.logY = log;
    const { min, max } = this.plot.scales.x;
    this.build();
    if (this.zoomed && min != null && max != null) this.plot.setScale("x", { min, max });
  }

  private noteZoom(u: uPlot) {
    const xs = u.data[0];
    const { min, max } = u.scales.x;
    if (min == null || max == null || xs.length === 0) return;
    const [low, high] = this.data.logX ? [xs[0], xs[xs.length - 1]] : xRange(xs[0], xs[xs.length - 1]);
    this.zoomed = min > low * (1 + 1e-9) || max < high * (1 - 1e-9);
    this.showTools();
  }

  private reset() {
    const xs = this.plot.data[0];
    this.zoomed = false;
    if (xs.length > 0) this.plot.setScale("x", { min: xs[0], max: xs[xs.length - 1] });
    this.showTools();
  }

  // Around the pointer, or else the middle.
  private zoom(factor: number) {
    const { min, max } = this.plot.scales.x;
    const xs = this.plot.data[0];
    if (min == null || max == null || xs.length < 2) return;
    const { left } = this.plot.cursor;
    const turn = (v: number) => (this.data.logX ? Math.log(v) : v);
    const back = (v: number) => (this.data.logX ? Math.exp(v) : v);
    const middle = left != null && left >= 0 ? turn(this.plot.posToVal(left, "x")) : (turn(min) + turn(max)) / 2;
    const low = back(middle - (middle - turn(min)) * factor);
    const high = back(middle + (turn(max) - middle) * factor);
    if (low <= xs[0] && high >= xs[xs.length - 1]) this.reset();
    else this.plot.setScale("x", { min: Math.max(low, xs[0]), max: Math.min(high, xs[xs.length - 1]) });
  }

  private key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act: Record<string, () => void> = {
      ArrowRight: () => this.step(event.shiftKey ? 10 : 1),
      ArrowLeft: () => this.step(event.shiftKey ? -10 : -1),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      "0": () => this.reset(),
      Escape: () => this.reset(),
    };
    if (!act[event.key]) return;
    event.preventDefault();
    act[event.key]();
  }

  private step(by: number) {
    const { plot } = this;
    const xs = plot.data[0];
    const { min, max } = plot.scales.x;
    if (xs.length === 0 || min == null || max == null) return;
    const first = xs.findIndex((x) => x >= min);
    let last = xs.length - 1;
    while (last > first && xs[last] > max) --last;
    const at = plot.cursor.idx;
    const next = at == null ? (by > 0 ? first : last) : Math.min(Math.max(at + by, first), last);
    plot.setCursor({ left: plot.valToPos(xs[next], "x"), top: plot.over.clientHeight / 3 });
    this.said.textContent = this.tooltip.text();
    if (min > xs[0] || max < xs[xs.length - 1]) this.showTools();
  }
}

// Each series has its own x: finds the one closest to the pointer that has a value, if it is close enough.
function nearest(u: uPlot, series: number, hovered: number, xValue: number): number | null {
  if (series === 0) return hovered;
  const xs = u.data[0];
  const ys = u.data[series];
  if (ys[hovered] != null) return hovered;
  let [low, high] = [hovered, hovered];
  while (low >= 0 && ys[low] == null) --low;
  while (high < ys.length && ys[high] == null) ++high;
  const away = (i: number) => (i < 0 || i >= ys.length ? Infinity : Math.abs(xs[i] - xValue));
  const best = away(low) <= away(high) ? low : high;
  if (away(best) === Infinity) return null;
  return Math.abs(u.valToPos(xs[best], "x") - u.valToPos(xValue, "x")) <= 24 ? best : null;
}

function xRange(low: number | null, high: number | null): [number, number] {
  if (low == null || high == null) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

// Rounds down to 1, 2 or 5 times a power of ten.
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1) * power;
}

// Non-negative values get a non-negative axis.
function yRange(low: number | null, high: number | null, log: boolean): [number, number] {
  if (low == null || high == null) return log ? [1, 10] : [0, 1];
  if (log) return [roundDown(low / 1.02), 1 / roundDown(1 / (high * 1.02))];
  const room = low === high ? Math.abs(low) / 10 || 1 : 0.05 * (high - low);
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}
