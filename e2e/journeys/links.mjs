// Links that open nothing, or nothing any longer.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { visitor, DESK } from "../browser.mjs";
import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";

export default (stage) => {
  for (const [kind, path] of [
    ["unknown", `/v/demo/${"0".repeat(64)}`],
    ["another issuer's", `/v/nobody/${"0".repeat(64)}`],
    ["incomplete", "/v/demo/4711"],
    ["missing", "/v"],
  ]) {
    test(`a link that is ${kind} opens nothing`, async () => {
      const context = await visitor(DESK);
      const page = await context.newPage();
      const answer = await page.goto(stage.server + path);
      assert.equal(answer.status(), 404);
      await page.getByRole("heading", { name: "This link opens nothing" }).waitFor();
      await isAccessible(page);
      await context.close();
    });
  }

  test("a link that was taken back is over", async () => {
    const hal = await Person.arrive(stage);
    const link = await stage.api.post("/v1/links");
    await stage.api.post(`/v1/links/${link.id}/revoke`);
    await hal.page.goto(link.url);
    await hal.page.getByText("This link is over.").waitFor();
    assert.equal(await hal.page.getByRole("button").count(), 0);
    await isAccessible(hal.page);
    await picture(hal.page, "verifying-over");
    await hal.leave();
  });

  test("a link that is taken back while somebody signs binds nothing", async () => {
    const hal = await Person.withLink(stage);
    await hal.button("Connect and sign").waitFor();
    await stage.api.post(`/v1/links/${hal.link.id}/revoke`);
    await hal.button("Connect and sign").click();
    await hal.page.getByRole("alert").filter({ visible: true }).waitFor();
    assert.ok(!hal.wallet.asked.includes("personal_sign"), "there is nothing to sign");
    await hal.isVerifiedEverywhere(false);
    // The answer to whoever asks for a message is no success.
    hal.errors = hal.errors.filter((error) => !error.includes("Failed to load resource"));
    await hal.leave();
  });
};
