// The register's database, for what nobody can wait for. The stage's configuration says where
// it is; whoever may enter the folder of its socket needs no password.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";

export class Database {
  constructor(configuration) {
    this.configuration = configuration;
  }

  /** Carries out one statement, which must change something. */
  async change(statement) {
    const written = await readFile(this.configuration, "utf8");
    const url = new URL(written.match(/^url = "(postgres:[^"]+)"$/m)[1]);
    const { host, port, user } = Object.fromEntries(url.searchParams);
    const login = { user, database: url.pathname.slice(1) };
    const socket = createConnection(join(host, `.s.PGSQL.${port}`));
    const answer = [];
    socket.on("data", (bytes) => answer.push(bytes));
    socket.end(Buffer.concat([startup(login), query(statement), terminate()]));
    await once(socket, "close");
    // The tag of a command that changed something: `UPDATE 1`.
    const said = Buffer.concat(answer).toString("latin1");
    if (!/C....[A-Z]+ [1-9]\d*\0/s.test(said)) {
      throw new Error(`the database changed nothing by: ${statement}`);
    }
  }
}

// The protocol of PostgreSQL, version 3.
function startup(login) {
  const words = Object.entries(login).flat().join("\0");
  return framed("", Buffer.concat([Buffer.from([0, 3, 0, 0]), Buffer.from(`${words}\0\0`)]));
}

function query(statement) {
  return framed("Q", Buffer.from(`${statement}\0`));
}

function terminate() {
  return framed("X", Buffer.alloc(0));
}

function framed(kind, body) {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(kind), length, body]);
}
