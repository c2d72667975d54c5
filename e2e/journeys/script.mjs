// Where no script may run: the message is signed by other means, and the forms do the rest.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { DESK } from "../browser.mjs";
import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";
import { until } from "../until.mjs";

export default (stage) => {
  test("somebody else's signature proves nothing", async () => {
    const gil = await Person.withLink(stage);
    const message = await askForMessage(gil);
    await isAccessible(gil.page);
    await picture(gil.page, "verifying-by-hand");
    const [issuer] = await stage.chains[0].ask("eth_accounts");
    const hex = `0x${Buffer.from(message).toString("hex")}`;
    await sign(gil, await stage.chains[0].ask("personal_sign", [hex, issuer]));
    await gil.page.getByRole("alert").filter({ visible: true }).waitFor();
    await gil.button("Connect and sign").waitFor();
    // The answer to a refused form is no success.
    gil.errors = gil.errors.filter((error) => !error.includes("422"));
    await gil.leave();
  });

  test("a person is verified without a script", async () => {
    const device = { ...DESK, javaScriptEnabled: false };
    const gil = await Person.withLink(stage, { device });
    const message = await askForMessage(gil);
    await sign(gil, await gil.wallet.sign(message));
    assert.equal((await gil.provedWallet()).toLowerCase(), gil.wallet.account);
    await gil.goToVerification();
    await gil.press("Pass");
    await gil.isVerifiedEverywhere(true);
    await until("the page says it, too", async () => {
      await gil.page.reload();
      const done = gil.page.getByRole("listitem").filter({ hasText: /^(Harbour|Summit): verified$/ });
      return (await done.count()) === stage.chains.length;
    });
    await gil.leave();
  });
};

async function askForMessage(person) {
  await person.page.getByText("Sign by other means").click();
  await person.page.getByLabel("The wallet's address").fill(person.wallet.account);
  await person.page.getByLabel("Chain").selectOption("Summit");
  await person.button("Show the message").click();
  return person.page.getByLabel("The message").inputValue();
}

async function sign(person, signature) {
  await person.page.getByLabel("The signature").fill(signature);
  await person.button("Prove the wallet").click();
}
