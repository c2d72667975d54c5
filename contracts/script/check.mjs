// npm run contracts:check — fails if contracts/abi/ or contracts/snapshots/ do not match the sources, or if a contract
// is too large to deploy.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { abiDirectory, compile, forge, project } from "./artefacts.mjs";
import { sizes } from "./sizes.mjs";

const staleArtefacts = [...compile()]
  .filter(([file, content]) => {
    const path = join(abiDirectory, file);
    return !existsSync(path) || readFileSync(path, "utf8") !== content;
  })
  .map(([file]) => `contracts/abi/${file} does not match its source: run \`npm run contracts:abi\` and commit the result.`);

const stale = [...staleArtefacts, ...staleSnapshots()];
const { looked, result, failures } = sizes();
const wrong = [...stale, ...failures];
for (const message of wrong) console.error(message);
if (wrong.length > 0) process.exit(1);
console.log(`contracts/abi/ and contracts/snapshots/ match the sources; ${looked}, ${result}.`);

/** Takes all figures anew, compares them and puts the committed ones back. (Forge's own check ends in success.) */
function staleSnapshots() {
  const directory = join(project, "snapshots");
  const committed = figures(directory);
  rmSync(directory, { recursive: true, force: true });
  try {
    forge("test", "--match-path", "test/gas/*");
    const measured = figures(directory);
    return [...new Set([...committed.keys(), ...measured.keys()])]
      .filter((name) => committed.get(name) !== measured.get(name))
      .map(
        (name) =>
          `contracts/snapshots/${name}: committed ${committed.get(name) ?? "nothing"}, measured ${measured.get(name) ?? "nothing"}: ` +
          "if that is meant, run `npm run contracts:gas` and commit the result.",
      );
  } catch {
    return ["The gas tests failed: see above."];
  } finally {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    for (const [file, content] of committed.files) writeFileSync(join(directory, file), content);
  }
}

/** "File: figure" → value. */
function figures(directory) {
  const files = existsSync(directory) ? readdirSync(directory).map((file) => [file, readFileSync(join(directory, file), "utf8")]) : [];
  const entries = files.flatMap(([file, content]) =>
    Object.entries(JSON.parse(content)).map(([name, value]) => [`${file}: ${name}`, value]),
  );
  return Object.assign(new Map(entries), { files });
}
