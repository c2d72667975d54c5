// slither over src/. What it finds is mended, or explained in one line where it stands
// (`// slither-disable-next-line detector reason`), or of a kind that is named here.
import { absoluteRemappings, run } from "./tools.mjs";

/** Detector → why none of its findings says anything here. */
const EXCLUDED = {
  assembly: "each block says above it what Solidity would do instead, and what that costs",
  "naming-convention": "parameters bear the names of ERC-3643's ABI, and constants those of their getters",
  timestamp: "a verdict is about time: what a validator can shift are seconds, and terms are hours and more",
};

export function slither() {
  const options = ["--config-file", "slither.config.json", "--exclude", Object.keys(EXCLUDED).join(","), "--warn-unused-ignores"];
  const { status, stderr } = run("slither", [".", ...options], {
    folder: "slither",
    env: { FOUNDRY_REMAPPINGS: absoluteRemappings() },
  });
  process.stderr.write(stderr);
  const [, contracts, detectors, results] =
    stderr.match(/analyzed \((\d+) contracts with (\d+) detectors\), (\d+) result/) ?? [];
  // A contract that it cannot read it only complains about, and leaves out.
  const unread = stderr.split("\n").filter((line) => line.startsWith("ERROR"));
  return {
    looked: `${contracts} contracts with libraries, ${detectors} detectors`,
    result: `${results} findings`,
    failures: [
      ...unread,
      ...(status === 0 && results === "0" ? [] : ["slither found something: mend it, or say in one line why it may stay."]),
    ],
  };
}
