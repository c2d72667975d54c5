// slither over src/. What it finds is mended, or explained in one line where it stands
// (`// slither-disable-next-line detector reason`), or of a kind that is named here.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { project } from "./artefacts.mjs";
import { absoluteRemappings, run } from "./tools.mjs";

/** Detector → why none of its findings says anything here. */
const EXCLUDED = {
  assembly: "each block says above it what Solidity would do instead, and what that costs",
  "naming-convention": "parameters bear the names of ERC-3643's ABI, and constants those of their getters",
  timestamp: "a verdict is about time: what a validator can shift are seconds, and terms are hours and more",
};

export function slither() {
  const report = join(project, "out/slither/report.json");
  // slither overwrites none.
  rmSync(report, { force: true });
  const { stderr } = run("slither", [
    ".",
    ...["--config-file", "slither.config.json", "--exclude", Object.keys(EXCLUDED).join(",")],
    ...["--warn-unused-ignores", "--json", report],
  ], {
    folder: "slither",
    env: { FOUNDRY_REMAPPINGS: absoluteRemappings() },
  });
  process.stderr.write(stderr);
  const [, contracts, detectors] = stderr.match(/analyzed \((\d+) contracts with (\d+) detectors\)/) ?? [];
  // The libraries' own explanations are none of ours, and it counts them all as one finding.
  const found = JSON.parse(readFileSync(report, "utf8")).results.detectors ?? [];
  const lines = stderr.split("\n");
  const failures = [
    // A contract that it cannot read it only complains about, and leaves out.
    ...lines.filter((line) => line.startsWith("ERROR")),
    ...lines.filter((line) => line.includes("Unused slither-disable") && !line.includes("node_modules")),
    ...found.filter(({ check }) => check !== "unused-ignore-directive").map(({ description }) => description.trim()),
  ];
  return {
    looked: `${contracts} contracts with libraries, ${detectors} detectors`,
    result: `${failures.length} findings`,
    failures: failures.length === 0 ? [] : [...failures, "mend what slither found, or say in one line why it may stay."],
  };
}
