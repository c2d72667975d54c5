// The register's REST API, as the issuer's back end calls it.
export class Api {
  constructor(server, key) {
    this.server = server;
    this.key = key;
  }

  async post(path, body = {}) {
    return succeeded(await this.#call("POST", path, JSON.stringify(body)));
  }

  /** What the register says of somebody: `verified`, `revoked` … */
  async status(investor) {
    const { status } = succeeded(await this.#call("GET", `/v1/investors/${investor}`));
    return status;
  }

  /** What the register says of a wallet; nothing of one that it has never known. */
  async wallet(wallet) {
    const answer = await this.#call("GET", `/v1/wallets/${wallet}`);
    return answer.said.code === "unknown_wallet" ? null : succeeded(answer);
  }

  async #call(method, path, body) {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    const answer = await fetch(this.server + path, { method, headers, body });
    return { answer, said: await answer.json() };
  }
}

function succeeded({ answer, said }) {
  if (!answer.ok) throw new Error(`the register answered ${answer.status}: ${said.detail}`);
  return said;
}
