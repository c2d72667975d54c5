// How large the contracts of src/ are, by the settings with which they are deployed.
import { basename } from "node:path";
import { files, run } from "./tools.mjs";

/** EIP-170: no chain takes more bytes of runtime code. */
const LIMIT = 24_576;

/** What is too large, and what was looked at. */
export function sizes() {
  const { stdout, stderr } = run("forge", ["build", "--sizes", "--json", "--skip", "test"], { quiet: true });
  let all;
  try {
    all = JSON.parse(stdout);
  } catch {
    throw new Error(`forge build --sizes: ${stderr || stdout}`);
  }
  const ours = files("src", ".sol").map((file) => basename(file, ".sol")).filter((name) => name in all);
  const bytes = ours.map((name) => [name, all[name].runtime_size]).sort(([, a], [, b]) => b - a);
  if (bytes.length === 0) throw new Error("forge build --sizes named no contract of src/.");
  return {
    looked: `${bytes.length} contracts`,
    result: `largest: ${bytes[0][0]}, ${bytes[0][1]} of ${LIMIT} bytes`,
    failures: bytes
      .filter(([, size]) => size >= LIMIT)
      .map(([name, size]) => `${name} has ${size} bytes of runtime code, and must stay under ${LIMIT}: split it.`),
  };
}
