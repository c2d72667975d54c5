// make contracts-audit — all that is looked at here; `npm run contracts:audit -- slither coverage` looks at some of it.
import { coverage } from "./coverage.mjs";
import { halmos } from "./halmos.mjs";
import { sizes } from "./sizes.mjs";
import { slither } from "./slither.mjs";

const tools = { sizes, slither, halmos, coverage };
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(tools);
const unknown = chosen.filter((name) => !(name in tools));
if (unknown.length > 0) {
  console.error(`No such audit: ${unknown.join(", ")}. There are: ${Object.keys(tools).join(", ")}.`);
  process.exit(2);
}

const rows = chosen.map((name, index) => {
  console.log(`\n[${index + 1}/${chosen.length}] ${name}`);
  const begin = Date.now();
  const outcome = attempt(tools[name]);
  for (const failure of outcome.failures) console.error(`${name}: ${failure}`);
  const failed = outcome.failures.length > 0;
  const seconds = String(Math.round((Date.now() - begin) / 1000));
  return { failed, cells: [name, outcome.looked, failed ? `FAILED: ${outcome.result}` : outcome.result, seconds] };
});

const table = [["tool", "looked at", "result", "seconds"], ...rows.map(({ cells }) => cells)];
const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
console.log();
for (const cells of table) console.log(cells.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd());
process.exit(rows.some(({ failed }) => failed) ? 1 : 0);

function attempt(tool) {
  try {
    return tool();
  } catch (error) {
    return { looked: "", result: "it did not run", failures: [error.message] };
  }
}
