// The stage of the journeys: `symbolon demo --stage` with a database, two chains, the server
// and a stand-in for the provider, all of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Api } from "./api.mjs";
import { Chain } from "./chain.mjs";
import { Database } from "./database.mjs";

const PROGRAM =
  process.env.SYMBOLON_BIN || join(process.env.CARGO_TARGET_DIR || "target", "debug/symbolon");

// The wallets of Anvil's first two accounts are the issuer's.
const FIRST_FREE_ACCOUNT = 2;

/** Sets the stage, and waits until all of it answers. */
export async function setStage() {
  const folder = await mkdtemp(join(tmpdir(), "symbolon-e2e-"));
  const data = join(folder, "demo");
  const listen = `127.0.0.1:${await freePort()}`;
  const demo = spawn(
    PROGRAM,
    ["demo", "--stage", "--json", "--data-dir", data, "--listen", listen],
    { stdio: ["ignore", "pipe", "pipe"], env: withoutDatabase() },
  );
  const told = [];
  demo.stderr.on("data", (words) => told.push(words));
  const ended = once(demo, "exit");
  const stop = async () => {
    if (demo.exitCode === null) demo.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const ready = once(createInterface({ input: demo.stdout }), "line");
  const first = await Promise.race([ready, ended.then(() => null)]);
  if (!first) {
    await stop();
    throw new Error(`the demo ended before it served:\n${told.join("")}`);
  }
  const scene = JSON.parse(first[0]);
  const key = (await readFile(scene.api_key_file, "utf8")).trim();
  const api = new Api(scene.server, key);
  const chains = scene.chains.map((chain) => new Chain(chain));
  const database = new Database(join(data, "symbolon.toml"));
  return {
    api,
    chains,
    server: scene.server,
    freeAccount: () => freeAccount(api, chains[0]),
    /** A link's time is over, which takes a day at the least. */
    runOut: (link) => runOut(database, link),
    /** The provider finds somebody on a list of sanctions. */
    monitoringHit: (investor) => monitoringHit(scene.stand_in, investor),
    stop,
  };
}

/** An account that has been nobody's yet: a wallet is one person's. */
async function freeAccount(api, chain) {
  const accounts = await chain.ask("eth_accounts");
  for (const account of accounts.slice(FIRST_FREE_ACCOUNT)) {
    if (!(await api.wallet(account))) return account;
  }
  throw new Error("every account of Anvil's is somebody's: a new journey shares a person");
}

async function runOut(database, link) {
  const id = link.id.replace(/^0x/, "");
  const past = Math.floor(Date.now() / 1000) - 1;
  await database.change(`UPDATE link SET expires_s = ${past} WHERE link = '\\x${id}'`);
}

async function monitoringHit(standIn, investor) {
  const customer = investor.replace(/^0x/, "");
  const url = `${standIn}/stand-in/applicants/${customer}/monitoring-hit`;
  const answer = await fetch(url, { method: "POST" });
  if (!answer.ok) throw new Error(`the stand-in answered ${answer.status}`);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The demo starts a PostgreSQL of its own unless one is named. */
function withoutDatabase() {
  const { DATABASE_URL, SYMBOLON_DATABASE_URL, ...rest } = process.env;
  return rest;
}
