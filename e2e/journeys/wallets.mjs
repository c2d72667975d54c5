// Whose browser has several wallets, or not the one that is asked for.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { Person } from "../person.mjs";
import { Wallet } from "../wallet.mjs";

export default (stage) => {
  test("a person with several wallets chooses one by its name", async () => {
    const cleo = await Person.arrive(stage);
    const summit = new Wallet(stage.chains, await stage.freeAccount(), "Summit Wallet");
    summit.refuses = "personal_sign";
    await summit.install(cleo.context);
    const { url } = await stage.api.post("/v1/links");
    await cleo.page.goto(url);
    await cleo.button("Connect and sign").click();
    await cleo.button("Summit Wallet").click();
    await cleo.page.getByText("You did not sign").waitFor();
    assert.equal(summit.asked.at(-1), "personal_sign");
    assert.deepEqual(cleo.wallet.asked, [], "the other one was left alone");
    await cleo.leave();
  });

  test("a link that asks for a wallet takes no other", async () => {
    const cleo = await Person.arrive(stage);
    const { url } = await stage.api.post("/v1/links", { wallet: stage.chains[0].registry });
    await cleo.page.goto(url);
    await cleo.button("Connect and sign").click();
    await cleo.page.getByText("Your wallet's software does not offer this wallet").waitFor();
    assert.deepEqual(cleo.wallet.asked, ["eth_requestAccounts"]);
    await cleo.leave();
  });
};
