// Which lines of src/ the tests reach. Gas tests are left out, since the compiler does not optimise here; proofs and
// invariants too, since a line that only chance reaches has no test.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "./artefacts.mjs";
import { absoluteRemappings, run } from "./tools.mjs";

/** The least share of the lines of src/. */
const LEAST = 0.98;
const LEFT_OUT = "test/{gas,proof,invariant,kycregistrar/invariant}/*";
const REPORT = "out/coverage.lcov";

export function coverage() {
  const { status, stdout, stderr } = run(
    "forge",
    ["coverage", "--report", "lcov", "--report-file", REPORT, "--no-match-path", LEFT_OUT],
    {
      folder: "coverage",
      quiet: true,
      env: { FOUNDRY_REMAPPINGS: absoluteRemappings(), FOUNDRY_FUZZ_RUNS: "32" },
    },
  );
  if (status !== 0) throw new Error(`forge coverage ended with ${status}:\n${stdout.slice(-8000)}${stderr}`);

  const reports = perFile(readFileSync(join(project, REPORT), "utf8"));
  for (const { file, hit, lines, missed } of reports) {
    console.log(`${percent(hit / lines).padStart(7)}  ${file}${missed.length > 0 ? `, not line ${missed.join(", ")}` : ""}`);
  }
  const hit = reports.reduce((sum, report) => sum + report.hit, 0);
  const lines = reports.reduce((sum, report) => sum + report.lines, 0);
  return {
    looked: `${lines} lines in ${reports.length} files`,
    result: `${percent(hit / lines)} reached`,
    failures: hit / lines >= LEAST ? [] : [`${percent(hit / lines)} of the lines of src/ are reached, and ${percent(LEAST)} must be.`],
  };
}

/** The report's parts about src/. */
function perFile(lcov) {
  return lcov
    .split("end_of_record")
    .map((part) => ({
      file: part.match(/^SF:(.*)$/m)?.[1] ?? "",
      counts: [...part.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, count]) => [Number(line), Number(count)]),
    }))
    .filter(({ file, counts }) => file.startsWith("src/") && counts.length > 0)
    .map(({ file, counts }) => {
      const missed = counts.filter(([, count]) => count === 0).map(([line]) => line);
      return { file, lines: counts.length, hit: counts.length - missed.length, missed };
    });
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}
