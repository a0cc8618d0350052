// The list of runs: an unticked run disappears from every chart, drawn or interactive, and fades in tables.
import { element } from "./dom";

export class RunList {
  private readonly hidden = new Set<string>();

  constructor(private readonly changed: () => void) {}

  isShown = (run: string | undefined) => run === undefined || !this.hidden.has(run);

  // Turns the static list of `page` into one with checkboxes.
  enhance(list: HTMLElement) {
    const items = [...list.querySelectorAll<HTMLElement>("li[data-run]")];
    for (const item of items) this.addBox(item);
    if (items.length > 1) this.addButtons(list, items);
    this.fade();
  }

  private addBox(item: HTMLElement) {
    const run = item.dataset.run!;
    const box = element("input", { type: "checkbox" });
    box.checked = this.isShown(run);
    box.addEventListener("change", () => this.set([run], box.checked));
    const label = element("label", {}, box);
    label.append(...item.childNodes);
    item.replaceChildren(label);
  }

  private addButtons(list: HTMLElement, items: HTMLElement[]) {
    const all = (shown: boolean) => {
      for (const item of items) item.querySelector("input")!.checked = shown;
      this.set(items.map((item) => item.dataset.run!), shown);
    };
    const row = element("div", { class: "tools" });
    for (const [text, shown] of [["All", true], ["None", false]] as const) {
      const button = element("button", { type: "button" }, text);
      button.addEventListener("click", () => all(shown));
      row.append(button);
    }
    list.querySelector("ul")!.before(row);
  }

  private set(runs: string[], shown: boolean) {
    for (const run of runs) shown ? this.hidden.delete(run) : this.hidden.add(run);
    this.fade();
    this.changed();
  }

  fade() {
    for (const part of document.querySelectorAll<HTMLElement | SVGElement>("svg [data-run], tr[data-run]"))
      part.classList.toggle("off", !this.isShown(part.dataset.run));
  }
}
