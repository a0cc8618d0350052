// `prenorm watch` in a browser: curves grow, zoom and choice stay, long runs are light, damage is said.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cannotRun, openPage, startBrowser, startWatch } from "./browser.js";
import { appendUpdates, makeLongRun, makeRun, temporaryFolder } from "./folders.js";

const skip = cannotRun;
// The clock says little where more processes than cores want to run: there the limits are three times as long.
const kPatience = loadavg()[0] > availableParallelism() ? 3 : 1;
const kHeapMegabytes = 300;

const figure = (page) => page.locator('figure[data-chart="training-loss"]');

async function until(what, condition) {
  for (let i = 0; i < 80 * kPatience; ++i) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not in time: ${what}`);
}

async function lastUpdateOnce(page) {
  const over = figure(page).locator(".u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  if (!box) throw new Error("the chart is not attached");
  await page.mouse.move(box.x + 5, box.y + 20);
  await page.mouse.move(box.x + box.width - 1, box.y + 20);
  const text = await figure(page).locator(".tooltip").innerText();
  return Number(/update ([\d,]+)/.exec(text)?.[1].replace(/,/g, ""));
}

// The update under the right edge of the chart. A live page puts a new chart in the place of one that is being read.
async function lastUpdate(page) {
  for (let tries = 1; ; ++tries) {
    try {
      return await lastUpdateOnce(page);
    } catch (error) {
      if (tries === 5 || !error.message.includes("not attached")) throw error;
    }
  }
}

test("curves grow while a run goes on; zoom and choice stay", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const loss = (s) => 8 / Math.sqrt(s);
  makeRun(join(folder, "alpha"), { finished: false, loss });
  makeRun(join(folder, "beta"));
  const { address, seconds } = await startWatch(t, folder);
  t.diagnostic(`watch answers after ${seconds.toFixed(2)} s`);
  const page = await openPage(await startBrowser(t), address);
  assert.equal(await lastUpdate(page), 300);
  appendUpdates(join(folder, "alpha"), 310, 600, loss);
  await until("update 600 is shown", async () => (await lastUpdate(page)) === 600);

  await page.getByRole("checkbox", { name: /beta/ }).uncheck();
  await figure(page).locator(".plot").focus();
  await page.keyboard.press("+");
  const reset = figure(page).getByRole("button", { name: "Show everything again" });
  assert.equal(await reset.isDisabled(), false);
  appendUpdates(join(folder, "alpha"), 610, 900, loss);
  await until("the table says 900", async () => (await page.locator("table").first().innerText()).includes("900"));
  assert.equal(await reset.isDisabled(), false);
  assert.equal(await page.getByRole("checkbox", { name: /beta/ }).isChecked(), false);
  assert.ok((await lastUpdate(page)) < 700);
  await reset.click();
  assert.equal(await lastUpdate(page), 900);
  assert.deepEqual(page.faults, []);
});

test("runs come, are damaged and go", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"));
  const { address } = await startWatch(t, folder);
  const page = await openPage(await startBrowser(t), address);
  makeRun(join(folder, "gamma"), { finished: false });
  await until("gamma is listed", async () => (await page.locator(".runs li").count()) === 2);
  assert.match(await page.locator(".runs li").first().innerText(), /gamma/, "the newest run stands first");
  mkdirSync(join(folder, "broken"));
  writeFileSync(join(folder, "broken", "config.toml"), "[model\n");
  await until("the damage is said", async () => (await page.locator(".problems li").count()) === 1);
  rmSync(join(folder, "gamma"), { recursive: true });
  await until("gamma has gone", async () => !(await page.locator(".runs").innerText()).includes("gamma"));
  assert.match(await page.locator(".runs").innerText(), /alpha/);
  assert.deepEqual(page.faults, []);
});

test("a run of 100,000 logged updates is light", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeLongRun(join(folder, "long"), 100_000);
  const { address, seconds } = await startWatch(t, folder);
  const page = await openPage(await startBrowser(t), address);
  await page.locator(".plot canvas").first().waitFor();
  // A canvas may be in the page before the browser has reported its first frame. The page's own rules forbid the eval()
  // that page.waitForFunction() would poll with.
  let paint = null;
  await until("the first paint is reported", async () => {
    paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime / 1000 || null);
    return paint !== null;
  });
  const drawn = await page.evaluate(() => performance.now() / 1000);
  appendUpdates(join(folder, "long"), 1_000_010, 1_000_300, () => 3);
  await until("the new lines are shown", async () => (await lastUpdate(page)) === 1_000_300);
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize / 2 ** 20);
  t.diagnostic(
    `100,000 updates: watch answers after ${seconds.toFixed(2)} s, first paint ${paint.toFixed(2)} s, charts ` +
      `${drawn.toFixed(2)} s, ${heap.toFixed(0)} MiB of JavaScript heap`,
  );
  assert.ok(heap < kHeapMegabytes, `${heap} MiB`);
  assert.deepEqual(page.faults, []);
});

test("the page says when its server has gone", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"));
  const { address, child, ended } = await startWatch(t, folder);
  const page = await openPage(await startBrowser(t), address);
  child.kill("SIGINT");
  assert.equal(await ended, 0);
  await until("it is said", async () => (await page.locator("#live-status").innerText()).includes("has stopped"));
});

test("only this machine's own names are answered", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  makeRun(join(folder, "alpha"));
  const { address } = await startWatch(t, folder);
  const { request } = await import("node:http");
  const status = (host) =>
    new Promise((resolve) => {
      const { port } = new URL(address);
      request({ host: "127.0.0.1", port, headers: { Host: host } }, (reply) => resolve(reply.resume().statusCode)).end();
    });
  assert.equal(await status("localhost:1"), 200);
  assert.equal(await status("evil.example"), 403);
});
