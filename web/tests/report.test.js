import { writeFileSync } from "node:fs";
// Pages of `prenorm report` in a browser: what they show, that they answer, that they ask for nothing.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { cannotRun, desktop, openPage, overflow, phone, startBrowser, writeReport } from "./browser.js";
import { makeRun, makeStudy, temporaryFolder } from "./folders.js";

const skip = cannotRun;

function twoRuns(t) {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"), { lr: 0.002, loss: (s) => 9 / Math.sqrt(s) });
  makeRun(join(folder, "beta"), { placement: "post_ln", warmup: 100, bleu: 5 });
  return writeReport(folder, join(folder, "alpha"), join(folder, "beta"));
}

const chart = (page, key) => page.locator(`figure[data-chart="${key}"]`);

test("pages are right on phones and desks, light and dark", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"));
  const study = makeStudy(join(folder, "study"));
  const address = writeReport(folder, join(folder, "alpha"), study);
  const browser = await startBrowser(t);
  for (const size of [phone, desktop])
    for (const scheme of ["light", "dark"]) {
      const page = await openPage(browser, address, { size, scheme });
      await page.locator(".plot canvas").first().waitFor();
      assert.deepEqual(page.faults, []);
      assert.equal(await overflow(page), 0, `at ${size.width} pixels`);
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(paper, scheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 27)");
      assert.equal(await page.locator("svg.chart:visible").count(), 0, "drawings give way to charts");
      await page.close();
    }
});

test("pointing at a chart shows the values there", { skip }, async (t) => {
  const page = await openPage(await startBrowser(t), twoRuns(t));
  const over = chart(page, "training-loss").locator(".u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + (box.width * 100) / 300, box.y + box.height / 2);
  const tooltip = chart(page, "training-loss").locator(".tooltip");
  await tooltip.waitFor();
  const text = await tooltip.innerText();
  assert.match(text, /update 100/);
  assert.match(text, /alpha\s+0\.9000/);
  assert.match(text, /beta\s+0\.8000/);
  assert.deepEqual(page.faults, []);
});

test("dragging zooms, Reset and double click show everything again", { skip }, async (t) => {
  const page = await openPage(await startBrowser(t), twoRuns(t));
  const figure = chart(page, "training-loss");
  const over = figure.locator(".u-over");
  await over.scrollIntoViewIfNeeded();
  const reset = figure.getByRole("button", { name: "Show everything again" });
  assert.equal(await reset.isDisabled(), true);
  const box = await over.boundingBox();
  const drag = async () => {
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 5 });
    await page.mouse.up();
  };
  await drag();
  assert.equal(await reset.isDisabled(), false);
  await page.mouse.move(box.x + 2, box.y + 50);
  const left = await figure.locator(".tooltip").innerText();
  assert.ok(Number(/update (\d+)/.exec(left)[1]) >= 140, left);
  await reset.click();
  assert.equal(await reset.isDisabled(), true);
  await drag();
  await over.dblclick();
  assert.equal(await reset.isDisabled(), true);
  assert.deepEqual(page.faults, []);
});

test("an unticked run leaves charts and drawings", { skip }, async (t) => {
  const page = await openPage(await startBrowser(t), twoRuns(t));
  const figure = chart(page, "training-loss");
  assert.deepEqual(await figure.locator(".legend li").allInnerTexts(), ["alpha", "beta"]);
  await page.getByRole("checkbox", { name: /alpha/ }).uncheck();
  assert.deepEqual(await figure.locator(".legend li").allInnerTexts(), ["beta"]);
  const over = figure.locator(".u-over");
  await over.scrollIntoViewIfNeeded();
  await over.hover();
  assert.doesNotMatch(await figure.locator(".tooltip").innerText(), /alpha/);
  await page.emulateMedia({ media: "print" });
  assert.equal(await figure.locator("svg.wide g.series:visible").count(), 1);
  await page.emulateMedia({ media: "screen" });
  await page.getByRole("button", { name: "All" }).click();
  assert.equal(await figure.locator(".legend li").count(), 2);
  assert.deepEqual(page.faults, []);
});

