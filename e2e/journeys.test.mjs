// The journeys in a browser, all on one stage: `make e2e`. UPDATE=1 writes the pictures of
// docs/images anew.
import { after, before, describe } from "node:test";

import { closeBrowser, openBrowser } from "./browser.mjs";
import { setStage } from "./stage.mjs";
import expiry from "./journeys/expiry.mjs";
import languages from "./journeys/languages.mjs";
import links from "./journeys/links.mjs";
import lostKey from "./journeys/lost-key.mjs";
import monitoring from "./journeys/monitoring.mjs";
import phone from "./journeys/phone.mjs";
import refusal from "./journeys/refusal.mjs";
import script from "./journeys/script.mjs";
import verification from "./journeys/verification.mjs";
import wallets from "./journeys/wallets.mjs";

describe("people", () => {
  const stage = {};

  before(async () => {
    Object.assign(stage, await setStage());
    await openBrowser();
  });

  after(async () => {
    await closeBrowser();
    await stage.stop?.();
  });

  // First those in which nobody is verified, while every account of Anvil's is nobody's.
  for (const journeys of [links, expiry, wallets, script, verification, refusal, monitoring, lostKey, phone, languages]) {
    journeys(stage);
  }
});
