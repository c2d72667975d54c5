// A wallet's software in the browser: EIP-1193, announced by EIP-6963. As with an extension,
// what it does is done outside of the page: Anvil signs with its well-known accounts.

const USER_REJECTED = 4001;
const CHAIN_NOT_ADDED = 4902;
const UNSUPPORTED = 4200;

export class Wallet {
  /** What the person will refuse to do, if anything. */
  refuses = null;
  /** Every method that the page has asked for. */
  asked = [];
  // Neither chain is chosen to begin with, so that the page must ask for one.
  #chain = "0x1";

  constructor(chains, account, name = "Harbour Wallet") {
    this.chains = chains;
    this.account = account;
    this.name = name;
  }

  /** Puts it into every page of a visitor's, before the page's own scripts run. */
  async install(context) {
    const binding = `wallet_${this.name.replace(/\W/g, "_")}`;
    await context.exposeFunction(binding, (request) => this.#answer(request));
    await context.addInitScript(announce, { binding, name: this.name });
  }

  /** Signs as a person would by other means. */
  async sign(message) {
    const hex = `0x${Buffer.from(message).toString("hex")}`;
    return this.chains[0].ask("personal_sign", [hex, this.account]);
  }

  async #answer({ method, params }) {
    this.asked.push(method);
    if (this.refuses === method) {
      return { error: { code: USER_REJECTED, message: "User rejected the request." } };
    }
    switch (method) {
      case "eth_requestAccounts":
        return { result: [this.account] };
      case "eth_chainId":
        return { result: this.#chain };
      case "wallet_switchEthereumChain":
        return this.#switchTo(params[0].chainId);
      case "personal_sign":
        return { result: await this.chains[0].ask(method, params) };
      default:
        return { error: { code: UNSUPPORTED, message: `${method} is not supported` } };
    }
  }

  #switchTo(chain) {
    if (!this.chains.some((known) => known.id === Number(chain))) {
      return { error: { code: CHAIN_NOT_ADDED, message: "Unrecognized chain ID" } };
    }
    this.#chain = chain;
    return { result: null };
  }
}

/** Runs in the page. */
function announce({ binding, name }) {
  const provider = {
    async request({ method, params }) {
      const { result, error } = await window[binding]({ method, params });
      if (error) throw Object.assign(new Error(error.message), { code: error.code });
      return result;
    },
  };
  const info = { uuid: binding, name, icon: "data:image/svg+xml,<svg/>", rdns: "example.wallet" };
  const detail = Object.freeze({ info, provider });
  const tell = () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", tell);
  tell();
}
