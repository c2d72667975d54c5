// From the link to both chains: wallet, provider, and what the page shows by itself.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";

export default (stage) => {
  test("a person is verified by a link, on both chains", async () => {
    const ana = await Person.withLink(stage);
    const { page, wallet } = ana;
    assert.equal(page.url(), `${stage.server}/v`, "the token is in no address bar");
    await ana.button("Connect and sign").waitFor();
    assert.ok(await ana.button("Go to the verification").isDisabled(), "the wallet comes first");
    await isAccessible(page);
    await picture(page, "verifying-begin");

    await ana.connectAndSign();
    assert.equal((await ana.provedWallet()).toLowerCase(), wallet.account);
    assert.deepEqual(wallet.asked, [
      "eth_requestAccounts",
      "eth_chainId",
      "wallet_switchEthereumChain",
      "personal_sign",
    ]);
    await isAccessible(page);
    await picture(page, "verifying-wallet");

    await ana.goToVerification();
    await picture(page, "verifying-provider");
    await ana.press("Pass");
    await ana.seesOnBothChains("verified");
    await page.getByText("You are done here.").waitFor();
    await isAccessible(page);
    await picture(page, "verifying-done");

    assert.equal(await stage.api.status(ana.link.investor), "verified");
    await ana.isVerifiedEverywhere(true);
    await ana.leave();
  });

  test("the keyboard is enough, and a second try", async () => {
    const ana = await Person.withLink(stage);
    const { keyboard } = ana.page;
    await ana.button("Connect and sign").waitFor();
    await keyboard.press("Tab");
    assert.equal(await focused(ana.page), "Connect and sign");
    await keyboard.press("Tab");
    assert.equal(await focused(ana.page), "Sign by other means");
    await keyboard.press("Shift+Tab");
    await keyboard.press("Enter");
    await ana.provedWallet();
    await keyboard.press("Tab");
    assert.equal(await focused(ana.page), "Go to the verification");
    await keyboard.press("Enter");
    await ana.page.getByRole("heading", { name: "Sumsub" }).waitFor();

    // What the provider cannot read is handed in again.
    await ana.press("Hand in something unreadable");
    await ana.page.getByText("The verification service needs something again.").waitFor();
    await ana.isVerifiedEverywhere(false);
    await ana.button("Go there again").click();
    await ana.press("Pass");
    await ana.seesOnBothChains("verified");
    await ana.leave();
  });
};

function focused(page) {
  return page.evaluate(() => document.activeElement.textContent);
}
