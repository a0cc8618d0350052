// The interactive elements of the page, and how a newer page replaces this one.
import { LiveChart } from "./chart";
import { readData, type PageData } from "./data";
import { enhanceHeat } from "./heat";
import { RunList } from "./runs";
import { makeSortable } from "./tables";

const charts = new Map<string, LiveChart>();
const runs = new RunList(() => charts.forEach((chart) => chart.showRuns()));
// Blocks as written, before the script added anything.
const written = new WeakMap<Element, string>();

export function start() {
  const data = readData(document);
  const main = document.querySelector("main")!;
  remember(main);
  enhance(main, data);
  const schemes = matchMedia("(prefers-color-scheme: dark)");
  schemes.addEventListener("change", () => charts.forEach((chart) => chart.redraw()));
}

function remember(main: Element) {
  for (const part of [...main.children, ...main.querySelectorAll(":scope > section > *")])
    written.set(part, part.outerHTML);
}

function enhance(root: Element, data: PageData) {
  for (const figure of all(root, "figure[data-chart]")) {
    const key = figure.dataset.chart!;
    const own = data.charts.find((c) => c.key === key);
    if (own && own.series.some((s) => s.x.length > 0)) charts.set(key, new LiveChart(figure, own, runs.isShown));
  }
  for (const figure of all(root, "figure[data-heat]")) {
    const own = data.heats.find((h) => h.key === figure.dataset.heat);
    if (own) enhanceHeat(figure, own);
  }
  for (const list of all(root, "[data-runs]")) runs.enhance(list);
  for (const scroll of all(root, "div.scroll[data-table]")) {
    const table = scroll.querySelector("table");
    if (table) makeSortable(table, scroll.dataset.table!);
  }
  runs.fade();
}

const all = (root: Element, selector: string) => {
  const found = [...root.querySelectorAll<HTMLElement>(selector)];
  return root.matches(selector) ? [root as HTMLElement, ...found] : found;
};

// Applies the changes in `next`. Charts keep their zoom, and unchanged parts are kept.
export function replaceWith(next: Document) {
  const data = readData(next);
  document.title = next.title;
  const main = document.querySelector("main")!;
  const newMain = next.querySelector("main")!;
  for (const [key, chart] of charts) {
    const own = data.charts.find((c) => c.key === key);
    if (own) chart.update(own);
  }
  patchChildren(main, newMain, data);
}

// Children are matched by index; if their number changed, all are replaced, except existing charts.
function patchChildren(old: Element, fresh: Element, data: PageData) {
  const before = [...old.children];
  const after = [...fresh.children];
  const same = before.length === after.length && before.every((b, i) => kind(b) === kind(after[i]));
  if (!same) return replaceAll(old, after, data);
  before.forEach((part, i) => {
    if (part.tagName === "SECTION" && !part.hasAttribute("data-runs")) patchChildren(part, after[i], data);
    else if (!isChart(part)) replacePart(part, after[i], data);
    else copyNote(part, after[i]);
  });
}

const isChart = (part: Element) => charts.get((part as HTMLElement).dataset.chart ?? "")?.figure === part;

const kind = (part: Element) =>
  [part.tagName, part.id, part.getAttribute("data-chart"), part.getAttribute("data-heat")].join(" ");

function copyNote(part: Element, fresh: Element) {
  const note = part.querySelector(":scope > .note");
  const now = fresh.querySelector(":scope > .note");
  if (note && now && note.textContent !== now.textContent) note.textContent = now.textContent;
}

function replacePart(part: Element, fresh: Element, data: PageData) {
  if (written.get(part) === fresh.outerHTML) return;
  const source = fresh.outerHTML;
  const made = document.importNode(fresh, true);
  written.set(made, source);
  copyOpenState(part, made);
  part.replaceWith(made);
  enhance(made, data);
}

function copyOpenState(part: Element, made: Element) {
  const open = [...part.querySelectorAll("details")].map((d) => d.open);
  made.querySelectorAll("details").forEach((d, i) => (d.open = open[i] ?? d.open));
  if (part instanceof HTMLDetailsElement && made instanceof HTMLDetailsElement) made.open = part.open;
}

function replaceAll(old: Element, after: Element[], data: PageData) {
  const made = after.map((part) => {
    const copy = document.importNode(part, true);
    written.set(copy, part.outerHTML);
    return copy;
  });
  const holder = document.createElement("div");
  holder.append(...made);
  for (const [key, chart] of charts) {
    const place = holder.querySelector(`figure[data-chart="${CSS.escape(key)}"]`);
    if (place && old.contains(chart.figure)) place.replaceWith(chart.figure);
    else if (old.contains(chart.figure)) charts.delete(key);
  }
  old.replaceChildren(...holder.children);
  const kept = new Set([...charts.values()].map((c) => c.figure as Element));
  for (const part of [...old.children, ...old.querySelectorAll(":scope > section > *")])
    if (!written.has(part)) written.set(part, part.outerHTML);
  for (const part of [...old.children])
    for (const block of part.tagName === "SECTION" && !part.hasAttribute("data-runs") ? [...part.children] : [part])
      if (!kept.has(block)) enhance(block, data);
}
