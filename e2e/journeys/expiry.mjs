// Links whose time is over: what the person sees, and what is left to do.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { Person } from "../person.mjs";

export default (stage) => {
  test("a link whose time is over says so, and asks for nothing", async () => {
    const ida = await Person.arrive(stage);
    const link = await stage.api.post("/v1/links");
    await stage.runOut(link);
    const answer = await ida.page.goto(link.url);
    assert.equal(answer.status(), 200, "the person is told, and not turned away");
    await ida.page.getByRole("status").filter({ hasText: "This link is over." }).waitFor();
    await ida.page.getByText("No wallet was proved.").waitFor();
    await ida.page.getByText("It was not verified.").waitFor();
    await asksForNothing(ida);
    await isAccessible(ida.page);

    // The same as a form that was kept open would do.
    for (const [path, form] of [
      ["/v/check", {}],
      ["/v/ask", { address: ida.wallet.account, chain_id: stage.chains[0].id }],
    ]) {
      const refused = await posted(ida, path, form);
      assert.equal(refused.status(), 422, path);
      assert.match(await refused.text(), /this link is over/i);
    }
    await ida.isVerifiedEverywhere(false);

    // Another link does.
    const other = await stage.api.post("/v1/links", { investor: link.investor });
    await ida.page.goto(other.url);
    await ida.button("Connect and sign").waitFor();
    await ida.leave();
  });

  test("a link whose time runs out while its page is open binds nothing", async () => {
    const ida = await Person.withLink(stage);
    await ida.button("Connect and sign").waitFor();
    await stage.runOut(ida.link);
    await ida.button("Connect and sign").click();
    await ida.page.getByRole("alert").filter({ visible: true }).waitFor();
    assert.ok(!ida.wallet.asked.includes("personal_sign"), "there is nothing to sign");
    await isAccessible(ida.page);
    await ida.page.reload();
    await ida.page.getByText("This link is over.").waitFor();
    await asksForNothing(ida);
    await ida.isVerifiedEverywhere(false);
    forgetRefusals(ida);
    await ida.leave();
  });

  test("what was handed in before the end counts, and a page that waits tells both", async () => {
    const ida = await Person.withLink(stage, { link: { prove_wallet: false } });
    const tab = await ida.context.newPage();
    await tab.goto(`${stage.server}/v`);
    await ida.goToVerification();
    await tab.reload();
    await tab.getByRole("button", { name: "Go there again" }).waitFor();
    await stage.runOut(ida.link);
    await tab.getByText("This link is over.").waitFor();
    assert.equal(await tab.getByRole("button").count(), 0);
    await isAccessible(tab);

    await ida.press("Pass");
    await ida.page.getByText("You are done here.").waitFor();
    await tab.getByText("You are done here.").waitFor();
    assert.equal(await stage.api.status(ida.link.investor), "verified");
    await ida.leave();
  });
};

async function asksForNothing(person) {
  assert.equal(await person.page.getByRole("button").count(), 0);
  assert.equal(await person.page.getByRole("textbox").count(), 0);
}

/** Sends a form of the page's. */
function posted(person, path, form) {
  const { server } = person.stage;
  return person.context.request.post(server + path, { form, headers: { origin: server } });
}

/** The answers to what was asked in vain are no success, and the browser says so. */
function forgetRefusals(person) {
  person.errors = person.errors.filter((error) => !error.includes("Failed to load resource"));
}
