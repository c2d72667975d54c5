// Whoever refuses, in the wallet's software, has changed nothing and may try again.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";

const ASKED = ["eth_requestAccounts", "wallet_switchEthereumChain", "personal_sign"];

export default (stage) => {
  test("a person refuses to sign, and then agrees", async () => {
    const ben = await Person.withLink(stage);
    const before = await state(ben);
    const said = ben.page.getByRole("alert").filter({ visible: true });
    for (const method of ASKED) {
      ben.wallet.refuses = method;
      await ben.button("Connect and sign").click();
      await said.filter({ hasText: "You did not sign, so nothing has changed." }).waitFor();
      assert.equal(ben.wallet.asked.at(-1), method);
      assert.deepEqual(await state(ben), before);
    }
    await picture(ben.page, "verifying-refused");
    await ben.isVerifiedEverywhere(false);

    ben.wallet.refuses = null;
    await ben.connectAndSign();
    await ben.leave();
  });
};

/** What the person has done, and what came of it, as the server tells the page. */
async function state(person) {
  const answer = await person.context.request.get(`${person.stage.server}/v/state`);
  const { wallet, check, chains } = await answer.json();
  return { wallet, check, chains };
}