test("tables sort by their headers, by keyboard too", { skip }, async (t) => {
  const page = await openPage(await startBrowser(t), twoRuns(t));
  const table = page.locator("table").filter({ hasText: "Results" }).first();
  const first = () => table.locator("tbody tr").first().locator("th").innerText();
  await table.getByRole("button", { name: "BLEU" }).click();
  assert.equal(await first(), "beta");
  await page.keyboard.press("Enter");
  assert.equal(await first(), "alpha");
  assert.equal(await table.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
});

test("powers of ten sort by their value", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const check = (name, measured) => ({ name, source: "Lemma 1", d_model: 128, measured, predicted: 0, tolerance: 1,
    accepted: [-10, 10], pass: true, what: name });
  const checks = [check("tiny", 6.855e-6), check("large", 2), check("negative", -0.5)];
  writeFileSync(join(folder, "theory.json"), JSON.stringify({ kind: "theory_checks", version: 1, checks }));
  const page = await openPage(await startBrowser(t), writeReport(folder, join(folder, "theory.json")));
  const table = page.locator("table").filter({ hasText: "Checks" }).first();
  await table.getByRole("button", { name: "measured" }).click();
  assert.deepEqual(await table.locator("tbody th").allInnerTexts(), ["negative", "tiny", "large"]);
});

test("charts answer the keyboard", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"), { steps: 1000 });
  makeRun(join(folder, "beta"));
  const page = await openPage(await startBrowser(t), writeReport(folder, folder));
  const figure = chart(page, "training-loss");
  const plot = figure.locator(".plot");
  await plot.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.match(await figure.getByRole("status").innerText(), /update 10; alpha/);
  await page.keyboard.press("+");
  const reset = figure.getByRole("button", { name: "Show everything again" });
  assert.equal(await reset.isDisabled(), false);
  await page.keyboard.press("0");
  assert.equal(await reset.isDisabled(), true);
  const log = figure.getByRole("button", { name: "Logarithmic vertical axis" });
  assert.equal(await log.getAttribute("aria-pressed"), "false");
  await log.press("Enter");
  assert.equal(await log.getAttribute("aria-pressed"), "true");
  // Every control can be reached with Tab.
  const reached = new Set();
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 120; ++i) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.className || document.activeElement.type));
  }
  for (const needed of ["plot", "checkbox", "button", "sort", "scroll", "cells-box"])
    assert.ok(reached.has(needed), `${needed} among ${[...reached]}`);
  assert.deepEqual(page.faults, []);
});

test("heat maps say what a cell holds", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"), { steps: 1000 });
  const page = await openPage(await startBrowser(t), writeReport(folder, join(folder, "alpha")));
  const cells = page.locator(".cells-box").first();
  await cells.focus();
  await page.keyboard.press("ArrowDown");
  assert.match(await page.locator(".readout").first().innerText(), /^encoder 2, update 1: 1\.980/);
  await cells.hover({ position: { x: 3, y: 3 } });
  assert.match(await page.locator(".readout").first().innerText(), /^encoder 1, update 1: 0\.9901/);
});

test("a study shows which cells diverged", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const page = await openPage(await startBrowser(t), writeReport(folder, makeStudy(join(folder, "study"))));
  const panel = page.locator("table.heat").filter({ hasText: "post_ln" }).first();
  assert.deepEqual(await panel.locator("td.marked").allInnerTexts(), ["diverged"]);
  assert.deepEqual(await panel.locator("thead tr").nth(1).locator("th").allInnerTexts(), ["0.0005", "0.001", "0.002"]);
});

test("without scripts the same page shows drawings", { skip }, async (t) => {
  const browser = await startBrowser(t);
  const address = twoRuns(t);
  const page = await openPage(browser, "about:blank");
  const session = await browser.newCDPSession(page);
  await session.send("Emulation.setScriptExecutionDisabled", { value: true });
  await page.goto(address);
  assert.ok((await page.locator("svg.chart.wide:visible").count()) >= 4);
  assert.equal(await page.locator("canvas").count(), 0);
  assert.equal(await page.locator(".runs li:visible").count(), 2);
});
