// Somebody whose browser speaks German, and who is spoken to so from the link to both chains.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { isAccessible } from "../accessible.mjs";
import { DESK } from "../browser.mjs";
import { Person } from "../person.mjs";
import { picture } from "../picture.mjs";

const GERMAN = { ...DESK, locale: "de-DE" };

export default (stage) => {
  test("a person is verified in German, as the browser asks for it", async () => {
    const jan = await Person.withLink(stage, { device: GERMAN });
    const { page } = jan;
    await speaks(page, "de");
    await page.getByRole("heading", { name: "möchte wissen, wer Sie sind" }).waitFor();
    assert.ok(await jan.button("Zur Verifizierung").isDisabled(), "the wallet comes first");
    await page.getByText("Die Nachricht ist auf Englisch.").waitFor();
    await isAccessible(page);
    await picture(page, "verifying-german");

    // What the page's script says is in German, too.
    jan.wallet.refuses = "personal_sign";
    await jan.button("Verbinden und unterschreiben").click();
    const said = page.getByRole("alert").filter({ visible: true });
    await said.filter({ hasText: "Sie haben nicht unterschrieben" }).waitFor();
    jan.wallet.refuses = null;
    await jan.button("Verbinden und unterschreiben").click();
    assert.equal((await jan.provedWallet()).toLowerCase(), jan.wallet.account);

    await jan.button("Zur Verifizierung").click();
    await page.getByRole("heading", { name: "Sumsub" }).waitFor();
    await jan.press("Pass");
    await jan.seesOnBothChains("verifiziert");
    await page.getByText("Hier ist alles erledigt.").waitFor();
    await isAccessible(page);
    await jan.isVerifiedEverywhere(true);
    await jan.leave();
  });

  test("a person chooses another language on the page, and it stays", async () => {
    const link = { language: "fr" };
    const jan = await Person.withLink(stage, { device: GERMAN, link });
    const { page } = jan;
    await speaks(page, "fr");
    await isAccessible(page);
    const languages = page.getByRole("navigation", { name: "Langue" });
    const choices = await languages.getByRole("link").allTextContents();
    assert.deepEqual(choices, ["English", "Deutsch", "Español", "Italiano"]);
    await languages.getByRole("link", { name: "Italiano" }).click();
    await jan.button("Connetti e firma").waitFor();
    await speaks(page, "it");
    assert.equal(page.url(), `${stage.server}/v`, "nothing of it is in the address");
    await page.reload();
    await speaks(page, "it");
    await isAccessible(page);
    await jan.leave();
  });
};

async function speaks(page, language) {
  assert.equal(await page.getAttribute("html", "lang"), language);
}
