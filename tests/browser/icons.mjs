// Draws the icons as PNG, for the platforms that take no SVG: `node tests/browser/icons.mjs`, after static/icon.svg or
// static/icons/maskable.svg has changed.

import { chromium } from "playwright-core";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BROWSERS, FLAGS, installed } from "./kubarium.mjs";

const STATIC = new URL("../../static/", import.meta.url);
const ICONS = [
  ["icon.svg", "icons/icon-192.png", 192],
  ["icon.svg", "icons/icon-512.png", 512],
  ["icons/maskable.svg", "icons/maskable-512.png", 512],
  // Apple's platforms put a black ground behind what is transparent, and cut the corners themselves.
  ["icons/maskable.svg", "icons/icon-180.png", 180],
];

const browser = await chromium.launch({ executablePath: installed(BROWSERS), args: FLAGS });
const page = await browser.newPage();
for (const [drawing, name, size] of ICONS) {
  const svg = await readFile(new URL(drawing, STATIC), "utf8");
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg.replace("<svg", `<svg width="${size}" height="${size}"`)}`);
  await writeFile(fileURLToPath(new URL(name, STATIC)), await page.screenshot({ omitBackground: true }));
}
await browser.close();
