// The proofs of test/proof, by halmos. One that comes to no end counts as failed, and so does one that was not run.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "./artefacts.mjs";
import { files, run } from "./tools.mjs";

export function halmos() {
  const temporary = mkdtempSync(join(tmpdir(), "symbolon-proofs-"));
  try {
    const report = join(temporary, "proofs.json");
    const options = ["--config", "halmos.toml", "--no-status", "--json-output", report];
    const { status, stderr } = run("halmos", options, { folder: "proof", env: { FOUNDRY_PROFILE: "proof" } });
    process.stderr.write(stderr);
    const proven = outcomes(JSON.parse(readFileSync(report, "utf8")).test_results);
    const wanted = proofs();
    const failures = wanted.filter((name) => proven.get(name) !== true).map((name) => `${name} is not proven.`);
    return {
      looked: `${wanted.length} proofs`,
      result: `${wanted.length - failures.length} proven`,
      failures: status === 0 || failures.length > 0 ? failures : [`halmos ended with ${status}.`],
    };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** "Contract.function" → whether it holds, with no loop cut short. */
function outcomes(results) {
  return new Map(
    Object.entries(results).flatMap(([contract, tests]) =>
      tests.map(({ name, exitcode, num_bounded_loops: cut }) => [
        `${contract.split(":").at(-1)}.${name.split("(")[0]}`,
        exitcode === 0 && cut === 0,
      ]),
    ),
  );
}

/** What the sources hold, so that a proof cannot go missing unnoticed. */
function proofs() {
  return files("test/proof", ".t.sol").flatMap((file) => {
    const text = readFileSync(join(project, file), "utf8");
    const [, contract] = text.match(/^contract (\w+)/m);
    return [...text.matchAll(/function ((?:test|check_)\w+)\(/g)].map(([, name]) => `${contract}.${name}`);
  });
}
