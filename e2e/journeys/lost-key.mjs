// Whoever has lost a key proves another wallet, which takes the lost one's place.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";

export default (stage) => {
  test("a lost key is replaced by a new wallet, on both chains", async () => {
    const before = await Person.verified(stage);
    const { investor } = before.link;
    await before.leave();

    const lost = before.wallet.account;
    const link = { investor, check: false, replaces: lost };
    const eve = await Person.withLink(stage, { link });
    await eve.page.getByText("takes the place of").waitFor();
    await isAccessible(eve.page);
    await picture(eve.page, "verifying-lost-key");
    await eve.connectAndSign();
    await eve.seesOnBothChains("verified");
    await eve.isVerifiedEverywhere(true);
    await before.isVerifiedEverywhere(false);
    assert.equal(await stage.api.status(investor), "verified");
    await eve.leave();
  });
};
