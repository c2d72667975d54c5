// The same on a phone.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { PHONE } from "../browser.mjs";
import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";

// What a finger hits, in pixels.
const FINGER = 44;

export default (stage) => {
  test("a person is verified on a phone", async () => {
    const fay = await Person.withLink(stage, { device: PHONE });
    const connect = fay.button("Connect and sign");
    await connect.waitFor();
    assert.ok((await connect.boundingBox()).height >= FINGER);
    await isAccessible(fay.page);
    await picture(fay.page, "verifying-phone");
    await connect.tap();
    await fay.provedWallet();
    await isAccessible(fay.page);
    await fay.goToVerification();
    await fay.press("Pass");
    await fay.seesOnBothChains("verified");
    await isAccessible(fay.page);
    await fay.isVerifiedEverywhere(true);
    await fay.leave();
  });
};
