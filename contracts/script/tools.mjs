// How the contracts' tools are called: those of npm and of the virtual environment first in the path, and those that
// compile by settings of their own with an output of their own.
import { spawnSync } from "node:child_process";
import { readdirSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { project } from "./artefacts.mjs";

const modules = resolve(project, "../node_modules");

/** Runs a tool to its end and gives what it said; unless `quiet`, its standard output is passed on instead. */
export function run(command, args, { folder = "", quiet = false, env = {} }) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", quiet ? "pipe" : "inherit", "pipe"],
    env: {
      ...process.env,
      PATH: [resolve(project, "../.venv/bin"), join(modules, ".bin"), process.env.PATH].join(":"),
      FOUNDRY_OFFLINE: "true",
      FOUNDRY_OUT: join("out", folder),
      FOUNDRY_CACHE_PATH: join("cache", folder),
      ...env,
    },
  });
  if (error) throw new Error(`${command}: ${error.message}; run \`make contracts-audit\`, which fetches it.`);
  return { status, stdout: stdout ?? "", stderr };
}

/**
 * The remappings without `..`. Through those of foundry.toml a library's file has two names, its own and the one by
 * which the library's other files import it, which slither and the coverage report cannot follow.
 */
export function absoluteRemappings() {
  const real = realpathSync(modules);
  return [
    `@openzeppelin/=${real}/@openzeppelin/`,
    `solady/=${real}/solady/src/`,
    `forge-std/=${real}/@layerzerolabs/toolbox-foundry/lib/forge-std/`,
  ].join("\n");
}

/** The files below a folder of the project that end so, from the project's folder. */
export function files(folder, ending) {
  return readdirSync(join(project, folder), { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file))
    .sort();
}
