// Months after the verification, the provider finds the person on a list.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";
import { until } from "../until.mjs";

export default (stage) => {
  test("a monitoring hit denies a person on both chains", async () => {
    const dora = await Person.verified(stage);
    await stage.monitoringHit(dora.link.investor);
    await until("the register has revoked", async () => {
      return (await stage.api.status(dora.link.investor)) === "revoked";
    });
    await dora.seesOnBothChains("not verified");
    await dora.isVerifiedEverywhere(false);
    await picture(dora.page, "verifying-denied");
    assert.equal(await dora.button("Go there again").count(), 0);
    await dora.leave();
  });
};
