// Somebody who was sent a link: what such a person does in the browser, and sees.
import { strict as assert } from "node:assert";

import { DESK, visitor } from "./browser.mjs";
import { until } from "./until.mjs";
import { Wallet } from "./wallet.mjs";

// Browsers ask for it unasked.
const ICON = "/favicon.ico";

export class Person {
  /** Comes with a wallet that was nobody's, and sees no error that is not asked for. */
  static async arrive(stage, device = DESK) {
    const person = new Person();
    person.stage = stage;
    person.wallet = new Wallet(stage.chains, await stage.freeAccount());
    person.context = await visitor(device);
    person.errors = [];
    if (device.javaScriptEnabled !== false) await person.wallet.install(person.context);
    person.page = await person.context.newPage();
    person.page.on("pageerror", (error) => person.errors.push(error.message));
    person.page.on("console", (line) => {
      if (line.type() !== "error" || line.location().url.endsWith(ICON)) return;
      person.errors.push(line.text());
    });
    return person;
  }

  /** Comes by a new link, and opens it. */
  static async withLink(stage, { link = {}, device } = {}) {
    const person = await Person.arrive(stage, device);
    person.link = await stage.api.post("/v1/links", link);
    await person.page.goto(person.link.url);
    return person;
  }

  /** Somebody who is verified already, on both chains. */
  static async verified(stage) {
    const person = await Person.withLink(stage);
    await person.connectAndSign();
    await person.goToVerification();
    await person.press("Pass");
    await person.seesOnBothChains("verified");
    return person;
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async connectAndSign() {
    await this.button("Connect and sign").click();
    await this.provedWallet();
  }

  /** The wallet that the page says is proved. */
  async provedWallet() {
    return this.page.locator("#proved").textContent();
  }

  async goToVerification() {
    await this.button("Go to the verification").click();
    await this.page.getByRole("heading", { name: "Sumsub" }).waitFor();
  }

  /** Fills the provider's form in, and presses a button of it. */
  async press(words) {
    for (const [label, value] of [
      ["Given names", "Ana Maria"],
      ["Family name", "Sample"],
      ["Date of birth", "1990-02-03"],
      ["Country of residence, three letters", "DEU"],
      ["Nationality, three letters", "FRA"],
      ["Passport number", "X0000000"],
      ["Passport valid until", "2035-01-01"],
    ]) {
      await this.page.getByLabel(label).fill(value);
    }
    await this.button(words).click();
    await this.page.waitForURL(`${this.stage.server}/v`);
  }

  /** Waits until the page says so of every chain, by itself. */
  async seesOnBothChains(words) {
    for (const { name } of this.stage.chains) {
      const line = this.page.getByRole("listitem").filter({ hasText: `${name}: ${words}` });
      await line.last().waitFor();
    }
  }

  /** Waits until the register and every chain's registry say so of the wallet. */
  async isVerifiedEverywhere(expected) {
    const { account } = this.wallet;
    const so = expected ? "verified" : "denied";
    await until(`the register says ${so}`, async () => {
      const known = await this.stage.api.wallet(account);
      return (known?.verified ?? false) === expected;
    });
    for (const chain of this.stage.chains) {
      await until(`${chain.name} says ${so}`, async () => {
        return (await chain.isVerified(account)) === expected;
      });
    }
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.errors, [], "the browser complains of nothing");
  }
}
