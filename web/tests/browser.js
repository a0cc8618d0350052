// A Chromium that asks nobody for anything, and pages in it that keep account of what they did.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const kPlaces = [process.env.PRENORM_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const chromiumPath = kPlaces.find((path) => path && existsSync(path));
export const command = process.env.PRENORM_COMMAND;
export const cannotRun =
  !command ? "PRENORM_COMMAND does not name the prenorm command" : !chromiumPath ? "Chromium is not installed" : false;

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 900 };

export async function startBrowser(t) {
  const profile = mkdtempSync(join(tmpdir(), "prenorm-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    viewport: null,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"],
  });
  t.after(async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  });
  return browser;
}

// `page.faults` has console errors and requests to anywhere but the page itself.
export async function openPage(browser, address, { size = desktop, scheme = "light" } = {}) {
  const page = await browser.newPage();
  page.faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  const origin = new URL(address).origin;
  page.on("request", (request) => {
    const url = request.url();
    const own = url === address || url.startsWith("data:") || (origin !== "null" && url.startsWith(origin + "/"));
    if (!own) page.faults.push(`request: ${url}`);
  });
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(address);
  return page;
}

export function writeReport(folder, ...paths) {
  const output = join(folder, "report.html");
  execFileSync(command, ["report", ...paths, "--output", output], { stdio: ["ignore", "ignore", "ignore"] });
  return pathToFileURL(output).href;
}

// `prenorm watch` on a free port; its address.
export async function startWatch(t, ...paths) {
  const child = spawn(command, ["watch", ...paths, "--port", "0", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
  t.after(async () => {
    child.kill("SIGINT");
    await ended;
  });
  const started = performance.now();
  const line = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (piece) => (text += piece).includes("\n") && resolve(text));
    child.on("exit", () => reject(new Error("prenorm watch ended early")));
  });
  return { address: JSON.parse(line).address, seconds: (performance.now() - started) / 1000, child, ended };
}

// Whether anything reaches out of the screen's width.
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
