// The distribution's Chromium without a window. Every visitor has a profile of its own.
import { execFileSync } from "node:child_process";

import { chromium } from "playwright-core";

import { PATIENCE } from "./until.mjs";

export const DESK = { viewport: { width: 1000, height: 800 } };
export const PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

let browser;

export async function openBrowser() {
  const executablePath = execFileSync("script/chromium", { encoding: "utf8" }).trim();
  browser = await chromium.launch({ executablePath });
}

export async function closeBrowser() {
  await browser?.close();
}

/** A new visitor, on such a device. */
export async function visitor(device) {
  const context = await browser.newContext({ locale: "en-GB", colorScheme: "light", ...device });
  context.setDefaultTimeout(PATIENCE);
  return context;
}
