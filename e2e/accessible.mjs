// Whether everybody can use a page: axe-core finds nothing, and nothing is wider than the screen.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";

const AXE = await readFile("node_modules/axe-core/axe.min.js", "utf8");

export async function isAccessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map(({ id, impact, nodes }) => `${impact}: ${id} at ${nodes[0].target}`);
  assert.deepEqual(found, []);
  const spill = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(spill, 0, "nothing is wider than the screen");
}
