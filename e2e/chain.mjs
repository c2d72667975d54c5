// A chain, as anybody asks it.

// isVerified(address)
const IS_VERIFIED = "0xb9209e33";

export class Chain {
  constructor({ chain_id, name, url, registry }) {
    this.id = chain_id;
    this.name = name;
    this.url = url;
    this.registry = registry;
  }

  /** Asks the node, by JSON-RPC. */
  async ask(method, params = []) {
    const answer = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = await answer.json();
    if (error) throw new Error(`${this.name} refused ${method}: ${error.message}`);
    return result;
  }

  /** What the identity registry itself says of a wallet. */
  async isVerified(wallet) {
    const data = IS_VERIFIED + wallet.slice(2).toLowerCase().padStart(64, "0");
    return BigInt(await this.ask("eth_call", [{ to: this.registry, data }, "latest"])) === 1n;
  }
}
